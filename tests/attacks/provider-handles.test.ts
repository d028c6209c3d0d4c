// Attacks on what waits behind the callback: handles that were read from an address, planted, guessed or used again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exchange, openProviderSite, type ProviderSite, toHandle } from '../oauth/provider-site.ts'
import { cookiesOf, expectRefused, lastFailure, made, stranger } from '../oauth/refusals.ts'
import type { Visitor } from '../support/visitor.ts'

const minute = 60_000
let site: ProviderSite
beforeAll(async () => {
  site = await openProviderSite('embedded')
})
afterAll(() => site?.close())

describe('OAU-3 OAU-4 S-58 a handle that is not this browser’s own', () => {
  let visitor: Visitor
  let handle: string
  beforeEach(async () => {
    visitor = site.visitor()
    handle = await toHandle(visitor, 'discord', stranger(site))
  })
  const expectStillGood = async () => expect((await exchange(visitor, handle)).status).toBe(200)

  test.each([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['too short', () => 'a'.repeat(63)],
    ['too long', () => 'a'.repeat(65)],
    ['in capitals', () => 'A'.repeat(64)],
    ['a number', () => 1],
    ['a list', () => ['a'.repeat(64)]],
  ])('it is %s', async (_, sent) => {
    const before = await made(site)
    const reply = await exchange(visitor, sent())
    expect([reply.status, reply.body.code, reply.body.errors[0].path]).toEqual([400, 'validation_failed', 'sessionId'])
    expect(await made(site)).toEqual(before)
    const requestId = reply.headers.get('x-request-id')
    expect(await lastFailure(site)).toMatchObject({ by: 'oauth', reason: 'malformed', requestId })
    await expectStillGood()
  })

  test('nobody knows it', () => expectRefused(site, () => exchange(visitor, 'a'.repeat(64)), 'unknown'))

  test('it is used twice', async () => {
    const cookie = cookiesOf(visitor, '/api/auth/exchange-session')
    await expectStillGood()
    await expectRefused(site, () => exchange(visitor, handle), 'used')
    const body = { sessionId: handle }
    await expectRefused(site, () => visitor.post('/api/auth/exchange-session', body, { cookie }), 'used')
  })

  test('it is more than five minutes old', async () => {
    const cookie = cookiesOf(visitor, '/api/auth/exchange-session')
    site.move(5 * minute + 1_000)
    const body = { sessionId: handle }
    await expectRefused(site, () => visitor.post('/api/auth/exchange-session', body, { cookie }), 'expired')
  })

  test('it was read from the address, and is posted in another browser', async () => {
    const thief = site.visitor()
    await toHandle(thief, 'discord', stranger(site))
    await expectRefused(site, () => exchange(thief, handle), 'other_browser')
    await expectStillGood()
  })

  test('CSRF-2 login CSRF: a victim’s browser posts the attacker’s handle', async () => {
    const victim = site.visitor()
    await expectRefused(site, () => exchange(victim, handle), 'other_browser')
    expect((await victim.me()).status).toBe(401)
    await expectStillGood()
  })

  test('CSRF-2 another site’s page posts it from the browser that began', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const reply = await visitor.post('/api/auth/exchange-session', { sessionId: handle }, { origin: null, headers })
      expect([reply.status, reply.body.code]).toEqual([403, 'origin_refused'])
    }
    await expectStillGood()
  })

  test('OAU-2 the cookie of the way there is no cookie of the way back', async () => {
    const [own] = visitor.jar.all().filter(({ name }) => name.startsWith('vigile_exchange_'))
    const cookie = `${own?.name.replace('exchange', 'oauth')}=${own?.value}`
    const body = { sessionId: handle }
    await expectRefused(site, () => visitor.post('/api/auth/exchange-session', body, { cookie }), 'other_browser')
    await expectStillGood()
  })

  test('LIM-1 handles are tried ten times a minute by one address', async () => {
    const guesser = site.visitor()
    const statuses: number[] = []
    for (let n = 0; n < 12; n += 1) statuses.push((await exchange(guesser, String(n).padStart(64, 'a'))).status)
    expect(statuses).toEqual([...Array(10).fill(410), 429, 429])
  })
})
