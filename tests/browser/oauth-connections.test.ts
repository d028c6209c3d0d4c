// Accounts at providers that are connected to the one here, as people look after them on the account page.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { linkFor } from './mailbox.ts'
import { signUp, statusOf } from './people.ts'
import { decide, type StandIns, signInWith, withProviders } from './provider-site.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

let site: BrowserSite & { readonly standIns: StandIns }
let browser: Chromium
let page: Page
beforeAll(async () => {
  ;[site, browser] = await Promise.all([
    withProviders((options) => openBrowserSite('embedded', options)),
    launchChromium(),
  ])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
beforeEach(async () => {
  await Promise.all(browser.context.pages().map((one) => one.close()))
  await browser.context.clearCookies()
  page = await browser.context.newPage()
})

/** A person at Discord, whose address there is another one than here. */
const atDiscord = (username: string) => {
  const { people } = site.standIns.discord
  people.set(username, { id: `9${people.size}`, username, email: `${username}@discord.example`, verified: true })
}
const connected = () => page.locator('#connections').getByRole('heading', { level: 3 }).allTextContents()
const connect = async (account: string, decision: 'Authorize' | 'Cancel' = 'Authorize') => {
  await page.getByRole('button', { name: 'Connect Discord' }).click()
  await decide(page, { account, decision })
}
/** The sign-in is no longer recent, and every token is still good. */
const later = () => site.clock.move(11 * 60_000)

test('UI-1 OAU-6 consent to link: which account there and which here; cancelled nothing happens, connected it signs in', async () => {
  atDiscord('lin')
  await signUp(page, site.url, 'lin@example.com')
  await connect('lin')
  await page.getByRole('heading', { name: 'Connect Discord?' }).waitFor()
  for (const words of ['@lin', 'lin@discord.example', 'lin@example.com'])
    await page.getByText(words, { exact: true }).waitFor()
  expect(await violations(page)).toEqual([])
  expect(page.url()).toBe(`${site.url}/auth/callback?link=&provider=discord&returnTo=%2Faccount%23connections`)
  // Asking uses nothing up: a reload asks again.
  await page.reload()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL('**/account#connections')
  await page.getByText('None is connected yet.').waitFor()

  await connect('lin')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  const done = page.getByRole('heading', { name: 'Discord is connected' })
  await done.waitFor()
  // The button is gone: what became of it is where the focus is, and is read aloud.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Discord is connected')
  await page.reload()
  await done.waitFor()
  await page.getByRole('link', { name: 'To your account' }).click()
  await page.locator('#connections li').waitFor()
  expect(await connected()).toEqual(['Discord'])
  await page.goBack()
  await done.waitFor()
  // Without anything to go by it is not known what came of it.
  const other = await browser.context.newPage()
  await other.goto(page.url())
  await other.getByRole('heading', { name: 'This is over' }).waitFor()
  await other.getByText('Your account shows what is connected.').waitFor()
  expect(await violations(other)).toEqual([])
  await browser.context.clearCookies()
  await signInWith(page, site, 'Discord', 'lin')
  await page.waitForURL('**/account')
  await page.getByText('lin@example.com').first().waitFor()
  await page.locator('#connections').getByText('Last used just now').waitFor()
})

test('UI-1 OAU-4 cancelled at the provider, or connected to another account already: said in words, and nothing changes', async () => {
  atDiscord('taken')
  await signUp(page, site.url, 'first@example.com')
  await connect('taken', 'Cancel')
  await page.getByRole('heading', { name: 'Nothing was connected' }).waitFor()
  await page.getByText('Discord says that you turned back.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'To your account' }).click()
  await connect('taken')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('heading', { name: 'Discord is connected' }).waitFor()

  await browser.context.clearCookies()
  await signUp(page, site.url, 'second@example.com')
  await connect('taken')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('This is connected to another account here already.').waitFor()
  await page.getByRole('link', { name: 'To your account' }).click()
  await page.getByText('None is connected yet.').waitFor()
})

test('UI-1 OAU-6 the last way in stays; with a password of one’s own, chosen by a mailed link, it can be disconnected', async () => {
  await signInWith(page, site, 'GitHub')
  await page.locator('#connections').getByText('This is your only way to sign in.').waitFor()
  expect(await page.getByRole('button', { name: /^Disconnect/ }).count()).toBe(0)
  expect(await violations(page)).toEqual([])
  await page.locator('#password').getByRole('button', { name: 'Send me a link' }).click()
  await page.getByText('We wrote to grace@example.com.').waitFor()
  await page.goto(await linkFor(page, site, 'grace@example.com', '/reset-password'))
  await page.locator('input[autocomplete="new-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.getByText('Your password is changed').first().waitFor()

  await page.goto(`${site.url}/sign-in`)
  await page.getByLabel('Email').fill('grace@example.com')
  await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
  await page.getByRole('button', { name: 'Disconnect GitHub: @grace' }).click()
  const dialog = page.getByRole('dialog', { name: 'Disconnect GitHub?' })
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await connected()).toEqual(['GitHub'])
  await page.getByRole('button', { name: 'Disconnect GitHub: @grace' }).click()
  await dialog.getByRole('button', { name: 'Disconnect it' }).click()
  await page.getByText('GitHub is disconnected').waitFor()
  expect(await connected()).toEqual([])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Connected accounts')
})

test('TOK-11 S-39 who has no password signs in again with a provider, which is asked anew, and then goes on', async () => {
  await signInWith(page, site, 'Google')
  await page.getByRole('button', { name: 'Connect Discord' }).waitFor()
  later()
  await page.getByRole('button', { name: 'Connect Discord' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.waitFor()
  expect(await dialog.locator('input').count()).toBe(0)
  expect(await violations(page)).toEqual([])
  site.standIns.google.forget()
  await dialog.getByRole('button', { name: 'Continue with Google' }).click()
  // Signed in there since before: the provider would have said nothing.
  await decide(page)
  expect(site.standIns.google.asked('authorize')[0]?.url.searchParams.get('prompt')).toBe('select_account')
  await page.waitForURL('**/account')
  await page.getByRole('button', { name: 'Connect Discord' }).click()
  await page.getByRole('button', { name: 'Authorize' }).waitFor()
})

test('TOK-11 S-39 the consent to link long after the sign-in asks for it first, by password or by a connected account', async () => {
  atDiscord('slow')
  await signUp(page, site.url, 'slow@example.com')
  site.clock.move(8 * 60_000)
  await connect('slow')
  const submit = page.getByRole('button', { name: 'Connect', exact: true })
  await submit.waitFor()
  site.clock.move(3 * 60_000)
  await submit.click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.locator('#passwordAgain').fill(goodPassword)
  await page.keyboard.press('Enter')
  // What came home is good for the session that began, and this is another one: once more, and then it goes.
  await decide(page, { account: 'slow' })
  await submit.click()
  await page.getByRole('heading', { name: 'Discord is connected' }).waitFor()
  await page.getByRole('link', { name: 'To your account' }).click()
  await page.locator('#connections li').waitFor()
  later()
  await page.getByRole('button', { name: 'Disconnect Discord: @slow' }).click()
  await page.getByRole('button', { name: 'Disconnect it' }).click()
  await dialog.waitFor()
  expect(await dialog.getByRole('button', { name: 'Continue with Discord' }).count()).toBe(1)
  await dialog.locator('#passwordAgain').fill(goodPassword)
  await page.keyboard.press('Enter')
  await page.getByText('Discord is disconnected').waitFor()
})

test('OAU-3 OAU-6 a consent page of another browser, or of who has signed out meanwhile, connects nothing', async () => {
  atDiscord('moved')
  await signUp(page, site.url, 'moved@example.com')
  let handle = ''
  page.on('request', (request) => {
    handle = /[?&]link=([a-f0-9]{64})/.exec(request.url())?.[1] ?? handle
  })
  await connect('moved')
  await page.getByRole('button', { name: 'Connect', exact: true }).waitFor()
  expect(handle).toMatch(/^[a-f0-9]{64}$/)
  const other = await launchChromium()
  try {
    const thief = await other.context.newPage()
    await signUp(thief, site.url, 'thief@example.com')
    await thief.goto(`${site.url}/auth/callback?link=${handle}`)
    await thief.getByText('began in another browser').waitFor()
  } finally {
    await other.stop()
  }
  await browser.context.clearCookies({ name: /^vigile_(access|refresh|csrf|hint)$/ })
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('You are not signed in here any more.').waitFor()
  expect(await statusOf(page, '/api/auth/me')).toBe(401)
})
