// Sign-in with providers as people meet it: in Chromium, with stand-ins that speak as the real ones do.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { addApp, codeAt, stepMs } from '../support/totp.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'
import { signUp, statusOf } from './people.ts'
import { decide, goTo, type StandIns, signInWith, withProviders } from './provider-site.ts'
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

const atAccount = async (email: string) => {
  await page.waitForURL('**/account')
  await page.getByText(email).first().waitFor()
}
const addPerson = (name: string, email: string, verified = true) =>
  site.standIns.discord.people.set(name, {
    id: `8${site.standIns.discord.people.size}`,
    username: name,
    email,
    verified,
  })

describe('each provider', () => {
  const all = [
    ['Discord', 'ada@example.com'],
    ['GitHub', 'grace@example.com'],
    ['Google', 'emmy@example.com'],
    ['Acme', 'emmy@acme.example'],
  ] as const
  test.each(all)(
    'OAU-1 OAU-3 UI-1 %s: sign-up from one page, sign-in from the other, back to where one was going',
    async (name, email) => {
      if (name === 'Acme') {
        const { people } = site.standIns.acme
        people.set('emmy', { ...people.get('emmy'), sub: 'emmy', email })
      }
      await page.goto(`${site.url}/sign-up`)
      await goTo(page, name)
      await decide(page)
      await atAccount(email)
      expect(await page.locator('#connections').getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([name])
      // Nothing of the way here is left in the address, or kept for other scripts.
      expect([page.url(), await page.evaluate(() => history.state)]).toEqual([`${site.url}/account`, null])

      await browser.context.clearCookies()
      await page.goto(`${site.url}/sign-in?returnTo=${encodeURIComponent('/account?from=a-link#sessions')}`)
      await goTo(page, name)
      await decide(page)
      await page.waitForURL(`${site.url}/account?from=a-link#sessions`)
      await page.getByText(email).first().waitFor()
    },
  )
})

describe('turning back', () => {
  test('OAU-4 UI-1 who cancels at the provider reads so, has nothing, and goes on from there', async () => {
    for (const [language, words, again] of [
      ['en', 'Discord says that you turned back.', 'Try again with Discord'],
      ['fr', 'Discord indique que vous avez renoncé.', 'Réessayer avec Discord'],
    ] as const) {
      await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
      await page.goto(`${site.url}/sign-in`)
      await goTo(page, 'Discord')
      await decide(page, { decision: 'Cancel' })
      await page.getByText(words).waitFor()
      expect(await violations(page)).toEqual([])
      expect(await statusOf(page, '/api/auth/me')).toBe(401)
      await page.getByRole('link', { name: again }).click()
      await page.getByRole('button', { name: 'Authorize' }).waitFor()
    }
  })

  test('CLI-5 UI-1 a connection that breaks on the last step: tried again it goes on, and where one was going is kept', async () => {
    const returnTo = '/account?from=a-link#sessions'
    await page.route('**/exchange-session', (route) => route.abort())
    await page.goto(`${site.url}/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
    await goTo(page, 'Discord')
    await decide(page)
    // Nothing was typed.
    await page
      .getByText('The server cannot be reached. Check your connection, then try again.', { exact: true })
      .waitFor()
    const heading = page.getByRole('heading', { name: 'That did not work' })
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true)
    const again = page.getByRole('button', { name: 'Try again' })
    await again.click()
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true)
    const otherWay = await page.getByRole('link', { name: 'Sign in another way' }).getAttribute('href')
    expect(new URL(otherWay ?? '', site.url).searchParams.get('returnTo')).toBe(returnTo)
    await page.unroute('**/exchange-session')
    await again.click()
    await page.waitForURL(`${site.url}${returnTo}`)
  })

  test('OAU-2 the back button: from the provider to the sign-in page; after coming home to a page that says it is over', async () => {
    await page.goto(`${site.url}/sign-in`)
    await goTo(page, 'Discord')
    await page.goBack()
    await page.locator('input[autocomplete="current-password"]').waitFor()
    await goTo(page, 'Discord')
    await decide(page)
    await atAccount('ada@example.com')
    // The page of the exchange is not in the history: behind the account is the provider's.
    await page.goBack()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL('**/api/auth/oauth/discord/callback**')
    const link = page.getByRole('link')
    await link.waitFor()
    await link.click()
    // Still signed in: the way out of the error leads home.
    await atAccount('ada@example.com')
  })

  test('OAU-2 two tabs that start at once both end signed in', async () => {
    const other = await browser.context.newPage()
    for (const tab of [page, other]) await tab.goto(`${site.url}/sign-in`)
    await goTo(page, 'Discord')
    await goTo(other, 'GitHub')
    await decide(other)
    await other.getByText('grace@example.com').first().waitFor()
    await decide(page)
    await atAccount('ada@example.com')
    // One browser has one session: the other tab shows whose it is now.
    await other.reload()
    await other.getByText('ada@example.com').first().waitFor()
    for (const tab of [page, other]) expect(await statusOf(tab, '/api/auth/me')).toBe(200)
  })
})

describe('who gets which account', () => {
  test('OAU-6 H-3 UI-1 an account that nobody has proven the address of is not opened: the page says how to connect it', async () => {
    await signUp(page, site.url, 'unproven@example.com')
    await browser.context.clearCookies()
    addPerson('unproven', 'unproven@example.com')
    await signInWith(page, site, 'Discord', 'unproven')
    await page.getByText('There is an account with your email address already.').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    await page.getByRole('link', { name: 'Sign in with your password' }).click()
    await page.getByLabel('Email').fill('unproven@example.com')
    await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
    await page.locator('button[type=submit]').click()
    await page.waitForURL('**/account#connections')
  })

  test('OAU-6 H-3 an address that the provider does not vouch for makes no account', async () => {
    addPerson('mallory', 'mallory@example.com', false)
    await signInWith(page, site, 'Discord', 'mallory')
    await page.getByText('Discord has not confirmed your email address yet.').waitFor()
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
  })

  test.each([
    ['en', 'Discord did not give us your email address', 'Try again with Discord'],
    ['fr', 'Discord ne nous a pas donné', 'Réessayer avec Discord'],
  ])(
    'OAU-6 UI-1 I18N-1 %s: no email, no account: the page says what to allow, and asks anew',
    async (language, words, again) => {
      site.standIns.discord.people.set('shy', { id: '777', username: 'shy', email: null, verified: false })
      await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
      await signInWith(page, site, 'Discord', 'shy')
      await page.getByText(words).waitFor()
      expect(await violations(page)).toEqual([])
      expect(await statusOf(page, '/api/auth/me')).toBe(401)
      site.standIns.discord.forget()
      await page.getByRole('link', { name: again }).click()
      await page.getByRole('button', { name: 'Authorize' }).waitFor()
      expect(site.standIns.discord.asked('authorize')[0]?.url.searchParams.get('prompt')).toBe('consent')
    },
  )

  test('S-15 OAU-6 whoever has a second factor is asked for it after a provider as well, and comes to where they were going', async () => {
    const email = 'twice@example.com'
    addPerson('twice', email)
    await site.server.vigile.users.create(
      { email, password: goodPassword, emailVerified: true },
      { kind: 'operator', name: 'test' },
    )
    const visitor = createVisitor({
      vigile: () => site.server.vigile,
      publicUrl: site.url,
      now: Date.now,
      address: '198.51.100.9',
    })
    await visitor.signIn(email)
    const { secret } = await addApp(visitor, Date.now())
    await page.goto(`${site.url}/sign-in?returnTo=${encodeURIComponent('/account#sessions')}`)
    await goTo(page, 'Discord')
    await decide(page, { account: 'twice' })
    await page.waitForURL('**/second-factor**')
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    site.clock.move(stepMs)
    await page.locator('input[name=code]').fill(codeAt(secret, Date.now() + stepMs))
    await page.locator('form:has(input[name=code]) button[type=submit]').click()
    await page.waitForURL('**/account#sessions')
    await page.getByText(email).first().waitFor()
  })
})

test('ACC-7 OAU-6 who has closed the account is offered it back after a provider as well, and is not signed in by that', async () => {
  addPerson('back', 'back@example.com')
  await signInWith(page, site, 'Discord', 'back')
  await atAccount('back@example.com')
  await page.getByRole('button', { name: 'Delete my account' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click()
  await page.waitForURL('**/sign-in**')
  await signInWith(page, site, 'Discord', 'back')
  const keep = page.getByRole('button', { name: 'Keep my account' })
  await keep.waitFor()
  expect(await statusOf(page, '/api/auth/me')).toBe(401)
  await keep.click()
  await page.getByRole('heading', { name: 'Your account stays' }).waitFor()
  await signInWith(page, site, 'Discord', 'back')
  await atAccount('back@example.com')
})

test('RES-2 UI-1 a provider that is down: its button says so, and the password signs in as ever', async () => {
  const { discord } = site.standIns
  await signUp(page, site.url, 'patient@example.com')
  await browser.context.clearCookies()
  discord.always('token', 503)
  const down = page.getByText('Not answering just now')
  for (let times = 0; times < 8; times += 1) {
    await page.goto(`${site.url}/sign-in`)
    if ((await down.count()) > 0) break
    await goTo(page, 'Discord')
    await decide(page)
    await page.getByText('Discord is not answering just now.').waitFor()
  }
  expect(await page.getByRole('link', { name: /Discord/ }).textContent()).toContain('Not answering just now')
  expect(await page.getByRole('link', { name: /GitHub/ }).textContent()).not.toContain('Not answering')
  expect(await violations(page)).toEqual([])
  // Whoever presses it all the same is told, without waiting for the provider.
  const asked = discord.asked().length
  await page.getByRole('link', { name: /Discord/ }).click()
  await page.getByText('Discord is not answering just now.').waitFor()
  expect(discord.asked()).toHaveLength(asked)
  await page.getByRole('link', { name: 'Sign in another way' }).click()
  await page.getByLabel('Email').fill('patient@example.com')
  await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await atAccount('patient@example.com')
  discord.mend()
})
