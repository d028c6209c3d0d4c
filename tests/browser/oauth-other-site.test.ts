// A link of another site to the beginning of a sign-in with a provider that asks nothing: a page asks, and nothing changes by itself.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { type OtherSite, openOtherSite } from './other-site.ts'
import { signUp } from './people.ts'
import { decide, type StandIns, withProviders } from './provider-site.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

let site: BrowserSite & { readonly standIns: StandIns }
let evil: OtherSite
let browser: Chromium
let page: Page
beforeAll(async () => {
  ;[site, evil, browser] = await Promise.all([
    withProviders((options) => openBrowserSite('embedded', options)),
    openOtherSite(),
    launchChromium(),
  ])
})
afterAll(async () => {
  await browser?.stop()
  await evil?.close()
  await site?.close()
})
beforeEach(async () => {
  await browser.context.clearCookies()
  page = await browser.context.newPage()
})

/** Whose session it is: the page that asks could not ask that itself. */
const emailOf = async (): Promise<string> =>
  (await (await page.request.get(`${site.url}/api/auth/me`)).json()).user?.email ?? 'nobody'

const start = '/api/auth/oauth/discord?returnTo=%2Faccount'
const languages = [
  ['en', 'Go on with Discord?', 'Go on with Discord', 'No, change nothing'],
  ['fr', 'Continuer avec Discord\u00a0?', 'Continuer avec Discord', 'Non, ne rien changer'],
] as const

describe('attack: login by a link of another site', () => {
  test.each(languages)(
    'CSRF-2 OAU-2 UI-1 I18N-1 %s: a page asks; who goes on is signed in',
    async (language, title, goOn, stay) => {
      const email = `home-${language}@example.com`
      await page.setExtraHTTPHeaders({ 'Accept-Language': language })
      await page.setViewportSize({ width: 375, height: 700 })
      await signUp(page, site.url, email)
      evil.show(`<a href="${site.url}${start}">Kittens</a>`)
      const asked = site.standIns.discord.asked().length
      const toKittens = async () => {
        await page.goto(evil.url)
        await page.getByRole('link', { name: 'Kittens' }).click()
        await page.getByRole('heading', { name: title }).waitFor()
      }
      await toKittens()
      expect(page.url()).toBe(`${site.url}${start}`)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await violations(page)).toEqual([])
        if (process.env.PICTURES)
          await page.screenshot({ path: `${process.env.PICTURES}/go-on-${language}-${colorScheme}.png` })
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
      for (const name of [goOn, stay])
        expect((await page.getByRole('link', { name }).boundingBox())?.height).toBeGreaterThanOrEqual(44)
      expect(site.standIns.discord.asked()).toHaveLength(asked)
      expect(await emailOf()).toBe(email)

      // Not so: home, as before.
      await page.getByRole('link', { name: stay }).click()
      await page.waitForURL('**/account')
      expect(await emailOf()).toBe(email)

      await toKittens()
      await page.getByRole('link', { name: goOn }).click()
      await decide(page)
      await page.waitForURL('**/account')
      await page.getByText('ada@example.com').first().waitFor()
    },
  )

  test('CSRF-2 nor by way of a page of ours that leads back, by a script or a redirect', async () => {
    await signUp(page, site.url, 'led@example.com')
    const to = encodeURIComponent(start)
    const asked = site.standIns.discord.asked().length
    for (const [path, seen] of [
      [`/api/auth/continue?returnTo=${to}`, 'validation_failed'],
      [`/sign-in?returnTo=${to}`, 'led@example.com'],
      [`/api/auth/continue?returnTo=${encodeURIComponent(`/sign-in?returnTo=${to}`)}`, 'led@example.com'],
    ] as const) {
      evil.show(`<script>location.href = ${JSON.stringify(`${site.url}${path}`)}</script>`)
      await page.goto(evil.url).catch(() => undefined)
      await page.getByText(seen).first().waitFor()
      expect(new URL(page.url()).origin).toBe(site.url)
    }
    expect(site.standIns.discord.asked()).toHaveLength(asked)
    expect(await emailOf()).toBe('led@example.com')
  })
})
