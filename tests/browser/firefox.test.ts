// Cookies in another engine than Chromium's.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { patienceMs } from '../services/chromium.ts'
import { type Firefox, launchFirefox } from '../services/firefox.ts'
import { goodPassword } from '../support/visitor.ts'
import { type OtherSite, openOtherSite } from './other-site.ts'
import { openSecureSite } from './site.ts'

let site: Awaited<ReturnType<typeof openSecureSite>>
let elsewhere: OtherSite
let firefox: Firefox
beforeAll(async () => {
  ;[site, elsewhere, firefox] = await Promise.all([openSecureSite(), openOtherSite(), launchFirefox()])
})
afterAll(async () => {
  await firefox?.stop()
  await Promise.all([site?.close(), elsewhere?.close()])
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
