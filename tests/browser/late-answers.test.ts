// Answers that arrive when somebody else is signed in by now, or nobody.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { holdTime, openShakySite, pass, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signInIn, signOutIn, signUpIn, startAfresh, toldIn, whoIs } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const hour = 3_600_000
/** A little more than PROTOCOL.md's T: who holds the lock has given up by then. */
const patience = 16_000
const [ada, bob] = ['ada@example.com', 'bob@example.com']

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
  await holdTime(browser)
  const tab = await openTab(browser.context, site)
  for (const email of [ada, bob]) {
    await signUpIn(tab, email)
    await signOutIn(tab)
  }
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  site.rule()
  await startAfresh(browser.context)
})

/** Ada in two tabs, and nothing on record of how she came there. */
const adaTwice = async () => {
  const one = await openTab(browser.context, site)
  await signInIn(one, ada)
  const two = await openTab(browser.context, site)
  expect((await shop(two)).by).toBe(ada)
  await site.quiet()
  site.forget()
  return { one, two }
}

/** Holds back the first request to a path (`slow`) or its answer (`late`) until it is let go. */
const hold = (path: string, kind: 'slow' | 'late') => {
  let letGo = () => {}
  const until = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let first = true
  site.rule((asked) => {
    if (asked.path !== path || !first) return undefined
    first = false
    return { [kind]: until } as { slow: Promise<void> }
  })
  const isHeld = () => expect.poll(() => (kind === 'slow' ? site.asked(path) : site.handled(path)).length).toBe(1)
  return { letGo, isHeld }
}

const cookieNames = async () => (await browser.context.cookies()).map(({ name }) => name).toSorted()
const refreshCookie = async () => (await browser.context.cookies()).find(({ name }) => name === 'vigile_refresh')?.value

/** Bob is signed in, in every tab, and stays so over the next refreshes. */
const bobStays = async (...tabs: Page[]) => {
  for (let hours = 0; hours < 2; hours += 1) {
    for (const tab of tabs) {
      expect((await shop(tab)).by).toBe(bob)
      expect(await whoIs(tab)).toBe(bob)
      expect((await toldIn(tab)).at(-1)).toBe('start')
    }
    site.clock.move(hour)
  }
}

const nobodyStays = async (...tabs: Page[]) => {
  for (const tab of tabs) {
    expect((await shop(tab)).status).toBe(401)
    expect(await whoIs(tab)).toBeNull()
  }
  expect(await cookieNames()).toEqual(['vigile_device'])
}

test('PROTOCOL 5 a refusal of Ada’s order arrives when Bob is signed in: it is not sent again in his name', async () => {
  const { one, two } = await adaTwice()
  site.clock.move(hour)
  const { letGo, isHeld } = hold('/shop/order', 'late')
  const order = one.evaluate(
    async () => (await client.fetch('/shop/order', { method: 'POST', body: 'a yacht' })).status,
  )
  await isHeld()
  await signOutIn(two)
  await signInIn(two, bob)
  letGo()
  expect(await order).toBe(401)
  expect(site.asked('/shop/order')).toHaveLength(1)
  await bobStays(one, two)
})

test('PROTOCOL 5 who Ada is arrives when Bob is signed in: the page shows Bob', async () => {
  const { one, two } = await adaTwice()
  const { letGo, isHeld } = hold('/api/auth/me', 'late')
  const shown = whoIs(one)
  await isHeld()
  await signOutIn(two)
  await signInIn(two, bob)
  letGo()
  expect(await shown).toBe(bob)
})

test.each(['late', 'slow'] as const)(
  'PROTOCOL 5 a sign-out waits for a refresh that is under way (%s), and then is final',
  async (kind) => {
    const { one, two } = await adaTwice()
    site.clock.move(hour)
    const { letGo, isHeld } = hold(refreshPath, kind)
    const asked = shop(one)
    await isHeld()
    const left = signOutIn(two)
    expect(site.asked('/api/auth/logout')).toHaveLength(0)
    await pass(site, browser, patience)
    await left
    expect((await asked).status).toBe(401)
    letGo()
    await site.quiet()
    await nobodyStays(one, two)
    for (const tab of [one, two]) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual(['signed_out'])
  },
)

test.each(['late', 'slow'] as const)(
  'PROTOCOL 5 Bob signs in while Ada’s refresh is under way (%s): Bob it is',
  async (kind) => {
    const { one, two } = await adaTwice()
    site.clock.move(hour)
    const { letGo, isHeld } = hold(refreshPath, kind)
    const asked = shop(one)
    await isHeld()
    const came = signInIn(two, bob)
    await pass(site, browser, patience)
    await came
    await asked
    const his = await refreshCookie()
    letGo()
    await site.quiet()
    expect(await refreshCookie()).toBe(his)
    await bobStays(one, two)
  },
)

test('PROTOCOL 6 Ada’s session was ended; word of it arrives when Bob is signed in: he stays', async () => {
  const { one, two } = await adaTwice()
  await site.server.vigile.sessions.endEveryones({ kind: 'operator', name: 'test' })
  const { letGo, isHeld } = hold(refreshPath, 'late')
  const asked = shop(one)
  await isHeld()
  const came = signInIn(two, bob)
  await pass(site, browser, patience)
  await came
  await asked
  letGo()
  await site.quiet()
  await bobStays(one, two)
})

test.each(['late', 'slow'] as const)(
  'PROTOCOL 6 the clean-up after Ada’s session hangs (%s) while Bob signs in: he stays',
  async (kind) => {
    const { one, two } = await adaTwice()
    await site.server.vigile.sessions.endEveryones({ kind: 'operator', name: 'test' })
    const { letGo, isHeld } = hold('/api/auth/logout', kind)
    const asked = shop(one)
    await isHeld()
    expect(JSON.parse(site.asked('/api/auth/logout')[0]!.body.toString()).only).toMatch(/^[0-9a-f]{16}$/)
    const came = signInIn(two, bob)
    await pass(site, browser, patience)
    await came
    await asked
    letGo()
    await site.quiet()
    await bobStays(one, two)
  },
)

test('PROTOCOL 5 an ack of Ada’s reaches the server when Bob is signed in: nothing comes of it', async () => {
  const { letGo, isHeld } = hold('/api/auth/ack', 'slow')
  site.forget()
  const one = await openTab(browser.context, site)
  await signInIn(one, ada)
  await isHeld()
  await signOutIn(one)
  await signInIn(one, bob)
  letGo()
  await site.quiet()
  await bobStays(one)
})

test('PROTOCOL 5 CLI-6 the answer to a sign-out is lost: signed out all the same, told once, and Bob can come', async () => {
  const { one, two } = await adaTwice()
  site.rule(({ path }) => (path === '/api/auth/logout' ? 'lost' : undefined))
  const result = await one.evaluate(() => client.signOut())
  // It can't know: the user may press the button again.
  expect(result.ok).toBe(false)
  site.rule()
  await nobodyStays(one, two)
  for (const tab of [one, two]) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual(['signed_out'])
  await signInIn(two, bob)
  await bobStays(one, two)
})
