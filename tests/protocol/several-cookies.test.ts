// Several cookies of one name, planted ones among them (S-46, SPEC section 16); sign-in, sign-out and clean-up with them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCsrfToken } from '../../engine/src/http/csrf.ts'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { cookiesOf, type Desk, type Held, hour, newestKey, olderKey, openDesk, operator } from './desk.ts'

const foreignKey = deriveKeys('a secret of somebody else')
const cleared = ['access', 'csrf', 'hint', 'link', 'pending', 'refresh']

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  const csrfFor = (held: Held) => createCsrfToken(newestKey, held.session.id)
  /** A Cookie header of these refresh cookies, in this order, with the CSRF cookie of one session. */
  const header = (csrf: string | null, ...tokens: readonly string[]) =>
    [...tokens.map((token) => `vigile_refresh=${token}`), ...(csrf === null ? [] : [`vigile_csrf=${csrf}`])].join('; ')
  const send = (path: string, csrf: string | null, tokens: readonly string[], body: unknown = {}) =>
    desk.site.visitor().post(`/api/auth/${path}`, body, { cookie: header(csrf, ...tokens), csrf })
  const revokedReason = async (held: Held) => (await held.row()).revokedReason

  describe('PROTOCOL 6 which of them counts', () => {
    const planted = (held: Held) => [
      'planted',
      '',
      'v1.a.b.0.0.c',
      held.token(99, 0, foreignKey),
      `${held.token(99, 0).slice(0, -43)}${'A'.repeat(43)}`,
    ]

    test('S-46 planted, malformed and foreign ones before and after it are ignored', async () => {
      for (const place of ['before', 'after', 'around']) {
        const held = await desk.begin()
        const tokens = planted(held)
        const genuine = held.token(3, 0)
        const order =
          place === 'before'
            ? [...tokens, genuine]
            : place === 'after'
              ? [genuine, ...tokens]
              : [...tokens, genuine, ...tokens]
        const reply = await send('refresh', csrfFor(held), order)
        expect(reply.status).toBe(200)
        expect(cookiesOf(reply).refresh?.value).toBe(held.token(4, 0))
      }
    })

    test('S-46 names are compared to the letter: no other spelling is taken for the session', async () => {
      const held = await desk.begin()
      const csrf = csrfFor(held)
      for (const name of [
        'Vigile_refresh',
        'vigile_Refresh',
        '__Host-vigile_refresh',
        '__secure-vigile_refresh',
        'vigile_refresh2',
      ]) {
        const cookie = `${name}=${held.token(3, 0)}; vigile_csrf=${csrf}`
        const reply = await desk.site.visitor().post('/api/auth/refresh', {}, { cookie, csrf })
        expect(reply.body).toMatchObject({ code: 'unauthenticated', fingerprint: '' })
      }
    })

    test('of one session the highest generation, then issue, in any order', async () => {
      for (const reversed of [false, true]) {
        const held = await desk.begin({ issue: 1, winner: 1 })
        const tokens = [held.token(2, 0), held.token(3, 1), held.token(3, 0), held.token(1, 0)]
        const reply = await send('refresh', csrfFor(held), reversed ? tokens.toReversed() : tokens)
        // (3, 0) would be a fork, (2, 0) stale.
        expect(cookiesOf(reply).refresh?.value).toBe(held.token(4, 0))
      }
    })

    test('of two sessions the one that the CSRF token is bound to', async () => {
      const older = await desk.begin({ createdAt: 1_000 })
      const newer = await desk.begin({ createdAt: 2_000, generation: 9 })
      const tokens = [newer.token(9, 0), older.token(3, 0)]
      const reply = await send('refresh', csrfFor(older), tokens)
      expect(cookiesOf(reply).refresh?.value).toBe(older.token(4, 0))
      expect(await newer.row()).toEqual(newer.session)
    })

    test('CSRF-1 of two sessions without a CSRF token none is renewed', async () => {
      const older = await desk.begin()
      const newer = await desk.begin()
      for (const how of ['refresh', 'ack', 'logout']) {
        const reply = await send(how, null, [newer.token(3, 0), older.token(3, 0)])
        expect(reply.status).toBe(403)
        expect(reply.body).toMatchObject({ code: 'csrf_failed' })
        expect(reply.setCookies).toEqual([])
      }
      for (const held of [older, newer]) expect(await held.row()).toEqual(held.session)
    })

    test('CSRF-1 of two sessions without a CSRF token a new one is bound to the newest session', async () => {
      const older = await desk.begin({ createdAt: 1_000, generation: 9 })
      const newer = await desk.begin({ createdAt: 2_000 })
      const tokens = [older.token(9, 0), newer.token(3, 0)]
      const { csrfToken } = (await desk.site.visitor().get('/api/auth/csrf', { cookie: header(null, ...tokens) })).body
      const reply = await send('refresh', csrfToken, tokens)
      expect(cookiesOf(reply).refresh?.value).toBe(newer.token(4, 0))
    })

    test('CSRF-1 a planted CSRF cookie, in pair with its header, is good for no session', async () => {
      const held = await desk.begin()
      for (const csrf of ['x', createCsrfToken(foreignKey, held.session.id), createCsrfToken(newestKey, null)])
        expect((await send('refresh', csrf, [held.token(3, 0)])).body).toMatchObject({ code: 'csrf_failed' })
      expect(await held.row()).toEqual(held.session)
    })

    test('TOK-9 one of a key that this node does not know, beside a genuine one, is ignored', async () => {
      const held = await desk.begin()
      const reply = await send('refresh', csrfFor(held), [held.token(8, 0, foreignKey), held.token(3, 0)])
      expect(reply.status).toBe(200)
    })
  })

  describe('PROTOCOL 6 sign-in and sign-out', () => {
    const email = 'several@example.com'
    beforeAll(async () => {
      await desk.site.vigile.users.create({ email, password: goodPassword }, operator)
    })

    test('TOK-8 S-32 sign-in ends the session of every MAC-valid cookie, whatever its generation, and no other', async () => {
      const [current, stale, ahead, elsewhere] = [
        await desk.begin(),
        await desk.begin(),
        await desk.begin(),
        await desk.begin(),
      ]
      const cookie = header(
        null,
        'planted',
        current.token(3, 0),
        stale.token(1, 7, olderKey),
        ahead.token(9, 0),
        elsewhere.token(3, 0, foreignKey),
        `${elsewhere.token(3, 0).slice(0, -43)}${'A'.repeat(43)}`,
      )
      const visitor = desk.site.visitor()
      const reply = await visitor.post('/api/auth/login', { email, password: goodPassword }, { cookie })
      expect(reply.status).toBe(200)
      for (const held of [current, stale, ahead]) expect(await revokedReason(held)).toBe('replaced')
      expect(await revokedReason(elsewhere)).toBeNull()
      expect((await visitor.me()).status).toBe(200)
      expect((await visitor.refresh()).status).toBe(200)
    })

    test('TOK-8 a sign-in that is refused ends nothing', async () => {
      const held = await desk.begin()
      const cookie = header(null, held.token(3, 0))
      const reply = await desk.site
        .visitor()
        .post('/api/auth/login', { email, password: 'wrong-wrong-wrong' }, { cookie })
      expect(reply.status).toBe(401)
      expect(reply.setCookies).toEqual([])
      expect(await revokedReason(held)).toBeNull()
    })

    test('TOK-5 COOK-7 sign-out ends the session of every MAC-valid cookie, and clears what was set', async () => {
      const [bound, other, elsewhere] = [await desk.begin(), await desk.begin(), await desk.begin()]
      const tokens = [other.token(0, 5), bound.token(3, 0), elsewhere.token(3, 0, foreignKey)]
      const reply = await send('logout', csrfFor(bound), tokens)
      expect(reply.status).toBe(204)
      for (const held of [bound, other]) expect(await revokedReason(held)).toBe('signed_out')
      expect(await revokedReason(elsewhere)).toBeNull()
      const cookies = cookiesOf(reply)
      expect(Object.keys(cookies).sort()).toEqual(cleared)
      for (const cookie of Object.values(cookies)) expect(cookie).toEqual({ value: '', maxAge: 0 })
    })

    test('CSRF-1 sign-out without its CSRF token ends nothing', async () => {
      const held = await desk.begin()
      for (const csrf of [null, createCsrfToken(newestKey, (await desk.begin()).session.id)]) {
        const reply = await send('logout', csrf, [held.token(3, 0)])
        expect(reply.body).toMatchObject({ code: 'csrf_failed' })
        expect(reply.setCookies).toEqual([])
      }
      expect(await revokedReason(held)).toBeNull()
    })

    test('TOK-5 sign-out by the access cookie alone ends its session', async () => {
      const visitor = desk.site.visitor()
      const { body } = await visitor.signIn(email)
      visitor.jar.remove('vigile_refresh')
      expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
      expect(await desk.find(body.session.id)).toMatchObject({ revokedReason: 'signed_out' })
    })

    test('sign-out with nothing at all is fine, and twice as well', async () => {
      for (let times = 0; times < 2; times += 1) {
        const reply = await desk.site.visitor().post('/api/auth/logout', {})
        expect(reply.status).toBe(204)
        expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
      }
    })

    test('a cookie that is no token is cleared by sign-out', async () => {
      const reply = await send('logout', null, ['planted'])
      expect(reply.status).toBe(204)
      expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
    })

    test('TOK-9 H-12 sign-out with a token of a key that this node does not know is no success', async () => {
      const held = await desk.begin()
      const reply = await send('logout', csrfFor(held), [held.token(3, 0, foreignKey)])
      expect(reply.status).toBe(503)
      expect(reply.setCookies).toEqual([])
    })
  })

  describe('PROTOCOL 6 clean-up after the end of a session: logout with only', () => {
    const only = (held: Held, tokens: readonly string[], fingerprint: string) =>
      send('logout', csrfFor(held), tokens, { only: fingerprint })

    test('COOK-7 the jar still holds that token: its cookies are cleared', async () => {
      const held = await desk.begin({ revokedAt: 1, revokedReason: 'reuse' })
      const reply = await only(held, [held.token(3, 0)], held.fingerprint(3, 0))
      expect(reply.status).toBe(204)
      expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
      expect(await revokedReason(held)).toBe('reuse')
    })

    test('COOK-7 the jar meanwhile holds a newer sign-in: nothing is cleared, and nothing ends', async () => {
      const [ended, newer] = [await desk.begin({ revokedAt: 1, revokedReason: 'reuse' }), await desk.begin()]
      const reply = await only(newer, [newer.token(3, 0)], ended.fingerprint(3, 0))
      expect(reply.status).toBe(204)
      expect(reply.setCookies).toEqual([])
      expect(await revokedReason(newer)).toBeNull()
    })

    test('COOK-7 the jar meanwhile holds a newer token of the same session: nothing happens', async () => {
      const held = await desk.begin()
      const reply = await only(held, [held.token(3, 0)], held.fingerprint(2, 0))
      expect(reply.setCookies).toEqual([])
      expect(await revokedReason(held)).toBeNull()
    })

    test('COOK-7 empty: nothing if the jar holds a token at all, be it malformed', async () => {
      const held = await desk.begin()
      expect((await only(held, [held.token(3, 0)], '')).setCookies).toEqual([])
      expect((await only(held, ['planted'], '')).setCookies).toEqual([])
      expect(await revokedReason(held)).toBeNull()
    })

    test('COOK-7 empty, and the jar holds none: what is left is cleared', async () => {
      const reply = await send('logout', null, [], { only: '' })
      expect(reply.status).toBe(204)
      expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
    })

    test('COOK-7 a fingerprint, and the jar holds no token: nothing is cleared', async () => {
      const held = await desk.begin()
      expect((await only(held, [], held.fingerprint(3, 0))).setCookies).toEqual([])
    })

    test('COOK-7 after invalid_token: the fingerprint of that refusal clears it', async () => {
      const held = await desk.begin()
      const refused = await send('refresh', csrfFor(held), ['planted'])
      expect(refused.body.code).toBe('invalid_token')
      const reply = await only(held, ['planted'], refused.body.fingerprint)
      expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
    })

    test('COOK-7 after a session that was removed long ago, with a CSRF token fetched anew', async () => {
      const held = await desk.begin({ idleExpiresAt: 1 })
      await desk.database.sessions.deleteEnded(2, 1_000)
      const cookie = header(null, held.token(3, 0))
      const { csrfToken } = (await desk.site.visitor().get('/api/auth/csrf', { cookie })).body
      const reply = await send('logout', csrfToken, [held.token(3, 0)], { only: held.fingerprint(3, 0) })
      expect(reply.status).toBe(204)
      expect(Object.keys(cookiesOf(reply)).sort()).toEqual(cleared)
    })

    test('only takes a fingerprint or nothing', async () => {
      const held = await desk.begin()
      for (const bad of ['x', 'ABCDEF0123456789', 7, null])
        expect((await send('logout', csrfFor(held), [held.token(3, 0)], { only: bad })).status).toBe(400)
      expect(await revokedReason(held)).toBeNull()
    })
  })

  test('I3 no answer of refresh or ack deletes a cookie, whatever came', async () => {
    const held = await desk.begin()
    const ended = await desk.begin({ revokedAt: 1, revokedReason: 'reuse', idleExpiresAt: Date.now() + hour })
    for (const how of ['refresh', 'ack'])
      for (const [csrf, tokens] of [
        [null, []],
        [null, ['planted']],
        [csrfFor(held), [held.token(1, 0)]],
        [csrfFor(held), [held.token(3, 0)]],
        [csrfFor(ended), [ended.token(3, 0)]],
        [csrfFor(held), [held.token(3, 0, foreignKey)]],
        [null, [held.token(3, 0)]],
      ] as const) {
        const reply = await send(how, csrf, tokens)
        for (const { value, maxAge } of Object.values(cookiesOf(reply))) {
          expect(value).not.toBe('')
          expect(maxAge).toBeGreaterThan(0)
        }
      }
  })
})
