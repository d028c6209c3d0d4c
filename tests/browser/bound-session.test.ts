// A bound session in a real browser: the key is there after a reload and after SIGKILL, and a copy of the jar is worth nothing.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { openDatabase } from '../protocol/desk.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { temporaryFolder } from '../services/place.ts'
import { takeAway } from './pages/take-away.ts'
import { signIn, signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

const [minute, hour] = [60_000, 3_600_000]

let site: BrowserSite
let database: Database
let profile: Awaited<ReturnType<typeof temporaryFolder>>
let browser: Chromium
beforeAll(async () => {
  profile = await temporaryFolder('bound-profile')
  site = await openBrowserSite('embedded', { sessions: { binding: 'required' } })
  database = openDatabase('embedded', site.database)
  browser = await launchChromium(profile.path)
})
afterAll(async () => {
  await browser?.stop()
  await database?.close()
  await site?.close()
  await profile?.remove()
})

const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused')

/** The session of whoever is signed in there, as the page's own script is told. */
const sessionIn = (page: Page): Promise<SessionId> =>
  page.evaluate(async () => (await (await fetch('/api/auth/me')).json()).session.id)
const rowOf = async (id: SessionId) => (await database.sessions.find(id)).session

const openAccount = async (page: Page): Promise<Page> => {
  await page.goto(`${site.url}/account`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => statusOf(page, '/api/auth/me')).toBe(200)
  return page
}

/** Asks as a thief's script would, with all that the jar gives it. */
const actIn = (page: Page, path: string, body: object = {}) =>
  page.evaluate(
    async ([path, text]) => {
      const csrf = document.cookie.split('; ').find((pair) => pair.startsWith('vigile_csrf='))
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf?.slice('vigile_csrf='.length) ?? '' }
      const answer = await fetch(path, { method: 'POST', headers, body: text })
      return { status: answer.status, text: await answer.text() }
    },
    [`/api/auth/${path}`, JSON.stringify(body)] as const,
  )

test('PROTOCOL bound: the key can’t leave the browser, and survives reloads, SIGKILL and the bounce page', async () => {
  const page = await browser.context.newPage()
  await signUp(page, site.url, 'bound@example.com')
  const exported = await page.evaluate(async () => {
    const opening = indexedDB.open('vigile:binding', 1)
    await new Promise((done) => (opening.onsuccess = done))
    const get = opening.result.transaction('keys').objectStore('keys').get('device')
    await new Promise((done) => (get.onsuccess = done))
    const outcome = await crypto.subtle.exportKey('jwk', get.result.privateKey).then(
      () => 'exported',
      (error: DOMException) => error.name,
    )
    opening.result.close()
    return outcome
  })
  expect(exported).toBe('InvalidAccessError')

  site.clock.move(3_600_000)
  await page.goto(`${site.url}/account`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await statusOf(page, '/api/auth/me')).toBe(200)

  // Cookies that came a moment ago may not be on the disk yet; the key is.
  const cookies = await browser.context.cookies()
  await browser.kill()
  browser = await launchChromium(profile.path)
  await browser.context.addCookies(cookies)
  site.clock.move(3_600_000)
  const again = await browser.context.newPage()
  await again.goto(`${site.url}/account`)
  await again.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => statusOf(again, '/api/auth/me')).toBe(200)
  expect(alerts()).toEqual([])
})

test('PROTOCOL bound: a copied jar in another browser gets no new token and changes nothing; an alert is raised, its owner notices nothing', async () => {
  const own = await openAccount(await browser.context.newPage())
  const id = await sessionIn(own)
  const before = await rowOf(id)
  expect(before?.boundKey).toBeTruthy()
  const [cookies, alerted] = [await browser.context.cookies(), alerts().length]
  const thief = await launchChromium()
  try {
    await thief.context.addCookies(cookies)
    const page = await thief.context.newPage()
    await page.goto(`${site.url}/docs`)
    // What the jar's access cookie still gives ends by itself.
    expect(await statusOf(page, '/api/auth/me')).toBe(200)
    site.clock.move(5 * minute + 1)
    expect(await statusOf(page, '/api/auth/me')).toBe(401)

    for (const path of ['refresh', 'ack', 'logout', 'logout-all']) {
      const { status, text } = await actIn(page, path)
      expect({ path, status, code: JSON.parse(text).code }).toEqual({ path, status: 401, code: 'proof_required' })
    }
    expect(alerts().length).toBeGreaterThan(alerted)
    expect(await thief.context.cookies()).toEqual(cookies)
    expect(await rowOf(id)).toEqual(before)

    // Nor do the pages help, with a key of the thief's own.
    await page.goto(`${site.url}/account`)
    await page.waitForURL(/sign-in.*because=key_lost/)
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    expect(await rowOf(id)).toEqual(before)
  } finally {
    await thief.stop()
  }
  // The same page, the same session, no question asked.
  await expect.poll(() => own.evaluate(() => location.pathname)).toBe('/account')
  await openAccount(own)
  expect(await sessionIn(own)).toBe(id)
  expect((await rowOf(id))?.boundKey).toBe(before?.boundKey)
})

const evictKey = (page: Page) =>
  page.evaluate(async () => {
    const deleting = indexedDB.deleteDatabase('vigile:binding')
    await new Promise((done) => (deleting.onsuccess = done))
  })

test('PROTOCOL bound: storage that was evicted, and the key with it: a sign-in gives a new key, never a session without one', async () => {
  const page = await openAccount(await browser.context.newPage())
  const id = await sessionIn(page)
  const before = await rowOf(id)
  for (const other of browser.context.pages()) if (other !== page) await other.close()
  await page.goto(`${site.url}/docs`)
  await evictKey(page)
  site.clock.move(hour)
  await page.goto(`${site.url}/account`)
  await page.waitForURL(/sign-in.*because=key_lost/)
  expect(await statusOf(page, '/api/auth/me')).toBe(401)
  expect(await rowOf(id)).toEqual(before)

  await signIn(page, site.url, 'bound@example.com')
  const anew = await sessionIn(page)
  expect(anew).not.toBe(id)
  const bound = await rowOf(anew)
  expect(bound?.boundKey).toBeTruthy()
  expect(bound?.boundKey).not.toBe(before?.boundKey)
  site.clock.move(hour)
  await openAccount(page)
})

test('PROTOCOL bound: storage that fails for a while: nothing is renewed without a key, nobody is signed out, and it goes on', async () => {
  const page = await browser.context.newPage()
  await openAccount(page)
  const id = await sessionIn(page)
  const before = await rowOf(id)
  await page.close()
  site.clock.move(hour)
  const failing = await browser.context.newPage()
  await failing.addInitScript(takeAway, ['databases'] as const)
  await failing.goto(`${site.url}/account`)
  await failing.getByRole('alert').waitFor()
  expect(new URL(failing.url()).pathname).toBe('/api/auth/continue')
  expect(await statusOf(failing, '/api/auth/me')).toBe(401)
  expect(await rowOf(id)).toEqual(before)
  await failing.close()
  const whole = await openAccount(await browser.context.newPage())
  expect(await sessionIn(whole)).toBe(id)
})
