// One user reaches for what is another's, by every route that takes a name, an id or a token.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { dumpOfState } from '../http/dump.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const newPassword = 'another-quiet-lantern-43'

describe.each(storeKinds)('on %s', (kind) => {
  let site: DocumentedSite
  let ada: Visitor
  let mallory: Visitor
  const idOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[2] ?? ''
  const cookies = (visitor: Visitor, ...kinds: string[]) =>
    visitor.jar
      .for('/api/auth')
      .filter(({ name }) => kinds.some((one) => name.endsWith(`_${one}`)))
      .map(({ name, value }) => `${name}=${value}`)

  beforeAll(async () => {
    site = await openDocumentedSite(kind)
    ada = site.visitor()
    mallory = site.visitor()
    for (const [visitor, name] of [
      [ada, 'ada'],
      [mallory, 'mallory'],
    ] as const) {
      await visitor.signUp(`${name}@example.com`)
      await visitor.ack()
      await visitor.me()
    }
  })
  afterAll(() => site?.close())

  test('S-86 another’s session is as absent as one that never was', async () => {
    const before = await dumpOfState(site)
    const others = await mallory.send('DELETE', `/api/auth/sessions/${idOf(ada)}`)
    const nobodys = await mallory.send('DELETE', `/api/auth/sessions/${'A'.repeat(22)}`)
    const bare = ({ body, status }: typeof others) => ({ ...body, status, requestId: null })
    expect(bare(others)).toEqual(bare(nobodys))
    expect(others.status).toBe(404)
    expect(await dumpOfState(site)).toEqual(before)
    expect((await ada.me()).status).toBe(200)
  })

  test('S-86 S-40 each sees their own sessions, and those alone', async () => {
    const listed = (await mallory.get('/api/auth/sessions')).body.sessions
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([idOf(mallory)])
    expect(JSON.stringify(listed)).not.toContain(idOf(ada))
  })

  test('H-2 S-86 whose account it is comes from the session, whatever the request names', async () => {
    const { id } = (await ada.me()).body.user
    for (const extra of [{ userId: id }, { id }, { email: 'ada@example.com' }, { user: { id } }]) {
      const body = { currentPassword: goodPassword, newPassword, ...extra }
      expect((await mallory.post('/api/auth/password/change', body)).status).toBe(400)
    }
    const headers = { 'x-user-id': id, 'x-auth-user': id, 'x-auth-session': idOf(ada), 'x-forwarded-user': 'ada' }
    expect((await mallory.get('/api/auth/me', { headers })).body.user.email).toBe('mallory@example.com')
    for (const query of [`userId=${id}`, `user=${id}`, `sid=${idOf(ada)}`])
      expect((await mallory.get(`/api/auth/me?${query}`)).status).toBe(400)
    expect((await ada.signIn('ada@example.com')).status).toBe(200)
    await ada.ack()
  })

  test('S-86 tokens put together of two users’ parts are nobody’s', async () => {
    const [version, key, , generation, issue, mac] = mallory.cookie('refresh')?.split('.') ?? []
    const forged = [version, key, idOf(ada), generation, issue, mac].join('.')
    const cookie = [`vigile_refresh=${forged}`, ...cookies(mallory, 'csrf', 'access')].join('; ')
    for (const path of ['/api/auth/refresh', '/api/auth/ack', '/api/auth/logout-all'])
      expect((await mallory.post(path, {}, { cookie })).body.code).toBe('invalid_token')
    const [head, , signature] = mallory.cookie('access')?.split('.') ?? []
    const [, claims] = ada.cookie('access')?.split('.') ?? []
    const token = `${head}.${claims}.${signature}`
    expect((await mallory.get('/api/auth/me', { cookie: `vigile_access=${token}` })).status).toBe(401)
    expect((await ada.me()).status).toBe(200)
  })

  test('S-86 another’s refresh cookie without the CSRF token that goes with it does nothing', async () => {
    const before = await dumpOfState(site)
    const cookie = [...cookies(ada, 'refresh'), ...cookies(mallory, 'csrf', 'access')].join('; ')
    const csrf = mallory.cookie('csrf') ?? null
    for (const path of ['/api/auth/refresh', '/api/auth/ack', '/api/auth/logout', '/api/auth/logout-all'])
      expect((await mallory.post(path, {}, { cookie, csrf })).body.code).toBe('csrf_failed')
    expect(await dumpOfState(site)).toEqual(before)
  })

  test('S-86 one who ends all sessions ends their own', async () => {
    expect((await mallory.post('/api/auth/logout-all', {})).status).toBe(204)
    expect((await ada.me()).status).toBe(200)
    expect((await ada.refresh()).status).toBe(200)
    await mallory.signIn('mallory@example.com')
    const changed = await mallory.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })
    expect(changed.status).toBe(200)
    expect((await ada.me()).status).toBe(200)
    expect((await site.visitor().signIn('ada@example.com')).status).toBe(200)
  })

  test('TOK-5 an access token alone, of a sign-in long ago, ends no other session', async () => {
    const thief = site.visitor()
    const one = site.visitor()
    await one.signUp('carol@example.com')
    const other = site.visitor()
    await other.signIn('carol@example.com')
    site.move(11 * 60_000)
    thief.jar.put({ name: 'vigile_access', value: one.cookie('access') ?? '', path: '/' })
    thief.jar.put({ name: 'vigile_csrf', value: one.cookie('csrf') ?? '', path: '/' })
    expect((await thief.me()).status).toBe(200)
    for (const [method, path] of [
      ['POST', '/api/auth/logout-all'],
      ['DELETE', `/api/auth/sessions/${idOf(other)}`],
    ] as const)
      expect((await thief.send(method, path, { body: {} })).body.code).toBe('reauthentication_required')
    expect((await other.refresh()).status).toBe(200)
  })
})
