// One lifetime, one place: what a cookie lives comes from the token in it (COOK-6), and no token outlives its session.
import { afterEach, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Reply } from '../support/visitor.ts'
import { claimsOf, cookiesOf, day, hour, minute } from './desk.ts'

let site: Site
afterEach(() => site?.close())

/** No cookie of an answer outlives what is in it. */
const expectDerived = (
  reply: Reply,
  session: { readonly idleExpiresAt: number; readonly expiresAt: number },
  before: number,
) => {
  const { access, ...others } = cookiesOf(reply)
  const { exp, iat } = claimsOf(access?.value)
  const life = access?.maxAge ?? Number.NaN
  expect(life).toBe(reply.body.expiresIn)
  // The token was made after `before`: the cookie ends with it at the latest, and not a second and a half sooner.
  expect(before + life * 1000).toBeLessThanOrEqual(exp * 1000)
  expect(exp - iat - life).toBeLessThanOrEqual(2)
  expect(exp * 1000).toBeLessThanOrEqual(Math.min(session.idleExpiresAt, session.expiresAt))
  for (const { maxAge = Number.NaN } of Object.values(others)) {
    const left = Math.floor((session.idleExpiresAt - before) / 1000)
    expect([left - 1, left]).toContain(maxAge)
  }
  return { access: life, others }
}

describe.each(storeKinds)('on %s', (kind) => {
  test('COOK-6 TOK-1 TOK-2 the defaults: 15 minutes, 7 days, 30 days', async () => {
    site = await openSite(kind)
    const visitor = site.visitor()
    let before = site.now()
    const signedUp = await visitor.signUp('ada@example.com')
    const session = signedUp.body.session
    const { device, ...started } = cookiesOf(signedUp)
    expect(Object.keys(started).sort()).toEqual(['access', 'csrf', 'hint', 'refresh'])
    expect(device?.maxAge).toBe(400 * 86_400)
    for (const name of ['refresh', 'csrf', 'hint']) expect(started[name]?.maxAge).toBe(7 * 86_400)
    expect([899, 900]).toContain(started.access?.maxAge)
    expect(session.idleExpiresAt - session.createdAt).toBe(7 * day)
    expect(session.expiresAt - session.createdAt).toBe(30 * day)

    site.move(2 * hour)
    before = site.now()
    const rotated = await visitor.refresh({}, { lands: false })
    const renewed = { idleExpiresAt: before + 7 * day, expiresAt: session.expiresAt }
    for (const { maxAge } of Object.values(cookiesOf(rotated))) expect(maxAge).toBeGreaterThan(0)
    expect(cookiesOf(rotated).refresh?.maxAge).toBe(7 * 86_400)

    // A replay is no renewal: its cookies end when those of the lost answer would have.
    site.move(20_000 - 3_000)
    before = site.now()
    const replayed = await visitor.refresh()
    expect(replayed.body.fingerprint).toBe(rotated.body.fingerprint)
    expect(cookiesOf(replayed).refresh?.maxAge).toBeLessThanOrEqual(7 * 86_400 - 17)
    const { others } = expectDerived(replayed, { ...renewed, idleExpiresAt: renewed.idleExpiresAt + 50 }, before)
    expect(Object.keys(others).sort()).toEqual(['csrf', 'hint', 'refresh'])
  })

  test('COOK-6 TOK-2 access tokens and every cookie end with the idle life', async () => {
    site = await openSite(kind, { sessions: { accessLife: '15m', idleLife: '20m', absoluteLife: '1h' } })
    const visitor = site.visitor()
    const { body } = await visitor.signUp('ada@example.com')
    site.move(4 * minute)
    let before = site.now()
    expectDerived(await visitor.refresh(), body.session, before)
    // No rotation since: 16 minutes are left, then 1.
    site.move(15 * minute - 30_000)
    before = site.now()
    const last = await visitor.refresh({}, { lands: false })
    expect(last.status).toBe(200)
    const claims = claimsOf(cookiesOf(last).access?.value)
    expect(claims.exp * 1000).toBeLessThanOrEqual(before + 20 * minute + 1_000)
  })

  test('COOK-6 S-34 S-68 nothing outlives the absolute end, however often it is renewed', async () => {
    site = await openSite(kind, { sessions: { accessLife: '15m', idleLife: '20m', absoluteLife: '1h' } })
    const visitor = site.visitor()
    const { session } = (await visitor.signUp('ada@example.com')).body
    for (let passed = 0; passed < 55; passed += 11) {
      site.move(11 * minute)
      const before = site.now()
      const reply = await visitor.refresh()
      expect(reply.status).toBe(200)
      const { session: now } = (await visitor.me()).body
      expect(now.expiresAt).toBe(session.expiresAt)
      expectDerived(reply, now, before)
      for (const { maxAge = Number.NaN } of Object.values(cookiesOf(reply)))
        expect(before + maxAge * 1000).toBeLessThanOrEqual(session.expiresAt)
    }
    site.move(session.expiresAt - site.now() - 2_000)
    const end = await visitor.refresh()
    expect(end.status).toBe(200)
    expect(end.body.expiresIn).toBeLessThanOrEqual(2)
    const copy = site.visitor()
    copy.jar.restore(visitor.jar.snapshot().map((cookie) => ({ ...cookie, expiresAt: Number.POSITIVE_INFINITY })))
    site.move(2_001)
    expect((await copy.me()).status).toBe(401)
    expect((await copy.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'expired' })
  })

  test.each([
    ['D in production', { accessLife: '15m', idleLife: '2h', absoluteLife: '2h' }, 900, 7_200],
    ['E', { accessLife: '7d', idleLife: '30d', absoluteLife: '30d' }, 7 * 86_400, 30 * 86_400],
    ['AAL3', { accessLife: '5m', idleLife: '15m', absoluteLife: '12h' }, 300, 900],
  ] as const)('TOK-2 S-35 the figures of %s', async (_, sessions, access, refresh) => {
    site = await openSite(kind, { sessions })
    const reply = await site.visitor().signUp('ada@example.com')
    expect([access - 1, access]).toContain(cookiesOf(reply).access?.maxAge)
    expect(cookiesOf(reply).refresh?.maxAge).toBe(refresh)
  })
})
