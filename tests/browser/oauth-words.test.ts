// What people read who come to nothing: where sign-up is closed, and on the engine's own pages.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { statusOf } from './people.ts'
import { type StandIns, signInWith, withProviders } from './provider-site.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

let site: BrowserSite & { readonly standIns: StandIns }
let browser: Chromium
let page: Page
beforeAll(async () => {
  ;[site, browser] = await Promise.all([
    withProviders((options) => openBrowserSite('embedded', { ...options, accounts: { signUp: false } })),
    launchChromium(),
  ])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
beforeEach(async () => {
  await browser.context.clearCookies()
  page = await browser.context.newPage()
})

test.each([
  ['en', 'There is no account of yours here yet', 'To sign-in'],
  ['fr', 'Vous n’avez pas encore de compte ici', 'Vers la connexion'],
])(
  'OAU-6 UI-1 I18N-1 %s: where sign-up is closed a provider makes no account, and the page says who does',
  async (language, words, out) => {
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
    await page.setViewportSize({ width: 375, height: 700 })
    await signInWith(page, site, 'GitHub')
    await page.getByText(words).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    await page.getByRole('link', { name: out }).click()
    await page.waitForURL('**/sign-in?returnTo=%2Faccount')
  },
)

test.each([
  ['light', `discord/callback?code=c0de&state=${'A'.repeat(43)}`, 'This sign-in is no longer good'],
  ['dark', `discord/callback?code=c0de&state=${'A'.repeat(43)}`, 'This sign-in is no longer good'],
  ['dark', 'discord?returnTo=//evil.example', 'returnTo: '],
] as const)(
  'UI-3 OAU-4 %s: the page of a refusal can be read, and leads whoever reads it back',
  async (colorScheme, path, words) => {
    await page.emulateMedia({ colorScheme })
    await page.goto(`${site.url}/api/auth/oauth/${path}`)
    await page.getByText(words).first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'Back to the site' }).click()
    await page.waitForURL('**/sign-in')
  },
)

test('UI-3 nothing is wider than the screen where the page begins to have two halves', async () => {
  await page.goto(`${site.url}/sign-in`)
  await page.locator('button[type=submit]').waitFor()
  for (const width of [940, 960, 1000, 1050, 1100, 1200]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  }
})
