// Every route of administration, and all that must be refused at it. New ones are walked over by themselves.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { type Member, member } from './people.ts'

const nobody = 'A'.repeat(22)
let site: Site
let everything: Member
let nothing: Member
beforeAll(async () => {
  site = await openSite('embedded', { permissions, roles })
  await site.vigile.roles.create({ name: 'everything', permissions: ['*'] }, by)
  everything = await member(site, 'everything')
  nothing = await member(site)
})
afterAll(() => site?.close())

const routes = () =>
  site.vigile
    .routes()
    .filter(({ path }) => path.startsWith('/api/admin/'))
    .map(({ method, path, guard }) => ({
      name: `${method} ${path}`,
      method,
      path: path.replaceAll(/\{\w+\}/g, nobody),
      permission: /^permission ([a-z]+:[a-z]+); /.exec(guard)?.[1],
      isRead: method === 'GET',
      isOfOne: path.includes('{'),
    }))

/** What each route answers. */
const walk = async (
  visitor: Visitor,
  only: (route: ReturnType<typeof routes>[number]) => boolean,
  ask: Parameters<Visitor['send']>[2] = {},
  query = '',
) => {
  const answers = new Map<string, unknown>()
  for (const route of routes().filter(only)) {
    const body = route.isRead ? {} : { body: {} }
    const { status, body: problem } = await visitor.send(route.method, `${route.path}${query}`, { ...body, ...ask })
    answers.set(route.name, [status, problem?.code, ...(problem?.permission ? [problem.permission] : [])])
  }
  return Object.fromEntries(answers)
}
const all = (only: (route: ReturnType<typeof routes>[number]) => boolean, answer: readonly unknown[]) =>
  Object.fromEntries(
    routes()
      .filter(only)
      .map(({ name }) => [name, answer]),
  )
const each = () => true
const changes = ({ isRead }: { isRead: boolean }) => !isRead

test('S-86 VAL-3 RBAC-3 nobody without a session, nor without the permission, which the answer names', async () => {
  expect(routes().length).toBeGreaterThan(7)
  expect(await walk(site.visitor(), each)).toEqual(all(each, [401, 'unauthenticated']))
  const named = Object.fromEntries(
    routes().map(({ name, permission }) => [name, [403, 'permission_denied', permission]]),
  )
  expect(await walk(nothing.visitor, each)).toEqual(named)
})

test('S-86 attack: another site has an administrator’s browser send each change', async () => {
  const forged = all(changes, [403, 'csrf_failed'])
  expect(await walk(everything.visitor, changes, { csrf: 'x' })).toEqual(forged)
  expect(await walk(everything.visitor, changes, { csrf: null })).toEqual(forged)
  const origin = 'https://evil.example'
  expect(await walk(everything.visitor, changes, { origin })).toEqual(all(changes, [403, 'origin_refused']))
})

test('VAL-1 H-2 a property that is not asked for is refused, in the body and in the query', async () => {
  const refused = [400, 'validation_failed']
  expect(await walk(everything.visitor, changes, { body: { isAdmin: true } })).toEqual(all(changes, refused))
  expect(await walk(everything.visitor, each, {}, '?isAdmin=true')).toEqual(all(each, refused))
})

test('S-54 what a form can send is not read', async () => {
  const form = { raw: '{}', headers: { 'content-type': 'text/plain' } }
  expect(await walk(everything.visitor, changes, form)).toEqual(all(changes, [415, 'unsupported_media_type']))
})

test('S-86 what is not there is not found', async () => {
  const ofOne = ({ isOfOne }: { isOfOne: boolean }) => isOfOne
  expect(await walk(everything.visitor, ofOne)).toEqual(all(ofOne, [404, 'not_found']))
})

test('TOK-11 RBAC-5 a change takes a recent sign-in, a read does not', async () => {
  const late = await member(site, 'everything')
  site.move(11 * 60_000)
  expect(await walk(late.visitor, changes)).toEqual(all(changes, [403, 'reauthentication_required']))
  const list = await late.visitor.get('/api/admin/users')
  expect(list.status).toBe(200)
})
