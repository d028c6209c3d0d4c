// Cookies, and tabs with the client in them, in another engine than Chromium's.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { patienceMs } from '../services/chromium.ts'
import { type Firefox, launchFirefox } from '../services/firefox.ts'
import { goodPassword } from '../support/visitor.ts'
import { type OtherSite, openOtherSite } from './other-site.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openSecureSite } from './site.ts'
import { shop, signInIn, signOutIn, signUpIn, toldIn, whoIs } from './tabs.ts'

let site: Awaited<ReturnType<typeof openSecureSite>>
let elsewhere: OtherSite
let shaky: ShakySite
let firefox: Firefox
beforeAll(async () => {
  ;[site, elsewhere, shaky] = await Promise.all([openSecureSite(), openOtherSite(), openShakySite()])
  firefox = await launchFirefox()
})
afterAll(async () => {
  await firefox?.stop()
  await Promise.all([site?.close(), elsewhere?.close(), shaky?.close()])
})

test('COOK-9 COOK-1 COOK-3 COOK-4 COOK-7 Firefox signs up, stays signed in, comes back by a link from another site, signs out', async () => {
  const page = await firefox.browser.newPage()
  page.setDefaultTimeout(patienceMs)
  await page.goto(`${site.url}/sign-up`)
  await page.locator('input[type=email]').fill('fox@example.com')
  await page.locator('input[autocomplete="new-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForFunction(() => location.pathname === '/account')

  const readable = await page.evaluate(() =>
    document.cookie
      .split('; ')
      .map((pair) => pair.split('=')[0])
      .sort(),
  )
  expect(readable).toEqual(['__Host-vigile_csrf', '__Host-vigile_hint'])
  const kept = (await page.cookies()).map(({ name, path: where, httpOnly, secure, sameSite }) => ({
    name,
    where,
    httpOnly,
    secure,
    sameSite,
  }))
  expect(kept).toContainEqual({
    name: '__Host-vigile_access',
    where: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'Strict',
  })
  expect(kept).toContainEqual({
    name: '__Host-vigile_hint',
    where: '/',
    httpOnly: false,
    secure: true,
    sameSite: 'Lax',
  })

  site.clock.move(3_600_000)
  await page.reload()
  await page.waitForFunction(
    () => location.pathname === '/account' && document.body.textContent.includes('fox@example.com'),
  )

  elsewhere.show(`<a href="${site.url}/account">to the account</a>`)
  await page.goto(elsewhere.url)
  await page.locator('a').click()
  await page.waitForFunction(
    () => location.pathname === '/account' && document.body.textContent.includes('fox@example.com'),
  )

  await page.evaluate(() =>
    [...document.querySelectorAll('button')].find((button) => button.textContent === 'Sign out')?.click(),
  )
  await page.waitForFunction(() => location.pathname === '/sign-in')
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

test('COOK-9 CLI-1 CLI-3 CLI-5 CLI-6 two tabs of Firefox: expired tokens, lost answers, a server that is down, sign-out in one', async () => {
  const refreshPath = '/api/auth/refresh'
  const email = 'fox-tabs@example.com'
  const open = async () => {
    const page = await firefox.browser.newPage()
    page.setDefaultTimeout(patienceMs)
    await page.goto(`${shaky.url}/page`)
    await page.waitForFunction(() => 'client' in globalThis)
    return page
  }
  const one = await open()
  await signUpIn(one, email)
  const tabs = [one, await open()]
  const counts: number[] = []
  for (let hours = 0; hours < 3; hours += 1) {
    await shaky.quiet()
    shaky.clock.move(3_600_000)
    shaky.forget()
    const heard = await Promise.all(tabs.flatMap((tab) => Array.from({ length: 10 }, () => shop(tab))))
    expect(heard.map(({ by }) => by)).toEqual(heard.map(() => email))
    counts.push(shaky.handled(refreshPath).length)
  }
  // A browser promises no order between lock and record: two at once now and then are the protocol's business.
  expect(Math.min(...counts)).toBe(1)

  shaky.clock.move(3_600_000)
  let lost = false
  shaky.rule(({ path }) => {
    if (path !== refreshPath || lost) return undefined
    lost = true
    return 'lost'
  })
  expect((await shop(one)).by).toBe(email)
  shaky.clock.move(3_600_000)
  shaky.rule(({ path }) => (path === refreshPath ? { status: 503 } : undefined))
  expect((await shop(one)).status).toBe(401)
  expect(await whoIs(one)).toBe('unknown')
  shaky.rule()
  // The connection is back, says the browser: no need to wait.
  await one.evaluate(() => void dispatchEvent(new Event('online')))
  await expect.poll(async () => (await shop(one)).by).toBe(email)
  for (const tab of tabs) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual([])

  await signOutIn(tabs[1]!)
  for (const tab of tabs) await expect.poll(async () => (await toldIn(tab)).at(-1)).toBe('signed_out')
  expect((await shop(one)).status).toBe(401)
  await signInIn(one, email)
  expect(await whoIs(tabs[1]!)).toBe(email)
})
