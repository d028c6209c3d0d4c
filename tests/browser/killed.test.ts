// Chromium dies without warning, and comes back with the cookies that it had written to disk by then.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import type { Asked } from './gate.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signUpIn, toldIn } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const hour = 3_600_000

let site: ShakySite
beforeAll(async () => {
  site = await openShakySite()
})
afterAll(() => site?.close())
afterEach(() => {
  site.rule()
  site.forget()
})

const emailOf = (name: string) => `${name}@example.com`

const rotations = (list: readonly Asked[]) =>
  list.filter(({ setCookies }) => setCookies?.some((line) => line.startsWith('vigile_refresh=')))

/** A profile of someone who is signed in, with that on the disk: Chromium writes its cookies when it ends in order. */
const signedInOnDisk = async (name: string): Promise<Folder> => {
  const profile = await temporaryFolder('profile')
  const browser = await launchChromium(profile.path)
  await signUpIn(await openTab(browser.context, site), emailOf(name))
  await browser.stop()
  return profile
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('after a rotation', () => {
  /**
   * Chromium writes cookies up to 30 s late, by the real clock: around then it is chance whether the new ones are on the disk. All
   * wait at the same time. Those that must not have written come last, so that little is waiting to be written already.
   */
  const rows = [
    { seconds: 40, asleep: false },
    { seconds: 31, asleep: false },
    { seconds: 10, asleep: false },
    { seconds: 1, asleep: false },
    // A laptop that sleeps writes nothing either, and its battery runs out in the morning.
    { seconds: 0, asleep: true },
  ]
  const nameOf = ({ seconds }: { seconds: number }) => `killed-${seconds}`
  const profiles = new Map<number, Folder>()

  const killedAfter = async ({ seconds, asleep }: (typeof rows)[number], browser: Chromium) => {
    await wait(seconds * 1000)
    if (asleep) browser.pause()
    await browser.kill()
  }

  beforeAll(async () => {
    const folders = await Promise.all(rows.map((row) => signedInOnDisk(nameOf(row))))
    rows.forEach(({ seconds }, n) => void profiles.set(seconds, folders[n]!))
    const browsers: Chromium[] = []
    for (const folder of folders) browsers.push(await launchChromium(folder.path))
    try {
      const tabs = await Promise.all(browsers.map(({ context }) => openTab(context, site)))
      site.clock.move(hour)
      site.forget()
      const heard = await Promise.all(tabs.map((tab) => shop(tab)))
      expect(heard.map(({ by }) => by)).toEqual(rows.map((row) => emailOf(nameOf(row))))
      expect(rotations(site.handled(refreshPath))).toHaveLength(rows.length)
      await vi.waitFor(() => expect(site.handled('/api/auth/ack')).toHaveLength(rows.length), 20_000)
      await Promise.all(rows.map((row, n) => killedAfter(row, browsers[n]!)))
    } finally {
      await Promise.all(browsers.map((browser) => browser.stop()))
    }
    site.clock.move(8 * hour)
    site.forget()
  }, 240_000)
  afterAll(async () => {
    for (const profile of profiles.values()) await profile.remove()
  })

  test.each(rows)(
    'PROTOCOL 4 I5 killed $seconds s after a rotation (asleep: $asleep), back later: still signed in',
    async ({ seconds }) => {
      const browser = await launchChromium(profiles.get(seconds)!.path)
      try {
        const email = emailOf(nameOf({ seconds }))
        const back = await openTab(browser.context, site)
        expect((await shop(back)).by).toBe(email)
        const statuses = site.handled(refreshPath).map(({ status }) => status)
        // Where the jar is a generation behind, that is asked for once more, with proof, and made good.
        const behind = [409, 200]
        expect(seconds < 10 ? [behind] : [behind, [200]]).toContainEqual(statuses)

        for (let hours = 0; hours < 2; hours += 1) {
          site.clock.move(hour)
          expect((await shop(back)).by).toBe(email)
        }
        expect((await toldIn(back)).filter((what) => what !== 'start')).toEqual([])
        await back.goto(`${site.url}/account`)
        await back.getByText(email).first().waitFor()
      } finally {
        await browser.stop()
      }
    },
  )
})

describe('one profile', () => {
  let profile: Folder
  let browser: Chromium
  let people = 0
  let email = ''
  beforeEach(async () => {
    people += 1
    email = emailOf(`clumsy-${people}`)
    profile = await signedInOnDisk(`clumsy-${people}`)
    browser = await launchChromium(profile.path)
    site.forget()
  })
  afterEach(async () => {
    await browser?.stop()
    await profile?.remove()
  })

  const crash = async () => {
    await browser.kill()
    browser = await launchChromium(profile.path)
  }

  test('PROTOCOL 4 two visits, hours apart, and each ends in a crash', async () => {
    for (let visits = 0; visits < 2; visits += 1) {
      site.clock.move(5 * hour)
      expect((await shop(await openTab(browser.context, site))).by).toBe(email)
      await crash()
    }
    expect((await shop(await openTab(browser.context, site))).by).toBe(email)
  })

  test.each(['slow', 'late'] as const)(
    'PROTOCOL 3 PROTOCOL 4 killed while a refresh or its answer is on its way (%s)',
    async (kind) => {
      const tab = await openTab(browser.context, site)
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
      expect((await shop(back)).by).toBe(email)
    },
  )
})
