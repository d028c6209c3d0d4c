// The first administrator, as whoever started the server becomes it: from the link on the screen.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

let site: BrowserSite
let browser: Chromium
beforeAll(async () => {
  site = await openBrowserSite('embedded')
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})

test('S-14 UI-1 signed out, the page of the link waits for a sign-up in another tab; then it makes the administrator, once', async () => {
  const token = await site.server.vigile.roles.offerClaim()
  const page = await browser.context.newPage()
  await page.goto(`${site.url}/claim#${token}`)
  await page.getByRole('button', { name: 'Make me the administrator' }).click()
  const opened = page.context().waitForEvent('page')
  await page.getByRole('link', { name: 'Create an account' }).click()
  const other = await opened
  await other.getByLabel('Email').fill('ada@example.com')
  await other.getByLabel('Password', { exact: true }).fill(goodPassword)
  await other.getByRole('button', { name: 'Create account' }).click()
  await other.waitForURL('**/account')
  // The token is in no address, and the link that led away did not take it along.
  for (const tab of [page, other]) expect(tab.url()).not.toContain(token)

  await page.getByRole('button', { name: 'Make me the administrator' }).click()
  await page.getByRole('heading', { name: 'You are the administrator' }).waitFor()
  const [user] = (await site.server.vigile.users.list({})).users
  expect(await site.server.vigile.hasPermission(user?.id ?? '', 'roles:manage')).toBe(true)

  const again = await browser.context.newPage()
  await again.goto(`${site.url}/claim#${token}`)
  await again.getByRole('button', { name: 'Make me the administrator' }).click()
  await again.getByText('This link is no longer good').waitFor()
})
