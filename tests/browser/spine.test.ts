// The way of a user in a real browser, on both kinds of stores.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { storeKinds } from '../support/site.ts'
import { signIn, signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

describe.each(storeKinds)('in Chromium, on %s', (kind) => {
  let site: BrowserSite
  let first: Chromium
  let second: Chromium
  beforeAll(async () => {
    ;[site, first, second] = await Promise.all([openBrowserSite(kind), launchChromium(), launchChromium()])
  })
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop()])
    await site?.close()
  })

  test('TOK-3 TOK-7 COOK-1 S-40 S-42 sign up, go on for days, see two browsers, end one from the other, sign out', async () => {
    const page = await first.context.newPage()
    await signUp(page, site.url, 'ada@example.com')
    const sessions = page.getByRole('listitem').filter({ hasText: /Linux/ })
    // Nothing is under way any more when the clock is moved.
    const settled = () => sessions.first().waitFor()
    await page.reload()
    await settled()
    expect(new URL(page.url()).pathname).toBe('/account')

    // Access tokens expire again and again; whoever works or comes back notices nothing.
    for (let day = 0; day < 4; day += 1) {
      site.clock.move(24 * 3_600_000)
      expect(await statusOf(page, '/api/auth/me')).toBe(401)
      await page.goto(`${site.url}/account`)
      await settled()
      expect(new URL(page.url()).pathname).toBe('/account')
      expect(await statusOf(page, '/api/auth/me')).toBe(200)
    }

    const other = await second.context.newPage()
    await signIn(other, site.url, 'ada@example.com')
    await page.reload()
    await expect.poll(() => sessions.count()).toBe(2)

    // Nothing that a script can read is a token.
    const readable = await page.evaluate(
      () => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
    )
    for (const cookie of (await first.context.cookies()).filter(({ httpOnly }) => httpOnly)) {
      expect(readable).not.toContain(cookie.value)
    }

    const elsewhere = sessions.filter({ hasNotText: /This device/ })
    await elsewhere.getByRole('button').click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /end|sign/i })
      .last()
      .click()
    await expect.poll(() => sessions.count()).toBe(1)
    await other.goto(`${site.url}/account`)
    await other.waitForURL('**/sign-in**')
    expect(await statusOf(other, '/api/auth/me')).toBe(401)

    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.waitForURL('**/sign-in**')
    expect((await first.context.cookies()).map(({ name }) => name)).toEqual(['vigile_device'])
  })
})
