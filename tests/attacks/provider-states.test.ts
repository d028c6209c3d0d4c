// Attacks on the way to a provider and back: states and cookies that were taken, changed, planted or used again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exchange, handleIn, landing, openProviderSite, type ProviderSite, toCallback } from '../oauth/provider-site.ts'
import { callbackPath, cookiesOf, expectRefused, stranger } from '../oauth/refusals.ts'
import type { Visitor } from '../support/visitor.ts'

const minute = 60_000
let site: ProviderSite
beforeAll(async () => {
  site = await openProviderSite('embedded')
})
afterAll(() => site?.close())

const withState = (path: string, state: string | null): string => {
  const url = new URL(path, site.publicUrl)
  if (state === null) url.searchParams.delete('state')
  else url.searchParams.set('state', state)
  return `${url.pathname}${url.search}`
}
const stateIn = (path: string) => new URL(path, site.publicUrl).searchParams.get('state') ?? ''

describe('OAU-2 OAU-4 H-5 a state that is not this browser’s own, of this flow', () => {
  let visitor: Visitor
  let path: string
  beforeEach(async () => {
    visitor = site.visitor()
    path = await toCallback(visitor, 'discord', stranger(site))
  })
  /** What was tried used nothing up: whoever began still gets there. */
  const expectStillGood = async () =>
    expect((await exchange(visitor, handleIn(await visitor.get(path)))).status).toBe(200)

  test.each([
    ['missing', null],
    ['empty', ''],
    ['of another form', '../../x'],
    ['twice as long', 'A'.repeat(86)],
  ])('it is %s', async (_, state) => {
    await expectRefused(site, () => visitor.get(withState(path, state)), 'malformed')
    await expectStillGood()
  })

  test('it comes twice in one address', async () => {
    await expectRefused(site, () => visitor.get(`${path}&state=${'A'.repeat(43)}`), 'malformed')
    await expectStillGood()
  })

  test('it is changed by one letter', async () => {
    const state = stateIn(path)
    const changed = `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`
    await expectRefused(site, () => visitor.get(withState(path, changed)), 'unknown')
    await expectStillGood()
  })

  test('it is used twice', async () => {
    const cookie = cookiesOf(visitor, callbackPath)
    landing(await visitor.get(path))
    await expectRefused(site, () => visitor.get(path), 'used')
    await expectRefused(site, () => visitor.get(path, { cookie }), 'used')
  })

  test('it is eleven minutes old', async () => {
    const cookie = cookiesOf(visitor, callbackPath)
    site.move(11 * minute)
    await expectRefused(site, () => visitor.get(path, { cookie }), 'expired')
  })

  test('a copy of the address is opened in another browser, which has flows of its own', async () => {
    const other = site.visitor()
    await other.get('/api/auth/oauth/discord')
    await expectRefused(site, () => other.get(path), 'other_browser')
    await expectStillGood()
  })

  test('it comes back to the callback of another provider', async () => {
    const elsewhere = path.replace('/discord/', '/campus/')
    await expectRefused(site, () => visitor.get(elsewhere), 'other_provider')
    await expectStillGood()
  })

  test('the cookie of one flow is renamed to fit another', async () => {
    const other = site.visitor()
    const theirs = await toCallback(other, 'discord', stranger(site))
    const [own] = other.jar.for(callbackPath)
    const [name] = visitor.jar.for(callbackPath).map((one) => one.name)
    await expectRefused(site, () => other.get(path, { cookie: `${name}=${own?.value}` }), 'other_browser')
    expect(handleIn(await other.get(theirs))).not.toBe('')
    await expectStillGood()
  })

  test('CSRF-2 login CSRF: a victim’s browser opens the attacker’s callback address', async () => {
    const victim = site.visitor()
    await victim.signUp(`victim@example.com`)
    const before = victim.cookie('refresh')
    await expectRefused(site, () => victim.get(path), 'other_browser')
    expect(victim.cookie('refresh')).toBe(before)
    await expectStillGood()
  })

  test('forty planted cookies of flows neither hide the browser’s own nor let anybody in', async () => {
    const own = cookiesOf(visitor, callbackPath)
    const [name = ''] = visitor.jar.for(callbackPath).map((one) => one.name)
    const junk = Array.from(
      { length: 40 },
      (_, n) => `vigile_oauth_${n.toString(16).padStart(8, '0')}=${'A'.repeat(43)}`,
    )
    const sameName = Array.from({ length: 5 }, (_, n) => `${name}=${String(n).repeat(43)}`)
    await expectRefused(site, () => visitor.get(path, { cookie: [...junk, ...sameName].join('; ') }), 'other_browser')
    const cookie = [...junk, ...sameName, own].join('; ')
    expect(handleIn(await visitor.get(path, { cookie }))).toMatch(/^[0-9a-f]{64}$/)
  })
})

test('OAU-2 a start that brings more flows than a browser has clears the oldest, a few at a time', async () => {
  const nameOf = (n: number) => `vigile_oauth_${n.toString(16).padStart(8, '0')}`
  const cookie = Array.from({ length: 40 }, (_, n) => `${nameOf(n)}=${'A'.repeat(43)}`).join('; ')
  const { setCookies } = await site.visitor().get('/api/auth/oauth/discord', { cookie })
  const cleared = setCookies.filter((line) => line.includes('Max-Age=0'))
  expect(cleared.map((line) => line.split('=')[0])).toEqual(Array.from({ length: 16 }, (_, n) => nameOf(n)))
  expect(setCookies).toHaveLength(17)
})
