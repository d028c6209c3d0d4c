// Chromium dies without warning, and comes back with the cookies that it had written to disk by then.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import type { Asked } from './gate.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signUpIn, toldIn } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const hour = 3_600_000

let site: ShakySite
let profile: Folder
let browser: Chromium
beforeAll(async () => {
  site = await openShakySite()
})
afterAll(() => site?.close())
beforeEach(async () => {
  profile = await temporaryFolder('profile')
  browser = await launchChromium(profile.path)
})
afterEach(async () => {
  site.rule()
  site.forget()
  await browser?.stop()
  await profile?.remove()
})

const email = (name: string) => `${name}@example.com`

/** Signed in, with that on the disk: Chromium writes its cookies when it ends in order. */
const signedInOnDisk = async (name: string) => {
  await signUpIn(await openTab(browser.context, site), email(name))
  await browser.stop()
  browser = await launchChromium(profile.path)
  const tab = await openTab(browser.context, site)
  site.forget()
  return tab
}

const crash = async () => {
  await browser.kill()
  browser = await launchChromium(profile.path)
}

const rotations = (list: readonly Asked[]) =>
  list.filter(({ setCookies }) => setCookies?.some((line) => line.startsWith('vigile_refresh=')))

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

type Row = { readonly seconds: number; readonly asleep?: boolean }
/** Chromium writes cookies up to 30 s late: whether the new one is on the disk is chance around then. */
const rows: readonly Row[] = [
  { seconds: 1 },
  { seconds: 0, asleep: true },
  ...(process.env.VIGILE_LONG === '1' ? [{ seconds: 10 }, { seconds: 31 }, { seconds: 40 }] : []),
]

test.each(rows)(
  'PROTOCOL 4 I5 killed $seconds s after a rotation (asleep: $asleep), back later: still signed in',
  async ({ seconds, asleep }) => {
    const name = `killed-${seconds}`
    const tab = await signedInOnDisk(name)
    site.clock.move(hour)
    expect((await shop(tab)).by).toBe(email(name))
    expect(rotations(site.handled(refreshPath))).toHaveLength(1)
    await expect.poll(() => site.handled('/api/auth/ack').length).toBe(1)
    await wait(seconds)
    // A laptop that sleeps writes nothing either, and its battery runs out in the morning.
    if (asleep) browser.pause()
    site.clock.move(asleep ? 8 * hour : hour)
    await crash()

    site.forget()
    const back = await openTab(browser.context, site)
    expect((await shop(back)).by).toBe(email(name))
    const statuses = site.handled(refreshPath).map(({ status }) => status)
    // The jar is a generation behind: that was asked for once more, with proof, and made good.
    if (seconds < 30) expect(statuses).toEqual([409, 200])
    if (seconds > 36) expect(statuses).toEqual([200])

    for (let hours = 0; hours < 3; hours += 1) {
      site.clock.move(hour)
      expect((await shop(back)).by).toBe(email(name))
    }
    expect(await toldIn(back)).not.toContain('reuse')
    await back.goto(`${site.url}/account`)
    await back.getByText(email(name)).first().waitFor()
  },
)

test('PROTOCOL 4 three visits, hours apart, and each ends in a crash', async () => {
  await signedInOnDisk('clumsy')
  for (let visits = 0; visits < 3; visits += 1) {
    site.clock.move(5 * hour)
    const tab = await openTab(browser.context, site)
    expect((await shop(tab)).by).toBe(email('clumsy'))
    await crash()
  }
})

test.each(['slow', 'late'] as const)(
  'PROTOCOL 3 PROTOCOL 4 killed while a refresh or its answer is on its way (%s)',
  async (kind) => {
    const tab = await signedInOnDisk(kind)
    site.clock.move(hour)
    const crashed = new Promise<void>((resolve) => {
      browser.context.once('close', () => resolve())
    })
    site.rule(({ path }) => (path === refreshPath ? ({ [kind]: crashed } as { slow: Promise<void> }) : undefined))
    await tab.evaluate(() => void client.fetch('/shop').catch(() => {}))
    await expect.poll(() => site.asked(refreshPath).length).toBe(1)
    await crash()
    site.rule()
    await site.quiet()
    expect(rotations(site.handled(refreshPath))).toHaveLength(1)
    const back = await openTab(browser.context, site)
    expect((await shop(back)).by).toBe(email(kind))
  },
)

test('PROTOCOL 4 I5 a life of pages shorter than D, days apart', async () => {
  const first = await openTab(browser.context, site)
  await signUpIn(first, email('short'))
  await first.close()
  for (let visits = 0; visits < 4; visits += 1) {
    site.clock.move(6 * 24 * hour)
    const page = await openTab(browser.context, site)
    expect((await shop(page)).by).toBe(email('short'))
    await page.close()
  }
})
