// Several tabs and windows of one person: in front, behind, frozen in the middle of a refresh.
import type { Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { shop, signInIn, signOutIn, signUpIn, toldIn, whoIs } from './tabs.ts'
import { launchWindows, type WindowedChromium, type Windows } from './windows.ts'

const refreshPath = '/api/auth/refresh'
const [minute, hour] = [60_000, 3_600_000]

let site: ShakySite
let chromium: WindowedChromium
let windows: Windows
beforeAll(async () => {
  site = await openShakySite()
  chromium = await launchWindows(site)
})
afterAll(async () => {
  await chromium?.stop()
  await site?.close()
})
beforeEach(async () => {
  windows = await chromium.profile()
})
afterEach(async () => {
  site.rule()
  site.forget()
  await windows?.close()
})

let people = 0
/** Two tabs of one window and one of another, signed in; the first is behind the second. */
const threeTabs = async () => {
  people += 1
  const email = `windows-${people}@example.com`
  const first = await windows.open()
  await signUpIn(first, email)
  const second = await windows.open()
  const apart = await windows.open('window')
  for (const tab of [first, second, apart]) expect((await shop(tab)).by).toBe(email)
  return { first, second, apart, email }
}

const held = () => {
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  return { until, release }
}

/** The first refresh from now on is handled, and its answer waits. */
const holdFirstRefresh = () => {
  const { until, release } = held()
  let first = true
  site.rule(({ path }) => {
    if (path !== refreshPath || !first) return undefined
    first = false
    return { late: until }
  })
  return release
}

/** Whether nothing runs in it. */
const stands = (page: Page): Promise<boolean> =>
  Promise.race([
    page.evaluate(() => new Promise<boolean>((run) => setTimeout(() => run(false), 0))),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
  ])

const visibility = (page: Page) => page.evaluate(() => document.visibilityState)

test.each(['freeze', 'pause'] as const)(
  'H-16 CLI-3 PROTOCOL 12 a tab that is stopped (%s) while it holds the lock stops nobody else',
  async (how) => {
    const { first, second, apart, email } = await threeTabs()
    expect([await visibility(first), await visibility(second)]).toEqual(['hidden', 'visible'])
    await windows.hurry([first, second, apart])
    await windows.skip(hour, [first, second, apart])
    const deliver = holdFirstRefresh()
    void first.evaluate(() => void client.fetch('/shop/first'))
    await expect.poll(() => site.handled(refreshPath).length).toBe(1)
    const wake = await windows[how](first)
    expect(await stands(first)).toBe(true)

    const heard = await Promise.all([shop(second), shop(apart)])
    expect(heard.map(({ by }) => by)).toEqual([email, email])
    // Of the two that waited both may have lost patience in the same moment.
    expect(site.asked(refreshPath).length).toBeLessThanOrEqual(3)

    deliver()
    await wake()
    expect((await shop(first)).by).toBe(email)
    for (let hours = 0; hours < 3; hours += 1) {
      await windows.skip(hour, [first, second, apart])
      for (const tab of [first, second, apart]) expect((await shop(tab)).by).toBe(email)
    }
    for (const tab of [second, apart]) expect(await toldIn(tab)).toEqual([])
    expect(await toldIn(first)).toEqual(['start'])
  },
)

test('H-16 CLI-6 PROTOCOL 5 signed out while a frozen tab holds the lock; its late answer brings nobody back', async () => {
  const { first, second, apart } = await threeTabs()
  await windows.hurry([first, second, apart])
  await windows.skip(hour, [first, second, apart])
  const deliver = holdFirstRefresh()
  void first.evaluate(() => void client.fetch('/shop/first'))
  await expect.poll(() => site.handled(refreshPath).length).toBe(1)
  const wake = await windows.freeze(first)
  await signOutIn(second)
  deliver()
  await wake()
  for (const tab of [first, second, apart]) {
    expect((await shop(tab)).status).toBe(401)
    expect(await whoIs(tab)).toBeNull()
  }
  expect((await first.cookies(`${site.url}/api/auth`)).map(({ name }) => name)).toEqual(['vigile_device'])
  expect(await Promise.all([first, second, apart].map(toldIn))).toEqual([
    ['start', 'signed_out'],
    ['signed_out'],
    ['signed_out'],
  ])
})

test('H-16 a tab that froze in the queue for the lock, or long before, delays nobody', async () => {
  const { first, second, apart, email } = await threeTabs()
  await windows.freeze(first)
  await windows.skip(hour, [second, apart])
  for (const tab of [second, apart]) expect((await shop(tab)).by).toBe(email)
  expect(await stands(first)).toBe(true)
})

test('CLI-4 a hidden tab that nobody uses asks for nothing; once shown it refreshes before its first request fails', async () => {
  const { first, second, apart, email } = await threeTabs()
  await Promise.all([second.goto('about:blank'), apart.close()])
  expect(await visibility(first)).toBe('hidden')
  // What it did a moment ago no longer counts as use.
  await windows.hurry([first])
  await windows.skip(20 * minute, [first])
  site.forget()
  // Two beats of five seconds, at five times the speed; hidden tabs run timers by the second.
  await expect.poll(() => stands(first), { timeout: 30_000, interval: 4_000 }).toBe(false)
  expect(site.asked(refreshPath)).toHaveLength(0)
  await first.bringToFront()
  await expect.poll(() => site.handled(refreshPath).length).toBe(1)
  expect((await shop(first)).by).toBe(email)
  expect(site.asked('/shop').map(({ status }) => status)).toEqual([200])
})

test('CLI-3 CLI-6 every tab and window learns of a sign-in and of a sign-out once, a frozen one when it wakes', async () => {
  const { first, second, apart, email } = await threeTabs()
  const wake = await windows.freeze(first)
  await signOutIn(apart)
  await expect.poll(() => toldIn(second)).toEqual(['signed_out'])
  expect(await toldIn(apart)).toEqual(['signed_out'])
  await wake()
  await expect.poll(() => toldIn(first)).toEqual(['start', 'signed_out'])
  for (const tab of [first, second, apart]) expect(await whoIs(tab)).toBeNull()

  await signInIn(second, email)
  for (const tab of [first, second, apart]) await expect.poll(async () => (await toldIn(tab)).at(-1)).toBe('start')
  for (const tab of [first, second, apart]) expect(await whoIs(tab)).toBe(email)
  expect(await toldIn(first)).toEqual(['start', 'signed_out', 'start'])
})
