// Answers to refreshes that the server gave and the browser never got (I5).
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { holdTime, openShakySite, pass, type ShakySite, sleep } from './shaky-site.ts'
import { openTab, shop, signUpIn, startAfresh, toldIn } from './tabs.ts'

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

let people = 0
const signedIn = async () => {
  people += 1
  const email = `lost-${people}@example.com`
  const tab = await openTab(browser.context, site)
  await signUpIn(tab, email)
  // Awake for over D: the token is on the disk, and the server knows.
  await pass(site, browser, minute)
  await expect.poll(() => site.handled('/api/auth/ack').length).toBeGreaterThan(0)
  site.clock.move(hour)
  site.forget()
  return { tab, email }
}

const cookie = async (name: string) => (await browser.context.cookies()).find((one) => one.name === name)?.value

test.each([1, 2, 5])('I5 CLI-5 PROTOCOL 2 %i answers in a row are lost: still signed in', async (count) => {
  const { tab, email } = await signedIn()
  const before = await cookie('vigile_refresh')
  let left = count
  site.rule(({ path }) => (path === refreshPath && left-- > 0 ? 'lost' : undefined))
  await shop(tab)
  await pass(site, browser, 10 * minute)
  const rotated = site
    .handled(refreshPath)
    .filter(({ setCookies }) => setCookies?.some((line) => line.startsWith('vigile_refresh')))
  expect(rotated.length).toBeGreaterThan(count)
  expect(await cookie('vigile_refresh')).not.toBe(before)
  expect((await shop(tab)).by).toBe(email)
  expect(await toldIn(tab)).toEqual(['start'])
  // And on it goes.
  await pass(site, browser, minute)
  site.clock.move(hour)
  expect((await shop(tab)).by).toBe(email)
})

test('I5 PROTOCOL 2 twenty answers in a row are lost over two hours, and the next one arrives', async () => {
  const { tab, email } = await signedIn()
  let lost = 0
  site.rule(({ path }) => {
    if (path !== refreshPath || lost === 20) return undefined
    lost += 1
    return 'lost'
  })
  await shop(tab)
  for (let before = lost; lost < 20; before = lost) {
    await sleep(site, browser, 5 * minute)
    await expect.poll(() => lost).toBeGreaterThan(before)
    await site.quiet()
  }
  await pass(site, browser, 5 * minute)
  expect((await shop(tab)).by).toBe(email)
  expect(await toldIn(tab)).toEqual(['start'])
})

test('I5 the cookies of an answer arrive and its body does not', async () => {
  const { tab, email } = await signedIn()
  const before = await cookie('vigile_refresh')
  let left = 1
  site.rule(({ path }) => (path === refreshPath && left-- > 0 ? 'torn' : undefined))
  expect((await shop(tab)).by).toBe(email)
  expect(await cookie('vigile_refresh')).not.toBe(before)
  await pass(site, browser, minute)
  site.clock.move(hour)
  expect((await shop(tab)).by).toBe(email)
  expect(await toldIn(tab)).toEqual(['start'])
})

test('I5 answers are lost, the tab is closed, and the next visit is days later', async () => {
  const { tab, email } = await signedIn()
  site.rule(({ path }) => (path === refreshPath ? 'lost' : undefined))
  await shop(tab)
  await tab.close()
  site.rule()
  await sleep(site, browser, 5 * 24 * hour)
  const later = await openTab(browser.context, site)
  expect((await shop(later)).by).toBe(email)
})

test('I5 every third answer of every kind is lost for a day of use', async () => {
  const { tab, email } = await signedIn()
  let count = 0
  site.rule(({ path }) => (path.startsWith('/api/auth/') && ++count % 3 === 0 ? 'lost' : undefined))
  for (let turn = 0; turn < 8; turn += 1) {
    site.clock.move(3 * hour)
    await pass(site, browser, minute)
    await expect.poll(async () => (await shop(tab)).by, { timeout: 5_000 }).toBe(email)
  }
  expect(await toldIn(tab)).toEqual(['start'])
})
