// The account page as people use it.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'
import { signUp } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

const newPassword = 'another-harbour-lantern-43'
let site: BrowserSite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openBrowserSite('embedded'), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  await Promise.all(browser.context.pages().map((page) => page.close()))
  await browser.context.clearCookies()
})

const openAccount = async (email: string): Promise<Page> => {
  const page = await browser.context.newPage()
  await signUp(page, site.url, email)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

/** The engine's time alone: the sign-in is no longer recent, and every token is still good. */
const later = () => site.clock.move(11 * 60_000)

const change = async (page: Page, current: string) => {
  await page.locator('#currentPassword').fill(current)
  await page.locator('#newPassword').fill(newPassword)
  await page.getByRole('button', { name: 'Change password' }).click()
}

test('TOK-11 CLI-6 a sign-in long ago: who has typed the password for the act is not asked again, and other tabs live on', async () => {
  const page = await openAccount('again@example.com')
  const other = await browser.context.newPage()
  await other.goto(`${site.url}/account`)
  await other.getByText('again@example.com').first().waitFor()
  later()
  await change(page, 'not-the-password')
  await page.getByText('This is not your current password.').waitFor()
  await change(page, goodPassword)
  await page.getByText('Your password is changed.').waitFor()
  // Nobody was sent away, and the other tab goes on with the new session.
  expect(new URL(other.url()).pathname).toBe('/account')
  expect(await other.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})

test('UI-1 I18N-1 the profile: name and language are saved, and the page follows', async () => {
  const page = await openAccount('profile@example.com')
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.locator('select[name=locale]').selectOption('fr')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('C’est enregistré.').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Votre compte' }).waitFor()
  expect(await page.getByLabel('Nom').inputValue()).toBe('Ada Lovelace')
})

test('S-37 S-40 the other sessions are ended from the list, and this one goes on', async () => {
  const page = await openAccount('others@example.com')
  const other = createVisitor({
    vigile: () => site.server.vigile,
    publicUrl: site.url,
    now: Date.now,
    address: '198.51.100.7',
  })
  await other.signIn('others@example.com')
  await page.reload()
  await page.getByText('You are also signed in on one other device.').waitFor()
  await page.getByRole('button', { name: 'End the other sessions' }).click()
  await page.getByText('The other sessions are over.').waitFor()
  expect((await other.refresh()).body.code).toBe('session_ended')
  expect(await page.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})
