// A bound session in a real browser: the key is there after a reload and after SIGKILL, and a copy of the jar is worth nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { temporaryFolder } from '../services/place.ts'
import { signIn, signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

let site: BrowserSite
let profile: Awaited<ReturnType<typeof temporaryFolder>>
let browser: Chromium
beforeAll(async () => {
  profile = await temporaryFolder('bound-profile')
  site = await openBrowserSite('embedded', { sessions: { binding: 'required' } })
  browser = await launchChromium(profile.path)
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
  await profile?.remove()
})

const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused')

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

test('PROTOCOL bound: a copied jar in another browser is sent to sign-in and told why; its owner goes on', async () => {
  const thief = await launchChromium()
  try {
    await thief.context.addCookies(await browser.context.cookies())
    site.clock.move(3_600_000)
    const page = await thief.context.newPage()
    await page.goto(`${site.url}/account`)
    await page.waitForURL(/sign-in.*because=key_lost/)
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    expect(alerts().length).toBeGreaterThan(0)
  } finally {
    await thief.stop()
  }
  const own = await browser.context.newPage()
  await own.goto(`${site.url}/account`)
  await own.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => statusOf(own, '/api/auth/me')).toBe(200)
})

test('PROTOCOL bound: a key that was evicted: a sign-in gives the session a new one', async () => {
  const page = await browser.context.newPage()
  await page.goto(`${site.url}/sign-in`)
  await page.evaluate(async () => {
    const deleting = indexedDB.deleteDatabase('vigile:binding')
    await new Promise((done) => (deleting.onsuccess = done))
  })
  for (const other of browser.context.pages()) if (other !== page) await other.close()
  site.clock.move(3_600_000)
  await page.goto(`${site.url}/account`)
  await page.waitForURL(/sign-in.*because=key_lost/)
  await signIn(page, site.url, 'bound@example.com')
  expect(await statusOf(page, '/api/auth/me')).toBe(200)
  site.clock.move(3_600_000)
  await page.goto(`${site.url}/account`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => statusOf(page, '/api/auth/me')).toBe(200)
})
