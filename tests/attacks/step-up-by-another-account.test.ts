// Whoever signs in again to prove that they still are who they were must come back as the same: another account at the provider, or one
// where somebody had been signed in for long, proves nothing (S-39, TOK-11).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { connected, unlink } from '../oauth/linking.ts'
import {
  exchange,
  handleIn,
  landing,
  openProviderSite,
  type ProviderId,
  type ProviderSite,
  pathOf,
  signInWith,
} from '../oauth/provider-site.ts'
import { lastFailure } from '../oauth/refusals.ts'
import { type Walk, walk } from '../providers/walk.ts'
import type { Visitor } from '../support/visitor.ts'

let site: ProviderSite
beforeAll(async () => {
  site = await openProviderSite('embedded')
})
afterAll(() => site?.close())

const begin = (visitor: Visitor, provider: ProviderId) =>
  visitor.post(`/api/auth/oauth/${provider}/again`, { returnTo: '/account' })
const again = async (visitor: Visitor, provider: ProviderId, person: Walk = {}) =>
  visitor.get(pathOf(await walk((await begin(visitor, provider)).body.location, person)))
const tablesOf = async () => {
  const { users, identities, sessions } = await dump(site)
  return { users, identities, sessions }
}

test('S-39 OAU-6 a fresh sign-in with somebody else’s account at the provider is refused, and changes nothing', async () => {
  const other = { id: '555', username: 'work', email: 'work@example.com', verified: true }
  site.discord.people.set('work', other)
  site.discord.people.set('mute', { id: '556', username: 'mute', email: null, verified: false })
  await signInWith(site.visitor(), 'discord', { account: 'work' })
  site.discord.people.set('unknown', { ...other, id: '557', email: 'unknown@example.com' })
  const visitor = site.visitor()
  const me = (await signInWith(visitor, 'discord')).body.user
  site.move(11 * 60_000)
  const [own] = await connected(visitor)
  const before = await tablesOf()
  for (const account of ['work', 'unknown', 'mute']) {
    const reply = await exchange(visitor, handleIn(await again(visitor, 'discord', { account })))
    expect([account, reply.status, reply.body.code]).toEqual([account, 409, 'other_account'])
    expect(await lastFailure(site)).toMatchObject({ by: 'oauth', provider: 'discord', reason: 'other_account' })
  }
  expect(await tablesOf()).toEqual(before)
  expect((await visitor.me()).body.user.id).toBe(me.id)
  expect((await unlink(visitor, own?.id ?? '')).body.code).toBe('reauthentication_required')

  const back = await exchange(visitor, handleIn(await again(visitor, 'discord')))
  expect([back.status, back.body.user.id, back.body.returnTo]).toEqual([200, me.id, '/account'])
  expect((await unlink(visitor, own?.id ?? '')).body.code).toBe('last_way_in')
})

test('S-39 an OpenID provider is asked for a sign-in of now, and one that does not say when it was is refused', async () => {
  const visitor = site.visitor()
  const me = (await signInWith(visitor, 'campus')).body.user
  const { location } = (await begin(visitor, 'campus')).body
  const asked = new URL(location).searchParams
  expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0'])
  const fresh = await exchange(visitor, handleIn(await visitor.get(pathOf(await walk(location)))))
  expect([fresh.status, fresh.body.user.id]).toEqual([200, me.id])

  // The browser, or whoever sits there, leaves out what was asked for.
  for (const name of ['prompt', 'max_age']) asked.delete(name)
  const silent = (await begin(visitor, 'campus')).body.location
  const url = new URL(silent)
  for (const name of ['prompt', 'max_age']) url.searchParams.delete(name)
  const landed = landing(await visitor.get(pathOf(await walk(url.href))))
  expect(landed.searchParams.get('error')).toBe('provider_refused')
})

test('S-86 to sign in again needs a session, and says nothing of providers that are not set up', async () => {
  expect((await begin(site.visitor(), 'discord')).status).toBe(401)
  const visitor = site.visitor()
  await signInWith(visitor, 'discord')
  expect((await begin(visitor, 'nowhere' as ProviderId)).status).toBe(404)
})
