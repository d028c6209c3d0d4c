// Sign-in with providers where the access token is in the page's memory, and where sessions are bound to a key of the browser.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { decide, type StandIns, signInWith, withProviders } from './provider-site.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

describe.each([
  { delivery: 'body', binding: 'off' },
  { delivery: 'body', binding: 'required' },
  { delivery: 'cookie', binding: 'required' },
] as const)('$delivery delivery, binding $binding', ({ delivery, binding }) => {
  let site: BrowserSite & { readonly standIns: StandIns }
  let browser: Chromium
  beforeAll(async () => {
    ;[site, browser] = await Promise.all([
      withProviders((options) => openBrowserSite('embedded', { ...options, delivery, sessions: { binding } })),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await browser?.stop()
    await site?.close()
  })

  test('OAU-3 COOK-1 CLI-1 in by one provider, another one connected, and still in after a reload; nothing keeps a token', async () => {
    const page = await browser.context.newPage()
    await signInWith(page, site, 'Discord')
    await page.getByRole('button', { name: 'Connect GitHub' }).click()
    await decide(page)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('heading', { name: 'GitHub is connected' }).waitFor()
    await page.getByRole('link', { name: 'To your account' }).click()
    await page.reload()
    await page.locator('#connections li').nth(1).waitFor()
    const kept = await page.evaluate(
      () =>
        document.cookie +
        JSON.stringify({ ...localStorage }) +
        JSON.stringify({ ...sessionStorage }) +
        JSON.stringify(history.state) +
        location,
    )
    expect(kept).not.toMatch(/[a-f0-9]{64}|eyJ[\w-]+\.|v1\.[\w-]+\.[\w-]{22}\./)
  })
})
