// Two-step sign-in as people meet it: in Chromium, with codes of oathtool, in both languages.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { codeAt, stepMs } from '../support/totp.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'
import { signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'

let site: BrowserSite
let strict: BrowserSite
let browser: Chromium
beforeAll(async () => {
  ;[site, strict, browser] = await Promise.all([
    openBrowserSite('embedded'),
    openBrowserSite('embedded', { accounts: { secondFactor: 'required' } }),
    launchChromium(),
  ])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
  await strict?.close()
})

const expectFit = async (page: Page, width: number) => {
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
}

const open = async (language: string, width = 1280) => {
  const page = await browser.context.newPage()
  page.setDefaultTimeout(15_000)
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: width < 500 ? 'dark' : 'light' })
  await page.setViewportSize({ width, height: 800 })
  await browser.context.clearCookies()
  for (const { url } of [site, strict])
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url }])
  return page
}
const typeCode = async (page: Page, code: string) => {
  await page.locator('input[name=code]').fill(code)
  await page.locator('form:has(input[name=code]) button[type=submit]').click()
}
/** The key that is written below the picture, once the picture is there. */
const keyOf = async (page: Page): Promise<string> => {
  await page.getByRole('img', { name: /QR/ }).waitFor()
  return ((await page.locator('[translate=no]').first().textContent()) ?? '').replace(/\s/g, '')
}
const codesOf = (page: Page) => page.locator('ul[translate=no] li').allInnerTexts()
const password = async (page: Page, url: string, email: string, returnTo = '') => {
  await page.goto(`${url}/sign-in${returnTo}`)
  await page.getByLabel(/^(email|adresse)/i).fill(email)
  await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
  await page.locator('form:has(input[autocomplete="current-password"]) button[type=submit]').click()
  await page.waitForURL('**/second-factor**')
  await page.locator('input[name=code]').waitFor()
}
/** This site's clock is the test's: each code is of the step in which it is typed. */
const now = () => Date.now() + moved
let moved = 0
const nextStep = () => {
  moved += stepMs
  site.clock.move(stepMs)
}

test('S-37 after an app was set up, its section offers to end the other sessions, and does', async () => {
  const email = 'offered@example.com'
  const page = await open('en')
  await signUp(page, site.url, email)
  const { vigile } = site.server
  const other = createVisitor({ vigile: () => vigile, publicUrl: site.url, now, address: '198.51.100.9' })
  expect((await other.signIn(email)).status).toBe(200)
  const section = page.locator('#twoStep')
  await section.getByRole('button', { name: 'Set up an authenticator app' }).click()
  const offer = section.getByRole('button', { name: 'End the other sessions' })
  expect(await offer.count()).toBe(0)
  const secret = await keyOf(page)
  await typeCode(page, codeAt(secret, now()))
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await section.getByText('You are also signed in on one other device.').waitFor()
  await offer.click()
  await section.getByText('The other sessions are over.').waitFor()
  expect((await other.refresh()).body.code).toBe('session_ended')
  expect(await statusOf(page, '/api/auth/me')).toBe(200)
  await page.close()
})

describe.each([
  {
    language: 'en',
    width: 1280,
    setUp: 'Set up an authenticator app',
    kept: 'I have kept them',
    app: 'Code from the app',
  },
  {
    language: 'fr',
    width: 375,
    setUp: 'Ajouter une application d’authentification',
    kept: 'Je les ai gardés',
    app: 'Code de l’application',
  },
])('$language, $width px', ({ language, width, setUp, kept, app }) => {
  const email = `two-step-${language}@example.com`
  let secret = ''
  let codes: string[] = []

  test('ACC-5 UI-3 I18N-1 an app is set up in the account, by picture or key, and the recovery codes are kept', async () => {
    const page = await open(language, width)
    await signUp(page, site.url, email)
    const section = page.locator('#twoStep')
    await section.getByRole('button', { name: setUp }).click()
    secret = await keyOf(page)
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    await expectFit(page, width)
    await typeCode(page, '12345')
    await page.locator('#code-error').waitFor()
    const refused = page.waitForResponse((answer) => answer.url().endsWith('/totp/confirm'))
    await typeCode(page, codeAt(secret, now() + 3_600_000))
    expect((await refused).status()).toBe(400)
    await page.locator('form[aria-busy=false]:has(input[name=code])').waitFor()
    await typeCode(page, codeAt(secret, now()))
    await page.getByRole('button', { name: kept }).waitFor()
    codes = await codesOf(page)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/)
    await expectFit(page, width)
    // Escape does not lose them.
    await page.keyboard.press('Escape')
    expect(await codesOf(page)).toEqual(codes)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^(Download|Télécharger)$/ }).click(),
    ])
    expect(download.suggestedFilename()).toBe('vigile-recovery.txt')
    // On paper are the codes, and nothing of the page behind them.
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByText(codes[0] ?? '').isVisible()).toBe(true)
    expect(await section.isVisible()).toBe(false)
    await page.emulateMedia({ media: 'screen' })
    await page.getByRole('button', { name: kept }).click()
    await section.getByText(/10 /).waitFor()
    nextStep()
    await page.close()
  })

  test('ACC-5 H-1 sign-in: the password, then a code; back where one was going, and no session before', async () => {
    const page = await open(language, width)
    await password(page, site.url, email, '?returnTo=%2Faccount%3Ffrom%3Dhere')
    await page.getByLabel(app).waitFor()
    // Whose sign-in it is: one that somebody planted would say another.
    await page.getByText(email).waitFor()
    await expectFit(page, width)
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    expect(await page.evaluate(() => document.cookie)).not.toMatch(/pending|hint|csrf/)
    await page.reload()
    await typeCode(page, '000 000')
    await page.locator('#code-error').waitFor()
    await expectFit(page, width)
    const code = codeAt(secret, now())
    await typeCode(page, `${code.slice(0, 3)} ${code.slice(3)}`)
    await page.waitForURL('**/account?from=here')
    await page.locator('#twoStep').waitFor()
    expect((await browser.context.cookies()).map(({ name }) => name)).not.toContain('vigile_pending')
    nextStep()
    await page.close()
  })

  test('ACC-5 a recovery code lets in whoever lost the phone, once', async () => {
    for (const [typed, leadsIn] of [
      [codes[3]?.toUpperCase().replaceAll('-', ' '), true],
      [codes[3], false],
    ] as const) {
      const page = await open(language, width)
      await password(page, site.url, email)
      await page.getByRole('button', { name: /recovery code|code de secours/ }).click()
      await typeCode(page, typed ?? '')
      if (leadsIn) await page.waitForURL('**/account')
      else await page.locator('#code-error').waitFor()
      await page.close()
    }
  })

  test('ACC-5 two tabs at once: one finishes, and the other goes along', async () => {
    const one = await open(language, width)
    await password(one, site.url, email)
    const other = await browser.context.newPage()
    await other.goto(`${site.url}/second-factor`)
    await other.locator('input[name=code]').waitFor()
    await typeCode(one, codeAt(secret, now()))
    await Promise.all([one.waitForURL('**/account'), other.waitForURL('**/account')])
    expect(await statusOf(other, '/api/auth/me')).toBe(200)
    nextStep()
    await Promise.all([one.close(), other.close()])
  })

  test('ACC-5 S-22 after five wrong codes the page says that the sign-in is over, and leads to a new one', async () => {
    const page = await open(language, width)
    await password(page, site.url, email)
    for (let tries = 0; tries < 5; tries += 1) {
      await page.locator('input[name=code]').fill('000000')
      const answer = page.waitForResponse(
        (one) => one.url().endsWith('/second-factor') && one.request().method() === 'POST',
      )
      await page.locator('button[type=submit]').click()
      expect((await answer).status()).toBe(401)
      await page.locator('form[aria-busy=false]').waitFor()
    }
    await typeCode(page, codeAt(secret, now()))
    await page
      .getByRole('link', { name: /Start again|Recommencer/ })
      .first()
      .click()
    await page.waitForURL('**/sign-in')
    await page.close()
  })
})

test('ACC-5 where a second factor is required, sign-up leads to setting one up; only then is there a session', async () => {
  const page = await open('fr', 375)
  await page.goto(`${strict.url}/sign-up`)
  await page.getByLabel(/^(email|adresse)/i).fill('strict@example.com')
  await page.locator('input[autocomplete="new-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/second-factor')
  const secret = await keyOf(page)
  await expectFit(page, 375)
  expect(await statusOf(page, '/api/auth/me')).toBe(401)
  await typeCode(page, codeAt(secret, Date.now()))
  const kept = page.getByRole('button', { name: 'Je les ai gardés' })
  await kept.waitFor()
  expect((await codesOf(page)).length).toBe(10)
  await expectFit(page, 375)
  await kept.click()
  await page.waitForURL('**/account')
  // The last factor can't be removed here: the page does not offer it.
  const section = page.locator('#twoStep')
  await section.getByText(/obligatoire/).waitFor()
  expect(await section.getByRole('button', { name: /^Supprimer/ }).count()).toBe(0)
  await page.close()
})
