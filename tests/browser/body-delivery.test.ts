// Body delivery (SPEC section 15): the access token is in the page's memory, the refresh token in its cookie.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { signIn, signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

const hour = 3_600_000
const sessionsOf = (page: Page) => page.getByRole('listitem').filter({ hasText: /Linux/ })

describe.each(['off', 'required'] as const)('sessions bound to a key: %s', (binding) => {
  let site: BrowserSite
  let first: Chromium
  let second: Chromium
  beforeAll(async () => {
    const open = openBrowserSite('embedded', { delivery: 'body', sessions: { binding } })
    ;[site, first, second] = await Promise.all([open, launchChromium(), launchChromium()])
  })
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop()])
    await site?.close()
  })

  test('COOK-1 CLI-1 CLI-3 CLI-6 pages stay signed in over reloads and hours, in two tabs; no token is kept anywhere', async () => {
    const page = await first.context.newPage()
    const tokens: string[] = []
    page.on('request', (request) => {
      const token = /^(?:Bearer|DPoP) (.+)$/.exec(request.headers().authorization ?? '')?.[1]
      if (token) tokens.push(token)
    })
    await signUp(page, site.url, 'ada@example.com')
    await sessionsOf(page).first().waitFor()
    expect((await first.context.cookies()).map(({ name }) => name).sort()).toEqual([
      'vigile_csrf',
      'vigile_device',
      'vigile_hint',
      'vigile_refresh',
    ])
    expect(await statusOf(page, '/api/auth/me')).toBe(401)

    for (let hours = 0; hours < 2; hours += 1) {
      site.clock.move(hour)
      await page.reload()
      await sessionsOf(page).first().waitFor()
    }
    expect(new Set(tokens).size).toBeGreaterThan(2)
    const kept = await page.evaluate(
      () => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + location,
    )
    for (const token of tokens) expect(kept).not.toContain(token)

    // Another browser, ended from here; then a new password, and the way out for both tabs.
    const other = await second.context.newPage()
    await signIn(other, site.url, 'ada@example.com')
    await sessionsOf(other).nth(1).waitFor()
    const tab = await first.context.newPage()
    await tab.goto(`${site.url}/account`)
    await sessionsOf(tab).nth(1).waitFor()
    await sessionsOf(tab)
      .filter({ hasNotText: /This device/ })
      .getByRole('button')
      .click()
    await tab.getByRole('dialog').getByRole('button').last().click()
    await expect.poll(() => sessionsOf(tab).count()).toBe(1)
    await other.goto(`${site.url}/account`)
    await other.waitForURL('**/sign-in**')
    await other.getByText('This session was ended from another of your devices.').waitFor()

    await tab.locator('#currentPassword').fill(goodPassword)
    await tab.locator('#newPassword').fill(`${goodPassword}-too`)
    await tab.getByRole('button', { name: 'Change password' }).click()
    await tab.getByText('Your password is changed.').waitFor()
    await page.reload()
    await sessionsOf(page).first().waitFor()
    await tab.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    for (const one of [tab, page]) await one.waitForURL('**/sign-in**')
    expect((await first.context.cookies()).map(({ name }) => name)).toEqual(['vigile_device'])
    // A whole afternoon of pages: on a busy machine it takes its time.
  }, 300_000)
})
