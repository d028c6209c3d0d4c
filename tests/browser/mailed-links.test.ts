// Links that sign in, change the email, or undo what somebody else did: from the letter to the end, in both languages.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { linkFor } from './mailbox.ts'
import { signUp } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

const newPassword = 'calm-meadow-window-17'

let site: BrowserSite
let chromium: Chromium
beforeAll(async () => {
  ;[site, chromium] = await Promise.all([
    openBrowserSite('embedded', { accounts: { verifyEmail: false } }),
    launchChromium(),
  ])
})
afterAll(async () => {
  await chromium?.stop()
  await site?.close()
})

/** A browser of its own: it shares no cookie with the others. */
const browser = async (locale: string): Promise<Page> => {
  const context = await chromium.context.browser()?.newContext({ locale, viewport: { width: 375, height: 800 } })
  return (context ?? chromium.context).newPage()
}

const submit = (page: Page) => page.locator('main button[type=submit]').first().click()
const account = (page: Page) => page.waitForURL('**/account')
const isNoWider = async (page: Page) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)

const words = {
  'en-GB': {
    byLink: /Email me a link/,
    used: /no longer good/,
    whose: /opens the account/,
    signIn: 'Sign in',
    newEmail: 'New email',
    changeIt: 'Change email',
    confirm: 'Confirm this address',
    changed: /You sign in with/,
    signInFirst: /Sign in here first/,
    secure: 'Secure my account',
    secured: /We sent you a link/,
  },
  'fr-FR': {
    byLink: /Recevoir un lien/,
    used: /n’est plus valable/,
    whose: /ouvre le compte/,
    signIn: 'Se connecter',
    newEmail: 'Nouvelle adresse e-mail',
    changeIt: 'Changer d’adresse',
    confirm: 'Confirmer cette adresse',
    changed: /Vous vous connectez désormais/,
    signInFirst: /Connectez-vous ici d’abord/,
    secure: 'Protéger mon compte',
    secured: /Nous vous avons envoyé un lien/,
  },
} as const
const languages = Object.keys(words) as (keyof typeof words)[]

test.each(languages)(
  'ACC-4 CSRF-2 I18N-1 %s: a link that signs in, by itself where it was asked for, after a question elsewhere',
  async (locale) => {
    const say = words[locale]
    const email = `link-${locale}@example.com`
    await signUp(await browser(locale), site.url, email)
    const page = await browser(locale)
    const ask = async (after = '') => {
      await page.goto(`${site.url}/sign-in`)
      await page.getByRole('link', { name: say.byLink }).click()
      await page.locator('[name=email]').fill(email)
      await submit(page)
      await page.getByText(email).waitFor()
      return linkFor(page, site, email, '/magic-link', { after })
    }
    const link = await ask()
    // Opened first by a scanner, one that runs scripts among them: both use nothing up.
    expect((await fetch(link)).status).toBe(200)
    const scanner = await browser(locale)
    await scanner.goto(link)
    await scanner.getByText(say.whose).waitFor()
    await scanner.getByText(email).waitFor()
    await isNoWider(scanner)

    // Two tabs at once: one signs in, and the other is told that the link is used, or finds itself signed in.
    const tab = await page.context().newPage()
    await Promise.all([page.goto(link), tab.goto(link)])
    await Promise.race([account(page), account(tab)])
    await page.goto(`${site.url}/account`)
    await page.getByText(email).first().waitFor()
    await tab.close()

    // Too late for the scanner's click.
    await scanner.getByRole('button', { name: say.signIn, exact: true }).click()
    await scanner.getByText(say.used).waitFor()
    // A new one, in a browser that did not ask for it: the account is named, and a click goes on.
    await page.context().clearCookies()
    const second = await ask(link)
    await scanner.goto(`${site.url}/sign-in`)
    await scanner.goto(second)
    await scanner.getByText(say.whose).waitFor()
    await scanner.getByRole('button', { name: say.signIn, exact: true }).click()
    await account(scanner)
  },
)

test('ACC-4 UI-1 S-55 a link opened in the tab of an older one is the new one; and it leads back to where the reader was going', async () => {
  const email = 'back@example.com'
  await signUp(await browser('en-GB'), site.url, email)
  const page = await browser('en-GB')
  const ask = async (returnTo: string) => {
    await page.goto(`${site.url}/sign-in?${new URLSearchParams({ returnTo })}`)
    await page.getByRole('link', { name: /Email me a link/ }).click()
    await page.locator('[name=email]').fill(email)
    await submit(page)
    await page.getByText(email).waitFor()
  }
  // The mailbox is read elsewhere: a letter opens in a tab of its own.
  const letters = await page.context().newPage()
  await ask('/account?from=orders#sessions')
  const link = await linkFor(letters, site, email, '/magic-link')
  const tab = await page.context().newPage()
  await tab.goto(`${site.url}/magic-link#${'A'.repeat(43)}`)
  await tab.getByText(/no longer good/).waitFor()
  // What a click on the second link does here: no page is loaded by it.
  await tab.evaluate((address) => void location.assign(address), link)
  await tab.waitForURL('**/account?from=orders#sessions')
  await tab.getByText(email).first().waitFor()
  expect(await tab.evaluate(() => localStorage.getItem('vigile_return_to'))).toBeNull()

  // Another site is no way back, and neither is what something else has put there.
  await page.context().clearCookies()
  await ask('//evil.example/')
  await page.evaluate(() => {
    const until = Date.now() + 60_000
    localStorage.setItem('vigile_return_to', JSON.stringify({ returnTo: '//evil.example/', until }))
  })
  const next = await linkFor(letters, site, email, '/magic-link', { after: link })
  await tab.goto('about:blank')
  await tab.goto(next)
  await tab.waitForURL(`${site.url}/account`)
})

test.each(languages)(
  'ACC-4 S-16 S-39 TOK-11 I18N-1 %s: a new email from the account page; "this was not me" gives the old one back',
  async (locale) => {
    const say = words[locale]
    const [email, next] = [`old-${locale}@example.com`, `new-${locale}@example.com`]
    const [page, elsewhere] = [await browser(locale), await browser(locale)]
    await signUp(page, site.url, email)
    await page.getByLabel(say.newEmail).fill(next)
    await page.getByRole('button', { name: say.changeIt }).click()
    await page.getByText(next).first().waitFor()
    await isNoWider(page)
    const link = await linkFor(elsewhere, site, next, '/change-email')
    // In a browser where nobody is signed in it says what is missing.
    await elsewhere.goto(link)
    await elsewhere.getByRole('button', { name: say.confirm }).click()
    await elsewhere.getByText(say.signInFirst).waitFor()
    await page.goto(link)
    await isNoWider(page)
    // Long after the sign-in: who only found the browser open does not know the password.
    site.clock.move(11 * 60_000)
    await page.getByRole('button', { name: say.confirm }).click()
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await isNoWider(page)
    await page.locator('#passwordAgain').fill(goodPassword)
    await page.keyboard.press('Enter')
    await page.getByText(say.changed).waitFor()
    await page.goto(`${site.url}/account`)
    await page.getByText(next).first().waitFor()

    const notMe = await linkFor(elsewhere, site, email, '/not-me', { part: next })
    await elsewhere.goto(notMe)
    await isNoWider(elsewhere)
    await elsewhere.getByRole('button', { name: say.secure }).click()
    await elsewhere.getByText(say.secured).waitFor()
    await page.goto(`${site.url}/account`)
    await page.waitForURL('**/sign-in**')
    await elsewhere.goto(await linkFor(elsewhere, site, email, '/reset-password'))
    await elsewhere.locator('[name=password]').fill(newPassword)
    await submit(elsewhere)
    await elsewhere.locator('main a[href^="/sign-in"]').click()
    await elsewhere.locator('[name=email]').fill(email)
    await elsewhere.locator('[name=password]').fill(newPassword)
    await submit(elsewhere)
    await account(elsewhere)
  },
)
