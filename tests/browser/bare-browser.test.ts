// Browsers that lack, or refuse, what the client would like to use: sessions live all the same.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signInIn, signOutIn, signUpIn, toldIn, whoIs } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const hour = 3_600_000

type Missing = 'locks' | 'channel' | 'storage'

/** `refreshes`: how many at most when two tabs find out together that the access token has expired. */
const browsers: readonly { name: string; missing: readonly Missing[]; refreshes: number }[] = [
  { name: 'no Web Locks', missing: ['locks'], refreshes: 1 },
  { name: 'no BroadcastChannel', missing: ['channel'], refreshes: 1 },
  { name: 'localStorage refused', missing: ['storage'], refreshes: 1 },
  { name: 'no Web Locks, localStorage refused', missing: ['locks', 'storage'], refreshes: 1 },
  // Where a tab can't hear of the others each asks for itself, once: the protocol makes one of their answers.
  { name: 'no Web Locks, no BroadcastChannel', missing: ['locks', 'channel'], refreshes: 2 },
  { name: 'none of the three', missing: ['locks', 'channel', 'storage'], refreshes: 2 },
]

let site: ShakySite
beforeAll(async () => {
  site = await openShakySite()
})
afterAll(() => site?.close())

/** Runs in the page before its own scripts. */
const takeAway = (missing: readonly Missing[]) => {
  if (missing.includes('locks')) Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
  if (missing.includes('channel')) Reflect.deleteProperty(globalThis, 'BroadcastChannel')
  if (missing.includes('storage'))
    Object.defineProperty(globalThis, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError')
      },
    })
}

describe.each(browsers)('CLI-3 PROTOCOL 12 $name', ({ name, missing, refreshes }) => {
  let browser: Chromium
  beforeAll(async () => {
    browser = await launchChromium()
    await browser.context.addInitScript(takeAway, missing)
  })
  afterAll(() => browser?.stop())

  test('two tabs ask twenty times at once: still signed in, and so on for hours', async () => {
    const email = `bare-${browsers.findIndex((one) => one.name === name)}@example.com`
    const one = await openTab(browser.context, site)
    await signUpIn(one, email)
    const two = await openTab(browser.context, site)
    // A tab that can't hear of the others first asks for itself what there is to know.
    if (refreshes > 1) await two.evaluate(() => client.refresh())
    for (let hours = 0; hours < 3; hours += 1) {
      site.clock.move(hour)
      site.forget()
      const heard = await Promise.all([one, two].flatMap((tab) => Array.from({ length: 10 }, () => shop(tab))))
      expect(heard.map(({ by }) => by)).toEqual(heard.map(() => email))
      const asked = site.handled(refreshPath)
      expect(asked.length).toBeLessThanOrEqual(refreshes)
      expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200))
      await site.quiet()
    }
    expect(await toldIn(one)).toEqual(['start'])

    await signOutIn(two)
    expect(await whoIs(one)).toBeNull()
    expect((await shop(two)).status).toBe(401)
    await signInIn(one, email)
    expect(await whoIs(two)).toBe(email)
  })
})

test('CLI-3 H-16 PROTOCOL 12 storage is emptied under the client: nobody is signed out', async () => {
  const browser = await launchChromium()
  try {
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
  } finally {
    await browser.stop()
  }
})
