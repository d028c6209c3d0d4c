// The status page as people meet it on a bad day: on a phone, in French, in the dark, without script, by ear.
import { DatabaseSync } from 'node:sqlite'
import { discord } from '@vigile/engine'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDiscord } from '../providers/discord.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

const minute = 60_000
const day = 24 * 60 * minute

let site: BrowserSite
let browser: Chromium
let closeProvider: () => Promise<void>
beforeAll(async () => {
  const standIn = await startDiscord()
  closeProvider = standIn.close
  const { client, url } = standIn
  const providers = [discord({ clientId: client.id, clientSecret: client.secret, site: url })]
  ;[site, browser] = await Promise.all([openBrowserSite('embedded', { providers }), launchChromium()])
  const now = Date.now()
  // As by a node whose clock is ahead: what it says holds as long as these tests may take.
  const later = 30 * minute
  const rows: [string, string, number, number][] = [
    ['sign-in', 'up', -80 * day, -3 * day],
    ['sign-in', 'down', -3 * day, -3 * day + 14 * minute],
    ['sign-in', 'up', -3 * day + 14 * minute, later],
    ['email', 'up', -95 * day, -20 * minute],
    ['email', 'degraded', -20 * minute, later],
    ['provider:discord', 'up', -95 * day, -25 * minute],
    ['provider:discord', 'down', -25 * minute, later],
  ]
  const db = new DatabaseSync(new URL(site.database).pathname)
  const insert = db.prepare('insert into status_periods (part, state, began_at, seen_at) values (?, ?, ?, ?)')
  for (const [part, state, from, to] of rows) insert.run(part, state, now + from, now + to)
  db.close()
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
  await closeProvider?.()
})

const complaintsOf = (page: Page): string[] => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => void complaints.push(error.message))
  return complaints
}

describe('OPS-6 UI-3 the status page: no axe violation, nothing wider than the screen, nothing that its policy refuses', () => {
  test.each([
    ['light', 375, 'en'],
    ['dark', 375, 'fr'],
    ['light', 1280, 'fr'],
    ['dark', 1280, 'en'],
  ] as const)('UI-3 I18N-1 %s, %i px, %s', async (scheme, width, language) => {
    const context = await browser.context.browser()?.newContext()
    const page = await (context ?? browser.context).newPage()
    const complaints = complaintsOf(page)
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize({ width, height: 800 })
    await page.setExtraHTTPHeaders({ 'accept-language': language })
    await page.goto(`${site.url}/status`)
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language)
    expect(await page.getByRole('img').count()).toBe(3)
    expect(await page.title()).toContain('Discord')
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(ground).toBe(scheme === 'light' ? 'rgb(245, 248, 248)' : 'rgb(10, 19, 23)')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(complaints).toEqual([])
    expect(await violations(page)).toEqual([])
    await page.close()
    await context?.close()
  })
})

test('OPS-6 the page says in words what its bars show, leads to the other language, and sets no cookie', async () => {
  const page = await browser.context.newPage()
  await browser.context.clearCookies()
  await page.goto(`${site.url}/status?lang=en`)
  await page.getByRole('heading', { level: 1, name: 'Signing in with Discord is not possible right now' }).waitFor()
  await page
    .getByRole('img', { name: /^Sign-in and sessions, the last 90 days: one incident, \d+ days measured/ })
    .waitFor()
  await page.getByText('Emails arrive late.').waitFor()
  expect(await page.getByText(/Sign-in and sessions: Not available/).count()).toBe(1)
  await page.getByRole('link', { name: 'Français' }).click()
  await page
    .getByRole('heading', { level: 1, name: 'La connexion avec Discord est impossible pour le moment' })
    .waitFor()
  expect(await browser.context.cookies()).toEqual([])
  await page.close()
})
