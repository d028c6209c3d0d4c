// The pages as people meet them: without a mouse, with a screen reader's eyes, on a phone, in French, in the dark.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { signUp } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

let site: BrowserSite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openBrowserSite('embedded'), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})

const places = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'magic-link', path: '/magic-link' },
  { name: 'change-email', path: `/change-email#${'A'.repeat(43)}` },
  { name: 'claim', path: `/claim#${'A'.repeat(43)}` },
  { name: 'not-me', path: `/not-me#${'A'.repeat(43)}` },
  { name: 'account', path: '/account' },
]

describe('UI-3 no axe violation, and nothing wider than the screen', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [375, 1280]) {
      for (const language of ['en', 'fr']) {
        test(`UI-3 I18N-1 ${scheme}, ${width} px, ${language}`, async () => {
          const page = await browser.context.newPage()
          await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
          await page.setViewportSize({ width, height: 800 })
          await browser.context.clearCookies()
          await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
          for (const { name, path } of places) {
            if (name === 'account') await signUp(page, site.url, `${scheme}-${width}-${language}@example.com`)
            else await page.goto(`${site.url}${path}`)
            await page.getByRole('heading', { level: 1 }).waitFor()
            expect(await page.evaluate(() => document.documentElement.lang), name).toBe(language)
            expect(await violations(page), name).toEqual([])
            expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width)
          }
          await page.close()
        })
      }
    }
  }
})

test('UI-3 HDR-1 S-50 the pages break nothing of their own content security policy', async () => {
  const page = await browser.context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text())
  })
  await browser.context.clearCookies()
  await signUp(page, site.url, 'policy@example.com')
  for (const path of ['/sign-in', '/sign-up', '/account', '/docs', '/api/auth/continue?returnTo=/account']) {
    await page.goto(`${site.url}${path}`)
    await page.waitForTimeout(400)
  }
  expect(complaints).toEqual([])
  await page.close()
})

test('S-9 UI-3 sign-up without a mouse; the fields tell a password manager what they are', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await page.goto(`${site.url}/sign-up`)
  expect(await page.locator('input[type=email]').getAttribute('autocomplete')).toMatch(/username|email/)
  const password = page.locator('input[autocomplete="new-password"]')
  expect(await password.getAttribute('type')).toBe('password')
  await page.locator('input[type=email]').focus()
  await page.keyboard.type('keyboard@example.com')
  await page.keyboard.press('Tab')
  await expect.poll(() => password.evaluate((field) => field === document.activeElement)).toBe(true)
  // Pasting is allowed.
  await page.evaluate((text) => navigator.clipboard?.writeText(text).catch(() => {}), goodPassword)
  await page.keyboard.insertText(goodPassword)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/account')
  await page.close()
})

test('VAL-2 S-6 I18N-1 a refused password is explained at its field, in French', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await browser.context.addCookies([{ name: 'vigile_locale', value: 'fr', url: site.url }])
  await page.goto(`${site.url}/sign-up`)
  await page.locator('input[type=email]').fill('faible@example.com')
  await page.locator('input[autocomplete="new-password"]').fill('password123')
  await page.locator('button[type=submit]').click()
  await page
    .getByText(/parmi les plus utilisés/)
    .first()
    .waitFor()
  const field = page.locator('input[autocomplete="new-password"]')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await page.close()
})

test('CLI-6 signing out in one tab signs the other out', async () => {
  const [one, two] = [await browser.context.newPage(), await browser.context.newPage()]
  await browser.context.clearCookies()
  await signUp(one, site.url, 'tabs@example.com')
  await two.goto(`${site.url}/account`)
  await two.getByRole('heading', { level: 1 }).waitFor()
  await one.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await one.waitForURL('**/sign-in**')
  await two.waitForURL('**/sign-in**')
  await Promise.all([one.close(), two.close()])
})

test('CLI-5 a link can’t alarm: sign-in tells what this browser learnt itself, and nothing that an address claims', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await page.goto(`${site.url}/sign-in`)
  // What earlier tests left: this browser never had a session.
  await page.evaluate(() => localStorage.clear())
  for (const claim of ['reuse', 'account_disabled', 'password_changed']) {
    await page.goto(`${site.url}/sign-in?because=${claim}`)
    await page.getByText('Your session is over. Sign in again to go on.').waitFor()
    expect(await page.getByText(/protect you|disabled|was changed/).count()).toBe(0)
  }
  await page.goto(`${site.url}/sign-in?because=${encodeURIComponent('call 555 at once')}`)
  await page.locator('input[type=email]').waitFor()
  expect(await page.locator('main').textContent()).not.toMatch(/555|session is over/)
  await page.close()
})

test('VAL-1 a slip in the address is told together with the other faults of the form', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await page.goto(`${site.url}/sign-up`)
  await page.locator('input[type=email]').fill('ada@example')
  await page.locator('input[autocomplete="new-password"]').fill('short')
  await page.locator('button[type=submit]').click()
  await page.getByText('Enter a whole email address, such as ada@example.com.').waitFor()
  await page.getByText('Use at least 8 characters.').waitFor()
  await page.close()
})

test('S-55 returnTo of another site is not followed', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await signUp(page, site.url, 'return@example.com')
  for (const target of [
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    '/%09/evil.example',
    'javascript:alert(1)',
  ]) {
    await page.goto(`${site.url}/sign-in?returnTo=${encodeURIComponent(target)}`)
    await page.waitForTimeout(300)
    expect(new URL(page.url()).origin, target).toBe(new URL(site.url).origin)
  }
  await page.close()
})
