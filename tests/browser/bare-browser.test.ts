// Browsers that lack, or refuse, what the client would like to use: sessions live all the same.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { type Missing, takeAway } from './pages/take-away.ts'
import { signUp } from './people.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signInIn, signOutIn, signUpIn, startAfresh, toldIn, whoIs } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const hour = 3_600_000

/**
 * `shares`: tabs can take turns and tell each other, so that one refresh does for both. A browser promises no order between lock,
 * channel and storage, and a busy tab may object too late: that two refresh at once now and then is what the protocol is made for.
 * Where they can't, each asks for itself.
 */
const browsers: readonly { name: string; missing: readonly Missing[]; shares: boolean }[] = [
  { name: 'no Web Locks', missing: ['locks'], shares: true },
  { name: 'no BroadcastChannel', missing: ['channel'], shares: true },
  { name: 'storage refused', missing: ['storage'], shares: true },
  { name: 'no Web Locks, storage refused', missing: ['locks', 'storage'], shares: true },
  { name: 'no Web Locks, no BroadcastChannel', missing: ['locks', 'channel'], shares: false },
  { name: 'none of them', missing: ['locks', 'channel', 'storage'], shares: false },
]

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(() => startAfresh(browser.context))

test.each(browsers)(
  'CLI-3 CLI-6 PROTOCOL 12 $name: two tabs ask twenty times at once for hours, one signs out, and in again',
  async ({ name, missing, shares }) => {
    const email = `bare-${browsers.findIndex((one) => one.name === name)}@example.com`
    const open = () => openTab(browser.context, site, (page) => page.addInitScript(takeAway, missing))
    const one = await open()
    await signUpIn(one, email)
    const two = await open()
    // A new tab that can't read what the others know asks the server once, to begin with.
    await two.evaluate(() => client.refresh())

    const counts: number[] = []
    for (let hours = 0; hours < 3; hours += 1) {
      await site.quiet()
      site.clock.move(hour)
      site.forget()
      const heard = await Promise.all([one, two].flatMap((tab) => Array.from({ length: 10 }, () => shop(tab))))
      expect(heard.map(({ by }) => by)).toEqual(heard.map(() => email))
      const statuses = site.handled(refreshPath).map(({ status }) => status)
      // A refresh that comes when the other's cookie has just arrived is told so, and asks again with the new one; so does one
      // whose CSRF token was read just before.
      const renewed = statuses.filter((status) => status !== 409 && status !== 403)
      expect(renewed).toEqual(renewed.map(() => 200))
      counts.push(renewed.length)
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(2)
    if (shares) expect(Math.min(...counts)).toBe(1)
    // Nothing ended. What another tab began may look like a beginning to one that can't compare.
    for (const tab of [one, two]) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual([])

    await signOutIn(two)
    expect(await whoIs(one)).toBeNull()
    expect((await shop(two)).status).toBe(401)
    // Without a channel it is the next beat that notices.
    const ends = async (tab: Page) => (await toldIn(tab)).filter((what) => /^(signed_out|unknown)$/.test(what)).length
    for (const tab of [one, two]) await expect.poll(() => ends(tab), { timeout: 20_000 }).toBe(1)
    await signInIn(one, email)
    expect(await whoIs(two)).toBe(email)
  },
)

test('CLI-3 PROTOCOL 12 storage is emptied under the client, or written over: nobody is signed out', async () => {
  const one = await openTab(browser.context, site)
  await signUpIn(one, 'evicted@example.com')
  await one.evaluate(() => localStorage.clear())
  expect((await shop(one)).by).toBe('evicted@example.com')
  site.clock.move(hour)
  const two = await openTab(browser.context, site)
  await two.evaluate(() => localStorage.clear())
  for (const tab of [one, two]) expect((await shop(tab)).by).toBe('evicted@example.com')
  await two.evaluate(() => localStorage.setItem('vigile:session', 'somebody else wrote here'))
  site.clock.move(hour)
  for (const tab of [one, two]) expect((await shop(tab)).by).toBe('evicted@example.com')
  for (const tab of [one, two]) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual([])
})

describe('the hosted pages', () => {
  test('CLI-3 UI-1 none of them, and no IndexedDB: sign up, come back after hours by the bounce page, sign out', async () => {
    const page = await browser.context.newPage()
    await page.addInitScript(takeAway, ['locks', 'channel', 'storage', 'databases'] as const)
    await signUp(page, site.url, 'bare-pages@example.com')
    for (let hours = 0; hours < 2; hours += 1) {
      site.clock.move(hour)
      await page.goto(`${site.url}/account`)
      await page.getByText('bare-pages@example.com').first().waitFor()
      expect(new URL(page.url()).pathname).toBe('/account')
    }
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.waitForURL('**/sign-in**')
  })
})
