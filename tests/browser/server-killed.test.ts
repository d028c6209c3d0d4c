// Two windows of one person, a network on which all goes wrong, and a server in a process of its own that dies and comes back.
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fate, Rule } from './gate.ts'
import { openServerProcess, type ServerProcess } from './server-process.ts'
import { shop, signOutIn, signUpIn, toldIn, whoIs } from './tabs.ts'
import { launchWindows, type WindowedChromium, type Windows } from './windows.ts'

const refreshPath = '/api/auth/refresh'
const [minute, hour] = [60_000, 3_600_000]
const email = 'two-windows@example.com'

let site: ServerProcess
let chromium: WindowedChromium
let windows: Windows
let tabs: Page[]
beforeAll(async () => {
  site = await openServerProcess()
  chromium = await launchWindows({ url: site.url, clock: { move() {} } })
  windows = await chromium.profile()
  const first = await windows.open()
  await signUpIn(first, email)
  tabs = [first, await windows.open(), await windows.open('window'), await windows.open()]
  await windows.hurry(tabs)
})
afterAll(async () => {
  await windows?.close()
  await chromium?.stop()
  await site?.close()
})

/** The server dies, and comes back so much later. `knowing`: the pages' clocks go on as well. */
const later = async (ms: number, { knowing = true } = {}) => {
  await site.kill()
  await site.start(ms)
  if (knowing) await windows.skip(ms, tabs)
}

/** Five minutes later at most, by the clocks of the pages: the longest pause after failures. */
const allAreIn = async () => {
  await windows.skip(5 * minute, tabs)
  for (const tab of tabs) await expect.poll(async () => (await shop(tab)).by, { timeout: 120_000 }).toBe(email)
}

const toldOfAnEnd = async () => (await Promise.all(tabs.map(toldIn))).flat().filter((what) => what !== 'start')

test('CLI-3 PROTOCOL 2 four tabs in two windows ask fifty times with an expired token: all are answered, nobody is refused', async () => {
  // A new access token: no tab has reason to ask while the server is away, and to rest after that.
  await tabs[0]!.evaluate(() => client.refresh())
  await later(hour, { knowing: false })
  site.forget()
  const heard = await Promise.all(tabs.flatMap((tab) => Array.from({ length: 13 }, () => shop(tab))))
  expect(heard.map(({ by }) => by)).toEqual(heard.map(() => email))
  const statuses = site.handled(refreshPath).map(({ status }) => status)
  expect(statuses).toContain(200)
  expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([])
})

test('PROTOCOL 3 killed before it handles a refresh, after that, and in the middle: all tabs come back by themselves', async () => {
  const moments: Record<string, (killed: Promise<void>) => Fate | undefined> = {
    'the request waits on the way': (killed) => ({ slow: killed }),
    'the answer is on its way': () => 'lost',
    'whatever it is at': () => undefined,
  }
  for (const fate of Object.values(moments)) {
    await later(hour)
    site.forget()
    let die = () => {}
    const killed = new Promise<void>((resolve) => {
      die = resolve
    })
    let first = true
    site.rule(({ path }) => {
      if (path !== refreshPath || !first) return undefined
      first = false
      return fate(killed)
    })
    const asked = tabs.map((tab) => shop(tab))
    await expect.poll(() => site.asked(refreshPath).length).toBeGreaterThan(0)
    await site.kill()
    die()
    await Promise.all(asked)
    await site.start(0)
    site.rule()
    await allAreIn()
  }
  expect(await toldOfAnEnd()).toEqual([])
})

test('CLI-5 I5 hours of use while every kind of fault befalls every other answer: nobody is signed out', async () => {
  const fates: readonly (Fate | undefined)[] = [
    'lost',
    'cut',
    { status: 503 },
    'torn',
    { status: 429 },
    { status: 502 },
  ]
  let turn = 0
  const shaky: Rule = ({ path }) => {
    if (!path.startsWith('/api/auth/')) return undefined
    turn += 1
    return turn % 2 ? fates[((turn - 1) / 2) % fates.length] : undefined
  }
  for (let hours = 0; hours < 3; hours += 1) {
    site.rule(shaky)
    await later(hour)
    for (let round = 0; round < 3; round += 1) await Promise.all(tabs.map((tab) => shop(tab)))
    site.rule()
    await allAreIn()
  }
  expect(await toldOfAnEnd()).toEqual([])
})

test('CLI-6 signed out in one tab of one window: signed out in every tab of both', async () => {
  await signOutIn(tabs[2]!)
  for (const tab of tabs) await expect.poll(() => whoIs(tab)).toBeNull()
  for (const tab of tabs) await expect.poll(async () => (await toldIn(tab)).at(-1)).toBe('signed_out')
  for (const tab of tabs) expect((await shop(tab)).status).toBe(401)
})
