// Links by mail, from the letter to the end, in both languages: the mailbox of a site in development is read in the browser.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { linkFor } from './mailbox.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

const newPassword = 'calm-meadow-window-17'

let site: BrowserSite
let chromium: Chromium
beforeAll(async () => {
  ;[site, chromium] = await Promise.all([
    openBrowserSite('embedded', { accounts: { verifyEmail: true } }),
    launchChromium(),
  ])
})
afterAll(async () => {
  await chromium?.stop()
  await site?.close()
})

const inLanguage = async (locale: string): Promise<Page> => {
  const context: BrowserContext | undefined = await chromium.context.browser()?.newContext({ locale })
  return (context ?? chromium.context).newPage()
}

const submit = (page: Page) => page.locator('button[type=submit]').click()

const askToSignUp = async (page: Page, email: string) => {
  await page.goto(`${site.url}/sign-up`)
  await page.locator('[name=email]').fill(email)
  await page.locator('[name=password]').fill(goodPassword)
  await submit(page)
  await page.getByText(email).waitFor()
}

const confirm = async (page: Page, email: string, password = goodPassword) => {
  await page.locator('[name=email]').fill(email)
  await page.locator('[name=password]').fill(password)
  await submit(page)
}

test.each([
  { locale: 'en-GB', email: 'ada@example.com', expired: /no longer good/, done: /is changed/ },
  { locale: 'fr-FR', email: 'berthe@example.com', expired: /n’est plus valable/, done: /est changé/ },
])('ACC-4 UI-1 I18N-1 $locale: sign-up, the link that proves the address; a forgotten password', async (given) => {
  const { locale, email, expired, done } = given
  const page = await inLanguage(locale)
  await askToSignUp(page, email)
  const link = await linkFor(page, site, email, '/verify-email')
  // Opened first by a scanner, which uses nothing up.
  expect((await fetch(link)).status).toBe(200)
  await page.goto(link)
  // The token is in no history and in no address that a screenshot shows; a reload keeps it.
  await expect.poll(() => page.url()).toBe(`${site.url}/verify-email`)
  await page.reload()
  await confirm(page, email)
  await page.waitForURL('**/account')

  // Once more, from another browser.
  const other = await inLanguage(locale)
  await other.goto(link)
  await confirm(other, email)
  await other.getByText(expired).waitFor()

  await other.goto(`${site.url}/sign-in`)
  await other.locator('a[href^="/forgot-password"]').click()
  await other.locator('[name=email]').fill(email)
  await submit(other)
  await other.getByText(email).waitFor()
  const reset = await linkFor(other, site, email, '/reset-password')
  await other.goto(reset)
  await other.locator('[name=password]').fill(newPassword)
  await submit(other)
  await other.getByText(done).first().waitFor()

  // Whoever was signed in is out, and is told why.
  await page.goto(`${site.url}/account`)
  await page.waitForURL('**/sign-in**')
  await confirm(page, email, newPassword)
  await page.waitForURL('**/account')
})

test('ACC-4 two tabs with one link at once: one changes the password, the other is told that the link is used', async () => {
  const page = await inLanguage('en-GB')
  const email = 'carl@example.com'
  await askToSignUp(page, email)
  await page.goto(await linkFor(page, site, email, '/verify-email'))
  await confirm(page, email)
  await page.waitForURL('**/account')
  const tabs = [await inLanguage('en-GB'), await inLanguage('en-GB')] as const
  await tabs[0].goto(`${site.url}/forgot-password`)
  await tabs[0].locator('[name=email]').fill(email)
  await submit(tabs[0])
  await tabs[0].getByText(email).waitFor()
  const link = await linkFor(tabs[0], site, email, '/reset-password')
  await Promise.all(tabs.map((tab) => tab.goto(link)))
  await Promise.all(tabs.map((tab) => tab.locator('[name=password]').fill(newPassword)))
  await Promise.all(tabs.map(submit))
  const ends = await Promise.all(
    tabs.map(async (tab) => {
      await tab
        .getByText(/is changed|no longer good/)
        .first()
        .waitFor()
      return (await tab.getByText(/no longer good/).count()) > 0 ? 'used' : 'changed'
    }),
  )
  expect(ends.toSorted()).toEqual(['changed', 'used'])
})
