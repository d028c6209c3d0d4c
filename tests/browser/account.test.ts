// The account page as people use it.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { letterTo } from '../support/mail.ts'
import { addApp, codeAt } from '../support/totp.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'
import { signUp } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { addAuthenticator } from './virtual-authenticator.ts'

const newPassword = 'another-harbour-lantern-43'
let site: BrowserSite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openBrowserSite('embedded'), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  await Promise.all(browser.context.pages().map((page) => page.close()))
  await browser.context.clearCookies()
})

const openAccount = async (email: string): Promise<Page> => {
  const page = await browser.context.newPage()
  await signUp(page, site.url, email)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

/** The engine's time alone: the sign-in is no longer recent, and every token is still good. */
let moved = 0
const later = () => {
  moved += 11 * 60_000
  site.clock.move(11 * 60_000)
}
const siteNow = () => Date.now() + moved

const change = async (page: Page, current: string) => {
  await page.locator('#currentPassword').fill(current)
  await page.locator('#newPassword').fill(newPassword)
  await page.getByRole('button', { name: 'Change password' }).click()
}

test('TOK-11 CLI-6 a sign-in long ago: who has typed the password for the act is not asked again, and other tabs live on', async () => {
  const page = await openAccount('again@example.com')
  const other = await browser.context.newPage()
  await other.goto(`${site.url}/account`)
  await other.getByText('again@example.com').first().waitFor()
  later()
  await change(page, 'not-the-password')
  await page.getByText('This is not your current password.').waitFor()
  await change(page, goodPassword)
  await page.getByText('Your password is changed.').waitFor()
  // Nobody was sent away, and the other tab goes on with the new session.
  expect(new URL(other.url()).pathname).toBe('/account')
  expect(await other.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})

test('UI-1 a section that fails leaves the others; a picture that does not load leaves the key', async () => {
  const page = await openAccount('broken@example.com')
  await page.route('**/api/auth/factors', (route) => route.fulfill({ json: { totp: null, passkeys: 'none' } }))
  await page.reload()
  await page.locator('#passkeys').getByText('This part of the page cannot be shown').waitFor()
  await page.locator('#passkeys').getByRole('heading', { name: 'Passkeys' }).waitFor()
  await page.locator('#profile [name=name]').waitFor()
  await page.locator('#sessions').getByText('This device').first().waitFor()
  await page.unroute('**/api/auth/factors')
  await page.route('**/assets/qr-code-*.js', (route) => route.abort())
  // The reader's way out: the page anew.
  await page.locator('#passkeys').getByRole('button', { name: 'Load the page again' }).click()
  await page.locator('#passkeys').getByRole('button').first().waitFor()
  expect(await page.getByText('This part of the page cannot be shown').count()).toBe(0)
  await page.locator('#twoStep').getByRole('button').first().click()
  await page.getByText('The picture could not be loaded').waitFor()
  expect(await page.locator('dialog [translate=no], [role=dialog] [translate=no]').textContent()).toMatch(
    /^[A-Z2-7 ]{32,}$/,
  )
})

test('UI-1 a link to a section leads there, stays in the address, and loads nothing anew', async () => {
  const page = await openAccount('sections@example.com')
  await page.locator('[name=name]').fill('typed before')
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Sessions' }).click()
  await page.waitForURL('**/account#sessions')
  expect(await page.locator('[name=name]').inputValue()).toBe('typed before')
  await page.reload()
  await page.locator('#sessions').getByText('This device').first().waitFor()
  expect(page.url()).toBe(`${site.url}/account#sessions`)
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0)
})

test('UI-1 I18N-1 the profile: name and language are saved, and the page follows', async () => {
  const page = await openAccount('profile@example.com')
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.locator('select[name=locale]').selectOption('fr')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('C’est enregistré.').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Votre compte' }).waitFor()
  expect(await page.getByLabel('Nom').inputValue()).toBe('Ada Lovelace')
})

test('S-37 S-40 the other sessions are ended from the list, and this one goes on', async () => {
  const page = await openAccount('others@example.com')
  const other = createVisitor({
    vigile: () => site.server.vigile,
    publicUrl: site.url,
    now: Date.now,
    address: '198.51.100.7',
  })
  await other.signIn('others@example.com')
  await page.reload()
  await page.getByText('You are also signed in on one other device.').waitFor()
  await page.getByRole('button', { name: 'End the other sessions' }).click()
  await page.getByText('The other sessions are over.').waitFor()
  expect((await other.refresh()).body.code).toBe('session_ended')
  expect(await page.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})

test('S-37 after an app, then a passkey, is added and removed the section offers to end the other sessions, and does', async () => {
  const email = 'factors@example.com'
  const page = await openAccount(email)
  await addAuthenticator(page)
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
  const elsewhere = async (recoveryCode?: string | undefined) => {
    const address = '198.51.100.8'
    const other = createVisitor({ vigile: () => site.server.vigile, publicUrl: site.url, now: siteNow, address })
    await other.signIn(email)
    if (recoveryCode)
      await other.post('/api/auth/second-factor', { method: 'recovery_code', code: recoveryCode.trim() })
    expect((await other.me()).status).toBe(200)
    // The page learns of it.
    await page.reload()
    return other
  }
  const expectOffer = async (section: '#twoStep' | '#passkeys', other: Visitor) => {
    await page.locator(section).getByText('You are also signed in on one other device.').waitFor()
    await page.locator(section).getByRole('button', { name: 'End the other sessions' }).click()
    await page.locator(section).getByText('The other sessions are over.').waitFor()
    expect((await other.refresh()).body.code).toBe('session_ended')
    expect(await page.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
  }
  /** Before the change there is no offer but that of the list. */
  const noOffer = (section: string) => page.locator(section).getByText('You are also signed in').count()

  let other = await elsewhere()
  await page.locator('#sessions').getByText('You are also signed in on one other device.').waitFor()
  expect(await noOffer('#twoStep')).toBe(0)
  await press('Set up an authenticator app')
  const key = await page.locator('[role=dialog] [translate=no], dialog [translate=no]').first().textContent()
  await page.locator('input[name=code]').fill(codeAt((key ?? '').replace(/\s/g, ''), siteNow()))
  await press('Turn it on')
  await page.locator('ul[translate=no] li').first().waitFor()
  const codes = await page.locator('ul[translate=no] li').allInnerTexts()
  await press('I have kept them')
  await expectOffer('#twoStep', other)

  other = await elsewhere(codes[0])
  await press('Remove the authenticator app')
  await press('Remove it')
  await expectOffer('#twoStep', other)

  other = await elsewhere()
  expect(await noOffer('#passkeys')).toBe(0)
  await press('Add a passkey')
  const newCodes = page.locator('ul[translate=no] li')
  await newCodes.first().waitFor()
  const [code] = await newCodes.allInnerTexts()
  await press('I have kept them')
  await press('Save the name')
  await expectOffer('#passkeys', other)

  other = await elsewhere(code)
  await page
    .locator('#passkeys')
    .getByRole('button', { name: /^Remove/ })
    .click()
  await press('Remove the passkey')
  await expectOffer('#passkeys', other)
})

test('TOK-11 S-39 CLI-6 the dialog: a wrong password stays in it, a right one does the act, and the other tab lives on', async () => {
  const page = await openAccount('dialog@example.com')
  const other = await browser.context.newPage()
  await other.goto(`${site.url}/account`)
  await other.getByText('dialog@example.com').first().waitFor()
  await other.getByLabel('Name').fill('typed in the other tab')
  later()
  await page.getByLabel('Name').fill('typed in this tab')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download my data' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.waitFor()
  // The keyboard is where one types at once.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('passwordAgain')
  await page.keyboard.type('not-the-password')
  await page.keyboard.press('Enter')
  await dialog.getByText('This is not your current password.').waitFor()
  await page.locator('#passwordAgain').fill(goodPassword)
  await page.keyboard.press('Enter')
  const file = JSON.parse(await readFile(await (await download).path(), 'utf8'))
  expect(file.account.email).toBe('dialog@example.com')
  expect(file.activity.length).toBeGreaterThan(1)
  await dialog.waitFor({ state: 'hidden' })
  // Nothing that was typed is lost, in either tab, and both speak for the new session.
  expect(await page.getByLabel('Name').inputValue()).toBe('typed in this tab')
  expect(await other.getByLabel('Name').inputValue()).toBe('typed in the other tab')
  expect(await other.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})

test('TOK-11 the dialog: who leaves it does nothing, and is told why', async () => {
  const page = await openAccount('leaves@example.com')
  later()
  await page.getByRole('button', { name: 'Download my data' }).click()
  await page.getByRole('dialog', { name: 'Is it you?' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('This act needs a recent sign-in.').waitFor()
  expect(await page.evaluate(async () => (await fetch('/api/auth/me')).status)).toBe(200)
})

test('ACC-7 UI-1 an account is closed, a sign-in offers to keep it, and kept it is as it was', async () => {
  const page = await openAccount('leaver@example.com')
  await page.getByRole('button', { name: 'Delete my account' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
  await dialog.getByText('leaver@example.com is closed at once').waitFor()
  await dialog.getByRole('button', { name: 'Delete my account' }).click()
  await page.waitForURL('**/sign-in**')
  await page.getByText('You closed this account.').waitFor()
  await page.locator('#email').fill('leaver@example.com')
  await page.locator('#password').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.getByRole('heading', { name: 'Keep your account?' }).waitFor()
  await page.getByText(/going to be deleted on/).waitFor()
  expect(page.url()).not.toContain('#')
  await page.getByRole('button', { name: 'Keep my account' }).click()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.locator('#email').fill('leaver@example.com')
  await page.locator('#password').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
  await page.getByText('leaver@example.com').first().waitFor()
})

test('ACC-4 ACC-7 I18N-1 the letter: its link is opened without doing anything, a press keeps the account, in French', async () => {
  const page = await openAccount('lettre@example.com')
  await page.locator('select[name=locale]').selectOption('fr')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('C’est enregistré.').waitFor()
  await page.getByRole('button', { name: 'Supprimer mon compte' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Supprimer mon compte' }).click()
  await page.waitForURL('**/sign-in**')
  const { text } = await letterTo([site.server.vigile], 'lettre@example.com', '/keep-account#')
  const link = /https?:\S+#\S+/.exec(text)?.[0] ?? ''
  await page.goto(link)
  await page.reload()
  await page.getByRole('button', { name: 'Garder mon compte' }).click()
  await page.getByRole('heading', { name: 'Votre compte est conservé' }).waitFor()
  await page.goto('about:blank')
  await page.goto(link)
  await page.getByRole('button', { name: 'Garder mon compte' }).click()
  await page.getByText('Ce lien n’est plus valable').waitFor()
})

test('S-9 every password field hides what is typed, takes a paste whole, and tells a password manager which password it is', async () => {
  const page = await openAccount('fields@example.com')
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url })
  const long = `${'a long passphrase, pasted '.repeat(6)}end`
  const paste = async (field: string, autocomplete: string) => {
    const input = page.locator(`#${field}`)
    const told = ['type', 'autocomplete', 'maxlength', 'spellcheck'].map((name) => input.getAttribute(name))
    expect(await Promise.all(told)).toEqual(['password', autocomplete, null, 'false'])
    await page.evaluate((text) => navigator.clipboard.writeText(text), long)
    await input.focus()
    await page.keyboard.press('Control+V')
    expect(await input.inputValue()).toBe(long)
  }
  await paste('currentPassword', 'current-password')
  await paste('newPassword', 'new-password')
  later()
  await page.getByRole('button', { name: 'Download my data' }).click()
  await page.getByRole('dialog').waitFor()
  await paste('passwordAgain', 'current-password')
  await browser.context.clearCookies()
  await page.goto(`${site.url}/sign-in`)
  await paste('password', 'current-password')
  await page.goto(`${site.url}/sign-up`)
  await paste('password', 'new-password')
})

test('TOK-11 S-39 H-1 the dialog asks for the second factor too, before anything is done', async () => {
  const email = 'second@example.com'
  const page = await openAccount(email)
  const phone = createVisitor({
    vigile: () => site.server.vigile,
    publicUrl: site.url,
    now: Date.now,
    address: '198.51.100.9',
  })
  await phone.signIn(email)
  const { secret } = await addApp(phone, siteNow())
  later()
  await page.getByRole('button', { name: 'Download my data' }).click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.locator('#passwordAgain').fill(goodPassword)
  await page.keyboard.press('Enter')
  const code = dialog.locator('#code')
  await code.waitFor()
  const before = await page.evaluate(async () => (await (await fetch('/api/auth/me')).json()).session.id)
  await code.fill(codeAt(secret, siteNow()))
  const download = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  await download
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  expect(await page.evaluate(async () => (await (await fetch('/api/auth/me')).json()).session.id)).not.toBe(before)
})
