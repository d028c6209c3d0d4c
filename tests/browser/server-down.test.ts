// The server, or what stands before it, fails in every way it can: nobody is signed out, and all mends itself.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import type { Answer, Fate } from './gate.ts'
import { signUp } from './people.ts'
import { holdTime, openShakySite, pass, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signUpIn, startAfresh, toldIn, whoIs } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const [minute, hour] = [60_000, 3_600_000]

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
  await holdTime(browser)
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  site.rule()
  await startAfresh(browser.context)
})

const page = (status: number, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: '<!doctype html><title>not the server</title>',
})
const problem = (status: number, code: string, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: 'about:blank', title: code, status, code, detail: code, requestId: 'r' }),
})

const faults: readonly (readonly [string, Fate])[] = [
  ['no connection', 'cut'],
  ['500', problem(500, 'internal_error')],
  ['503', problem(503, 'unavailable', { 'retry-after': '1' })],
  ['429', problem(429, 'rate_limited', { 'retry-after': '60' })],
  ['a proxy’s 502', page(502)],
  ['a proxy’s 401', page(401)],
  ['a proxy’s 403', page(403)],
  ['a firewall’s 404', page(404)],
  ['a captive portal’s 200', page(200)],
  ['a captive portal’s redirect', page(302, { location: '/elsewhere' })],
]

describe('the client’s page', () => {
  test('CLI-5 PROTOCOL 12 a minute without the server, then 500s, then 429s: still signed in, and it mends itself', async () => {
    const tab = await openTab(browser.context, site)
    await signUpIn(tab, 'down@example.com')
    await pass(site, browser, minute)
    site.clock.move(hour)
    for (const fate of ['cut', problem(500, 'internal_error'), problem(429, 'rate_limited')] as const) {
      site.rule(({ path }) => (path === '/page' ? undefined : fate))
      await pass(site, browser, minute)
      expect((await shop(tab)).status).not.toBe(200)
      // It can't know who is signed in, and does not say "nobody".
      expect(await whoIs(tab)).toBe('unknown')
    }
    site.rule(({ path }) => (path.startsWith('/shop') ? undefined : problem(503, 'unavailable')))
    expect((await shop(tab)).status).toBe(401)
    site.rule()
    site.forget()
    await pass(site, browser, 5 * minute)
    // Nobody asked for anything meanwhile.
    expect(site.handled(refreshPath).map(({ status }) => status)).toContain(200)
    site.forget()
    expect((await shop(tab)).by).toBe('down@example.com')
    expect(site.asked('/shop').map(({ status }) => status)).toEqual([200])
    expect(await toldIn(tab)).toEqual(['start'])
  })

  test.each(faults)('CLI-5 refreshes meet %s: the session is kept and comes back', async (name, fate) => {
    const email = `fault-${faults.findIndex((one) => one[0] === name)}@example.com`
    const tab = await openTab(browser.context, site)
    await signUpIn(tab, email)
    site.clock.move(hour)
    site.forget()
    site.rule(({ path }) => (path === refreshPath ? fate : undefined))
    expect((await shop(tab)).status).toBe(401)
    expect(await whoIs(tab)).toBe('unknown')
    expect(site.asked(refreshPath).length).toBeGreaterThanOrEqual(2)
    // No clean-up: nothing was said to be over.
    expect(site.asked('/api/auth/logout')).toEqual([])
    site.rule()
    // Over the pause that one of them asks for.
    await pass(site, browser, 2 * minute)
    expect((await shop(tab)).by).toBe(email)
    expect(await toldIn(tab)).toEqual(['start'])
  })

  test('CLI-5 CLI-3 three tabs of a busy application ask a server that is down ever more rarely, all together', async () => {
    const tabs = [await openTab(browser.context, site)]
    await signUpIn(tabs[0]!, 'patient@example.com')
    tabs.push(await openTab(browser.context, site), await openTab(browser.context, site))
    site.clock.move(hour)
    site.forget()
    site.rule(({ path }) => (path === refreshPath ? problem(503, 'unavailable') : undefined))
    for (let passed = 0; passed < 10; passed += 1) {
      for (const tab of tabs) expect((await shop(tab)).status).toBe(401)
      await pass(site, browser, minute)
    }
    // At once and again, then after 30, 60, 120 and 240 s; a tab that did not hear of a failure in time may add one.
    expect(site.asked(refreshPath).length).toBeGreaterThanOrEqual(5)
    expect(site.asked(refreshPath).length).toBeLessThanOrEqual(8)
    site.rule()
    await pass(site, browser, 5 * minute)
    for (const tab of tabs) expect((await shop(tab)).status).toBe(200)
  })
})

describe('the hosted pages', () => {
  test('CLI-5 the account stays open, and a reload waits on the way, until the server is back', async () => {
    const tab = await browser.context.newPage()
    await signUp(tab, site.url, 'hosted@example.com')
    const email = tab.getByText('hosted@example.com').first()
    await email.waitFor()
    site.clock.move(hour)
    site.rule(({ method }) => (method === 'POST' ? problem(503, 'unavailable') : undefined))
    await pass(site, browser, 20 * minute)
    await email.waitFor()
    await tab.reload()
    await tab.getByRole('alert').waitFor()
    expect(new URL(tab.url()).pathname).toBe('/api/auth/continue')
    site.rule()
    await tab.getByRole('button').click()
    await tab.waitForURL('**/account')
    await email.waitFor()
  })

  test('CLI-5 the account says what is wrong, and goes on at the press of a button', async () => {
    const tab = await browser.context.newPage()
    await signUp(tab, site.url, 'button@example.com')
    site.rule(({ path }) => (path === '/api/auth/me' ? problem(503, 'unavailable') : undefined))
    await tab.reload()
    await tab.getByRole('alert').waitFor()
    site.rule()
    await tab.getByRole('button', { name: 'Try again' }).click()
    await tab.getByText('button@example.com').first().waitFor()
    expect(new URL(tab.url()).pathname).toBe('/account')
  })
})
