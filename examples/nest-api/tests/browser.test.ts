// What a person sees, in real Chromium, at a desk on the embedded store.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendWithoutScript } from '../../../tests/browser/late-script.ts'
import { violations } from '../../../tests/browser/violations.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { day, type Ledger, minute, startLedger } from './ledger.suite.ts'

const patience = { timeout: 30_000 }

let ledger: Ledger
let browsers: Chromium[]
beforeAll(async () => {
  ledger = await startLedger()
  browsers = await Promise.all([launchChromium(), launchChromium()])
})
afterAll(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.stop()))
  await ledger?.stop()
})

const fill = async (page: Page, email: string) => {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${ledger.url}/`)
  await shown(page)
}
const shown = (page: Page) => page.getByRole('cell', { name: 'Northwind Paper' }).waitFor()

/** A new tab of a browser, and all that went wrong in it. */
const open = async (browser: Chromium, path: string) => {
  const page = await browser.context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => void (/Content Security Policy/.test(line.text()) && faults.push(line.text())))
  await page.goto(`${ledger.url}${path}`)
  return { page, faults }
}

test('SYS-A 2 TOK-2 CLI-4 CLI-5 work goes on over days of expired tokens; after a week away the sign-in page says why', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const { page, faults } = await open(browser, '/sign-up')
  await fill(page, 'ada@ledger.example')
  const stayed: string[] = []
  page.on('framenavigated', (frame) => stayed.push(new URL(frame.url()).pathname))

  for (const [index, gap] of [16 * minute, 5 * 60 * minute, day, 5 * day].entries()) {
    ledger.moveClock(gap)
    await page.getByRole('button', { name: 'New invoice' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Supplier').fill('Kestrel Hosting')
    await dialog.getByLabel('Reference').fill(`KH-${index}`)
    await dialog.getByLabel('Amount').fill('12.50')
    await dialog.getByLabel('Due on').fill('2026-12-31')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('cell', { name: `KH-${index}`, exact: true }).waitFor()
  }
  expect(stayed).toEqual([])

  ledger.moveClock(8 * day)
  await page.reload()
  await page.waitForURL('**/sign-in')
  await page.getByText('You were away for a week').waitFor()
  expect(faults).toEqual([])
})

test('SYS-A 3 TOK-4 TOK-5 CLI-6 a second sign-in ends the first, which is told; sign-out ends every tab', async () => {
  const [first, second] = browsers as [Chromium, Chromium]
  const here = await open(first, '/sign-up')
  await fill(here.page, 'grace@ledger.example')
  const there = await open(second, '/sign-in')
  await fill(there.page, 'grace@ledger.example')

  await here.page.reload()
  await here.page.waitForURL('**/sign-in')
  await here.page.getByText('You signed in somewhere else').waitFor()

  const tab = await open(second, '/')
  await shown(tab.page)
  await there.page.getByRole('button', { name: 'Sign out' }).click()
  for (const { page } of [there, tab]) await page.waitForURL('**/sign-in')
  await expect
    .poll(async () => (await second.context.cookies()).map(({ name }) => name), patience)
    .toEqual(['ledger_device'])
  await tab.page.goto(`${ledger.url}/`)
  await tab.page.waitForURL('**/sign-in')
})

test('SYS-A 5 RBAC-4 TOK-11 a role shows at the next visit; what pays money asks for the password again, and goes on', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const { page, faults } = await open(browser, '/sign-up')
  await fill(page, 'mary@ledger.example')
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
  await ledger.operator('roles', 'grant', 'mary@ledger.example', 'manager')
  await page.reload()
  await shown(page)
  await page.getByText('session:sign-in').first().waitFor()

  ledger.moveClock(11 * minute)
  const row = page.getByRole('row', { name: 'Northwind Paper' })
  await row.getByRole('button', { name: 'Approve' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' }).or(page.locator('#prove'))
  await dialog.getByLabel('Password').fill(goodPassword)
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await row.getByText('Approved by mary@ledger.example').waitFor()
  expect(faults).toEqual([])

  // Nothing that a script can read is a token (S-42).
  const readable = await page.evaluate(
    () => document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  )
  for (const { httpOnly, value } of await browser.context.cookies()) if (httpOnly) expect(readable).not.toContain(value)
})

test('SYS-A H-12 a double click adds one invoice; what is not done offline is said; a day is the same in New York', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const { page, faults } = await open(browser, '/')
  await shown(page)
  const session = await browser.context.newCDPSession(page)
  await session.send('Emulation.setTimezoneOverride', { timezoneId: 'America/New_York' })
  const dialog = page.getByRole('dialog')
  const fillIn = async (reference: string) => {
    await page.getByRole('button', { name: 'New invoice' }).click()
    await dialog.getByLabel('Supplier').fill('Kestrel Hosting')
    await dialog.getByLabel('Reference').fill(reference)
    await dialog.getByLabel('Amount').fill('12.50')
    await dialog.getByLabel('Due on').fill('2026-12-31')
  }
  await fillIn('TWICE')
  await dialog.getByRole('button', { name: 'Add' }).dblclick()
  const rows = page.getByRole('row').filter({ hasText: 'TWICE' })
  await rows.first().waitFor()
  await page.reload()
  await shown(page)
  expect(await rows.count()).toBe(1)
  await rows.getByText('Dec 31, 2026').waitFor()

  await browser.context.setOffline(true)
  await fillIn('OFFLINE')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await dialog.getByText('The server did not answer.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Approve' }).first().click()
  await page.getByRole('status').filter({ hasText: 'The server did not answer.' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are still signed in.').waitFor()
  await browser.context.setOffline(false)
  expect(faults).toEqual([])
})

test('SYS-A CLI-6 who signs in in another tab is who this page shows', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const first = await open(browser, '/')
  await shown(first.page)
  await first.page.locator('#who').getByText('mary@ledger.example ·').waitFor()
  const second = await open(browser, '/sign-up')
  await fill(second.page, 'joan@ledger.example')
  await first.page.locator('#who').getByText('joan@ledger.example ·').waitFor()
  await second.page.getByRole('button', { name: 'Sign out' }).click()
  await first.page.waitForURL('**/sign-in')
  await first.page.getByLabel('Email').waitFor()
  await fill(first.page, 'mary@ledger.example')
})

test('SYS-A UI-3 usable by keyboard and screen reader, on a phone, dark and light', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const { page } = await open(browser, '/')
  await shown(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page)).toEqual([])
  }
  await page.setViewportSize({ width: 375, height: 700 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  expect(await violations(page)).toEqual([])
  for (const path of ['/sign-in', '/sign-up']) {
    await page.goto(`${ledger.url}${path}`)
    expect(await violations(page)).toEqual([])
  }
})

test('SYS-A S-90 a form that is sent before its script has come puts no password in an address, nor in the log', async () => {
  const [browser] = browsers as [Chromium, Chromium]
  const password = 'typed-before-the-script'
  for (const path of ['/sign-in', '/sign-up']) {
    const fields = { email: 'early@ledger.example', password }
    const { status, shown, addresses } = await sendWithoutScript(browser.context, ledger.url + path, fields)
    expect([path, status, shown]).toEqual([path, 405, expect.stringContaining('Switch scripts on')])
    expect(addresses).not.toMatch(/password|early/)
  }
  const reset = await sendWithoutScript(browser.context, `${ledger.url}/reset-password`, { password })
  expect([reset.status, reset.addresses]).toEqual([405, expect.not.stringContaining(password)])
  expect(ledger.log()).not.toContain(password)
})

// The last one: what it uses up is this address's for a quarter of an hour.
test('SYS-A 4 LIM-1 LIM-3 attack: after ten guesses the page says how long to wait, even to the right password', async () => {
  const [, browser] = browsers as [Chromium, Chromium]
  await browser.context.clearCookies()
  const { page } = await open(browser, '/sign-in')
  const attempt = async (password: string) => {
    await page.getByLabel('Email').fill('mary@ledger.example')
    await page.getByLabel('Password').fill(password)
    const answered = page.waitForResponse('**/api/auth/login')
    await page.locator('button[type=submit]').click()
    return (await answered).status()
  }
  for (let count = 0; count < 10; count += 1) expect(await attempt(`guess-${count}-guess`)).toBe(401)
  expect(await attempt(goodPassword)).toBe(429)
  await page.getByText(/too many.*try again in 15 minutes/i).waitFor()
})
