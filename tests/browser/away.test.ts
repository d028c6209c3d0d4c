// Offline and back, clocks set wrong, laptops that sleep.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { holdTime, openShakySite, pass, type ShakySite, sleep } from './shaky-site.ts'
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
  await browser.context.setOffline(false)
  await startAfresh(browser.context)
})

let people = 0
const signedIn = async () => {
  people += 1
  const email = `away-${people}@example.com`
  const tab = await openTab(browser.context, site)
  await signUpIn(tab, email)
  await pass(site, browser, minute)
  site.forget()
  return { tab, email }
}

const shopStatuses = () => site.asked('/shop').map(({ status }) => status)

test('CLI-5 PROTOCOL 12 twenty minutes offline: kept, and back at once with the connection', async () => {
  const { tab, email } = await signedIn()
  await browser.context.setOffline(true)
  await pass(site, browser, 20 * minute)
  expect((await shop(tab)).status).toBe(0)
  expect(await whoIs(tab)).toBe('unknown')
  await browser.context.setOffline(false)
  // No clock moves: it does not wait for the next try, nor for anyone to ask.
  await expect.poll(() => site.handled(refreshPath).length).toBe(1)
  expect((await shop(tab)).by).toBe(email)
  expect(shopStatuses()).toEqual([200])
  expect(await toldIn(tab)).toEqual(['start'])
})

test('CLI-4 a laptop that wakes up refreshes before its first request fails', async () => {
  const { tab, email } = await signedIn()
  const other = await openTab(browser.context, site)
  for (const hours of [1, 8, 60]) {
    site.forget()
    await sleep(site, browser, hours * hour)
    expect((await Promise.all([shop(tab), shop(other)])).map(({ by }) => by)).toEqual([email, email])
    expect(shopStatuses()).toEqual([200, 200])
    expect(site.asked(refreshPath)).toHaveLength(1)
  }
})

test('CLI-4 a page in use for hours: never a refused request, and a refresh for each access token', async () => {
  const { tab, email } = await signedIn()
  for (let quarters = 0; quarters < 3; quarters += 1) {
    await pass(site, browser, 15 * minute)
    expect((await shop(tab)).by).toBe(email)
  }
  expect(shopStatuses()).toEqual(Array.from({ length: 3 }, () => 200))
  // Between 50 and 90 % of 15 minutes each.
  const refreshes = site.asked(refreshPath).length
  expect(refreshes).toBeGreaterThanOrEqual(3)
  expect(refreshes).toBeLessThanOrEqual(6)
})

test.each([
  ['ahead by five minutes', 5 * minute],
  ['back by five minutes', -5 * minute],
  ['ahead by hours', 5 * hour],
  ['back by hours', -5 * hour],
  ['back by a year', -365 * 24 * hour],
])('CLI-4 PROTOCOL 9 the clock of the browser is set %s: nothing changes', async (_, ms) => {
  const { tab, email } = await signedIn()
  const now = await tab.evaluate(() => Date.now())
  await browser.context.clock.setSystemTime(now + ms)
  await pass(site, browser, 15 * minute)
  expect((await shop(tab)).by).toBe(email)
  await browser.context.clock.setSystemTime(now + 15 * minute)
  await pass(site, browser, 15 * minute)
  expect((await shop(tab)).by).toBe(email)
  expect(shopStatuses()).toEqual([200, 200])
  expect(site.asked(refreshPath).length).toBeLessThanOrEqual(6)
  expect(await toldIn(tab)).toEqual(['start'])
})

test('CLI-5 PROTOCOL 9 the clock is set back by hours while a failed refresh waits for its next try', async () => {
  const { tab, email } = await signedIn()
  site.clock.move(hour)
  site.rule(({ path }) => (path === refreshPath ? { status: 503 } : undefined))
  await shop(tab)
  await pass(site, browser, 3 * minute)
  site.rule()
  await browser.context.clock.setSystemTime((await tab.evaluate(() => Date.now())) - 5 * hour)
  site.forget()
  await pass(site, browser, 5 * minute)
  expect(site.handled(refreshPath).length).toBeGreaterThan(0)
  expect((await shop(tab)).by).toBe(email)
})

test('PROTOCOL 4 PROTOCOL 2 the whole browser sleeps for a night in the middle of a refresh, whose answer is lost', async () => {
  const { tab, email } = await signedIn()
  const other = await openTab(browser.context, site)
  site.clock.move(hour)
  let night = () => {}
  const over = new Promise<void>((resolve) => {
    night = resolve
  })
  let lost = false
  site.rule(({ path }) => {
    if (path !== refreshPath || lost) return undefined
    lost = true
    return { late: over.then(() => Promise.reject(new Error('the connection did not outlive the night'))) }
  })
  await tab.evaluate(() => void client.fetch('/shop/evening').catch(() => {}))
  await expect.poll(() => site.handled(refreshPath).length).toBe(1)
  browser.pause()
  site.clock.move(8 * hour)
  night()
  await site.quiet()
  browser.resume()
  await browser.context.clock.fastForward(8 * hour)
  expect((await Promise.all([shop(tab), shop(other)])).map(({ by }) => by)).toEqual([email, email])
  expect(await toldIn(tab)).toEqual(['start'])
  await pass(site, browser, minute)
  site.clock.move(hour)
  expect((await shop(other)).by).toBe(email)
})

test('PROTOCOL 4 I5 a life of pages shorter than D, days apart', async () => {
  const { tab, email } = await signedIn()
  await tab.close()
  for (let visits = 0; visits < 4; visits += 1) {
    // The server's time alone: the clock of the pages counts no further than 24 days.
    site.clock.move(6 * 24 * hour)
    const page = await openTab(browser.context, site)
    expect((await shop(page)).by).toBe(email)
    await page.close()
  }
})
