// An application in React, on a real Vigile: what people see while it is not known who they are, and after.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { reactHtml, reactScript } from './pages/bundle.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, signInIn, signOutIn, signUpIn, startAfresh } from './tabs.ts'

const operator = { kind: 'operator', name: 'test' } as const
const mePath = '/api/auth/me'

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
  const script = await reactScript()
  await browser.context.route('**/react*', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: reactHtml }),
  )
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  site.rule()
  await startAfresh(browser.context)
})

const openApp = async (address = '/react'): Promise<Page> => {
  const page = await browser.context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(`${site.url}${address}`)
  await page.locator('main').waitFor()
  expect(faults).toEqual([])
  return page
}

const screens = (page: Page) => page.evaluate(() => globalThis.screens)
const shows = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor()
/** What three components say at once. */
const said = (page: Page) => page.locator('li').allTextContents()
const newUser = async (email: string): Promise<Page> => {
  const tab = await openTab(browser.context, site)
  await signUpIn(tab, email)
  return tab
}

test('CLI-7 under StrictMode the server is asked once, and no signed-out content is seen on the way in', async () => {
  await newUser('strict@example.com')
  site.forget()
  const app = await openApp()
  await shows(app, 'in')
  expect(await screens(app)).toEqual(['waiting', 'in'])
  expect(await said(app)).toEqual(['strict@example.com', 'strict@example.com', 'strict@example.com'])
  expect(site.asked(mePath)).toHaveLength(1)
})

test('CLI-5 CLI-7 a part that is down is "not known yet", and what was seen stays; then the page goes on by itself', async () => {
  const tab = await newUser('down@example.com')
  await tab.close()
  site.rule(() => ({ status: 503 }))
  const app = await openApp()
  await expect.poll(() => site.asked(mePath).length).toBeGreaterThan(0)
  await shows(app, 'waiting')
  site.rule()
  await shows(app, 'in')
  expect(await screens(app)).toEqual(['waiting', 'in'])
})

test('CLI-6 CLI-7 a sign-in elsewhere is followed without signed-out content, and nothing of one person is left for the next', async () => {
  const tab = await newUser('ada@example.com')
  const app = await openApp()
  await app.locator('input').fill('half a letter')
  // The same person, once more: what was typed stays.
  await signInIn(tab, 'ada@example.com')
  await site.quiet()
  expect(await app.locator('input').inputValue()).toBe('half a letter')
  await signOutIn(tab)
  await shows(app, 'out: signed_out')
  await signUpIn(tab, 'eve@example.com')
  await shows(app, 'in')
  expect(await screens(app)).toEqual(['waiting', 'in', 'out: signed_out', 'waiting', 'in'])

  await app.locator('input').fill('of eve')
  await signInIn(tab, 'ada@example.com')
  await app.getByText('ada@example.com').first().waitFor()
  expect(await said(app)).toEqual(['ada@example.com', 'ada@example.com', 'ada@example.com'])
  expect(await app.locator('input').inputValue()).toBe('')
  expect((await screens(app)).slice(5)).toEqual([])
})

test('CLI-5 a protected page without a fallback goes to sign-in, which says why and leads back to the same place', async () => {
  const email = 'back@example.com'
  const tab = await newUser(email)
  await tab.close()
  const app = await openApp('/react?sent=1&page=2#last')
  await shows(app, 'in')
  const found = await site.server.vigile.users.find(email)
  await site.server.vigile.sessions.endAll(found!.id as never, operator)
  await app.evaluate(() => globalThis.client.fetch('/api/auth/sessions').then(() => {}))
  await app.waitForURL('**/sign-in?**')
  expect(Object.fromEntries(new URL(app.url()).searchParams)).toEqual({
    because: 'ended_by_operator',
    returnTo: '/react?sent=1&page=2#last',
  })
  await app.getByText('An administrator ended this session.').waitFor()
  await app.locator('input[type=email]').fill(email)
  await app.locator('input[type=password]').fill(goodPassword)
  await app.locator('button[type=submit]').click()
  await app.waitForURL('**/react?sent=1&page=2#last')
  await shows(app, 'in')
})
