// Passkeys as people use them, with Chromium's virtual authenticator.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'
import { violations } from './violations.ts'
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts'

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

const words = {
  en: {
    add: 'Add a passkey',
    name: 'Name of the passkey',
    save: 'Save the name',
    renamed: 'The passkey is called Mon téléphone now.',
    used: 'Last used just now',
    synced: 'Synced to your devices',
    remove: 'Remove the passkey: Mon téléphone',
    removeIt: 'Remove the passkey',
    removed: 'Mon téléphone is removed',
    none: 'You have no passkey yet.',
    signIn: 'Sign in with a passkey',
    unknown: 'This passkey does not sign in here',
    cancelled: 'No passkey was used: it was cancelled, or took too long.',
    unsupported: 'This browser cannot use passkeys here: sign in with your password.',
    unsupportedAccount: 'This browser cannot make passkeys here.',
    kept: 'I have kept them',
    second: 'Use your passkey',
    heading: 'One more step',
  },
  fr: {
    add: 'Ajouter une clé d’accès',
    name: 'Nom de la clé d’accès',
    save: 'Enregistrer le nom',
    renamed: 'La clé d’accès s’appelle maintenant Mon téléphone.',
    used: 'Utilisée à l’instant',
    synced: 'Synchronisée entre vos appareils',
    remove: 'Supprimer la clé d’accès\u00a0: Mon téléphone',
    removeIt: 'Supprimer la clé d’accès',
    removed: 'Mon téléphone est supprimée',
    none: 'Vous n’avez pas encore de clé d’accès.',
    signIn: 'Utiliser une clé d’accès',
    unknown: 'Cette clé d’accès n’ouvre pas de session ici',
    cancelled: 'Aucune clé d’accès n’a servi',
    unsupported: 'Ce navigateur ne peut pas utiliser de clés d’accès ici',
    unsupportedAccount: 'Ce navigateur ne peut pas créer de clés d’accès ici.',
    kept: 'Je les ai gardés',
    second: 'Utiliser votre clé d’accès',
    heading: 'Encore une étape',
  },
} as const

type Language = keyof typeof words

/**
 * `autofill`: the browser offers passkeys where the name is typed, and the virtual authenticator's owner takes what is offered at
 * once. Without, only what is pressed happens.
 */
const openPage = async (
  language: Language = 'en',
  { autofill = false } = {},
): Promise<{ page: Page; authenticator: VirtualAuthenticator }> => {
  await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
  const page = await browser.context.newPage()
  if (!autofill)
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false
    })
  return { page, authenticator: await addAuthenticator(page) }
}

const addPasskey = async (page: Page, language: Language = 'en', name = 'Mon téléphone') => {
  const say = words[language]
  await page.getByRole('button', { name: say.add }).click()
  await page.getByRole('button', { name: say.kept }).click()
  await page.getByLabel(say.name).fill(name)
  await page.getByRole('button', { name: say.save }).click()
  await page.locator('#passkeys').getByRole('heading', { name }).waitFor()
}

/** The cookies go, and what scripts hold with them: a browser that was never here, but for its authenticator. */
const leave = async (page: Page) => {
  await page.goto('about:blank')
  await browser.context.clearCookies()
}

const press = (page: Page, language: Language = 'en') =>
  page.getByRole('button', { name: words[language].signIn }).click()

describe.each(['en', 'fr'] as const)('ACC-5 UI-1 I18N-1 in %s', (language) => {
  const say = words[language]

  test('ACC-5 a passkey is added and named, signs in without a password, and is removed', async () => {
    const { page, authenticator } = await openPage(language)
    await signUp(page, site.url, `whole-${language}@example.com`)
    await page.getByText(say.none).waitFor()
    await addPasskey(page, language)
    await page.getByText(say.renamed).waitFor()
    await page.locator('#passkeys').getByText(say.synced).waitFor()
    expect(await authenticator.credentials()).toHaveLength(1)

    await leave(page)
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
    await page.goto(`${site.url}/sign-in`)
    await page.locator('#email').waitFor()
    await press(page, language)
    await page.waitForURL('**/account')
    await page.locator('#passkeys').getByText(say.used).waitFor()

    await page.getByRole('button', { name: say.remove }).click()
    await page.getByRole('dialog').getByRole('button', { name: say.removeIt }).click()
    await page.getByText(say.removed).waitFor()
    await page.getByText(say.none).waitFor()
  })

  test('ACC-5 a passkey that is unknown here, and one that nobody answers for, are told in words, and the form is still there', async () => {
    const { page, authenticator } = await openPage(language)
    await signUp(page, site.url, `unknown-${language}@example.com`)
    await addPasskey(page, language)
    await page.getByRole('button', { name: say.remove }).click()
    await page.getByRole('dialog').getByRole('button', { name: say.removeIt }).click()
    await page.getByText(say.none).waitFor()
    await leave(page)
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
    await page.goto(`${site.url}/sign-in`)
    await page.locator('#email').waitFor()
    await page.locator('#email').fill(`unknown-${language}@example.com`)
    await press(page, language)
    await page.getByText(say.unknown).first().waitFor()
    await authenticator.verifiesUser(false)
    await press(page, language)
    await page.getByText(say.cancelled).first().waitFor()
    expect(await page.locator('#email').inputValue()).toBe(`unknown-${language}@example.com`)
    expect(await violations(page)).toEqual([])
  })

  test('ACC-5 H-1 after a right password the passkey is the second step', async () => {
    const { page, authenticator } = await openPage(language)
    const email = `second-${language}@example.com`
    await signUp(page, site.url, email)
    await addPasskey(page, language)
    await leave(page)
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
    await page.goto(`${site.url}/sign-in`)
    await page.locator('#email').fill(email)
    await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
    await page.locator('button[type=submit]').click()
    await page.getByRole('heading', { name: say.heading }).waitFor()
    expect(await statusOf(page, '/api/auth/me')).toBe(401)
    await authenticator.verifiesUser(false)
    await page.getByRole('button', { name: say.second }).click()
    await page.getByText(say.cancelled).first().waitFor()
    expect(await violations(page)).toEqual([])
    await authenticator.verifiesUser(true)
    await page.getByRole('button', { name: say.second }).click()
    await page.waitForURL('**/account')
    expect(await statusOf(page, '/api/auth/me')).toBe(200)
  })

  test('ACC-5 a browser without WebAuthn says so, and signs in by password', async () => {
    await browser.context.addCookies([{ name: 'vigile_locale', value: language, url: site.url }])
    const page = await browser.context.newPage()
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'))
    await page.goto(`${site.url}/sign-in`)
    await page.getByText(say.unsupported).waitFor()
    expect(await page.getByRole('button', { name: say.signIn }).count()).toBe(0)
    await signUp(page, site.url, `bare-${language}@example.com`)
    await page.getByText(say.unsupportedAccount).waitFor()
    expect(await page.getByRole('button', { name: say.add }).count()).toBe(0)
  })
})

test('ACC-5 S-9 the browser offers the passkey where the name is typed (conditional mediation): choosing it signs in', async () => {
  const { page } = await openPage('en', { autofill: true })
  await signUp(page, site.url, 'autofill@example.com')
  await addPasskey(page)
  await leave(page)
  await page.goto(`${site.url}/sign-in`)
  // Nobody pressed anything: the virtual authenticator's owner chooses as soon as there is something to choose.
  await page.waitForURL('**/account')
  await page.getByText('autofill@example.com').first().waitFor()
  await page.goto('about:blank')
  await browser.context.clearCookies()
  expect(await browser.context.cookies()).toEqual([])
})

test('ACC-5 UI-3 what passkeys need comes after the first page, and the form never waits for it', async () => {
  const page = await browser.context.newPage()
  const held: (() => void)[] = []
  await page.route(/assets\/ceremony|passkey\/options/, async (route) => {
    await new Promise<void>((resolve) => held.push(resolve))
    await route.continue().catch(() => {})
  })
  await signUp(page, site.url, 'first@example.com')
  await browser.context.clearCookies()
  await page.goto(`${site.url}/sign-in`)
  await page.locator('#email').fill('first@example.com')
  await expect.poll(() => held.length).toBeGreaterThan(0)
  await page.locator('input[autocomplete="current-password"]').fill('quiet-harbour-lantern-42')
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
  expect(await page.locator('input[autocomplete$="webauthn"]').count()).toBe(0)
  for (const go of held) go()
})

test('ACC-5 S-25 a page that was open for long still offers passkeys: the challenge is renewed in time', async () => {
  const page = await browser.context.newPage()
  const authenticator = await addAuthenticator(page)
  await page.clock.install()
  await signUp(page, site.url, 'patient@example.com')
  await addPasskey(page)
  await leave(page)
  await authenticator.isTouched(false)
  let asked = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/passkey/options')) asked += 1
  })
  await page.goto(`${site.url}/sign-in`)
  await expect.poll(() => asked).toBe(1)
  await page.clock.runFor(4 * 60_000)
  await expect.poll(() => asked).toBeGreaterThan(1)
})

test('TOK-11 S-39 ACC-5 adding and removing a passkey long after the sign-in ask for it first, by password or passkey', async () => {
  const { page } = await openPage()
  await signUp(page, site.url, 'late@example.com')
  await page.getByText(words.en.none).waitFor()
  site.clock.move(11 * 60_000)
  await page.getByRole('button', { name: words.en.add }).click()
  await page.locator('#passwordAgain').fill('quiet-harbour-lantern-42')
  await page.getByRole('dialog').locator('button[type=submit]').click()
  await page.getByRole('button', { name: words.en.kept }).click()
  await page.getByLabel(words.en.name).fill('Mon téléphone')
  await page.getByRole('button', { name: words.en.save }).click()
  await page.getByText(words.en.renamed).waitFor()

  // From now on it is the passkey that says who sits here.
  site.clock.move(11 * 60_000)
  await page.getByRole('button', { name: words.en.remove }).click()
  await page.getByRole('dialog').getByRole('button', { name: words.en.removeIt }).click()
  await press(page)
  await page.getByText(words.en.removed).waitFor()
})

test('ACC-5 S-15 where a second factor is required, a passkey is set up before there is a session', async () => {
  const strict = await openBrowserSite('embedded', { accounts: { secondFactor: 'required' } })
  const { page } = await openPage()
  await page.goto(`${strict.url}/sign-up`)
  await page.locator('#email').fill('required@example.com')
  await page.locator('input[autocomplete="new-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Use a passkey instead' }).click()
  await page.getByRole('button', { name: words.en.kept }).click()
  await page.waitForURL('**/account')
  // The last one can't be removed.
  await page
    .locator('#passkeys')
    .getByRole('button', { name: /^Rename/ })
    .waitFor()
  expect(await page.getByRole('button', { name: /^Remove the passkey/ }).count()).toBe(0)
  await page.close()
  await strict.close()
})

describe('UI-3 no axe violation, and nothing wider than the screen', () => {
  test.each([
    ['light', 375, 'fr'],
    ['dark', 375, 'en'],
    ['dark', 1280, 'fr'],
  ] as const)('UI-3 %s, %i px, %s', async (colorScheme, width, language) => {
    const { page } = await openPage(language)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${site.url}/sign-in`)
    await page.getByRole('button', { name: words[language].signIn }).waitFor()
    expect(await violations(page)).toEqual([])
    await signUp(page, site.url, `looks-${colorScheme}-${width}@example.com`)
    await addPasskey(page, language, 'Un très long nom de clé d’accès, sur un appareil bien précis')
    await page.getByRole('button', { name: /^(Rename|Renommer)/ }).click()
    await page.getByRole('dialog').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    if (process.env.VIGILE_PICTURES) await takePictures(page, `${colorScheme}-${width}-${language}`)
  })
})

/** For people who want to look: `VIGILE_PICTURES=<folder>`. */
const takePictures = async (page: Page, name: string) => {
  const path = (what: string) => `${process.env.VIGILE_PICTURES}/passkeys-${what}-${name}.png`
  await page.screenshot({ path: path('name') })
  await page.keyboard.press('Escape')
  await page.locator('#passkeys').screenshot({ path: path('section') })
  await page.goto('about:blank')
  await page.context().clearCookies()
  await page.context().addCookies([{ name: 'vigile_locale', value: name.slice(-2), url: site.url }])
  await page.route('**/passkey/options', (route) => route.abort())
  await page.goto(`${site.url}/sign-in`)
  await page.locator('#email').waitFor()
  await page.getByRole('button', { name: words[name.slice(-2) as Language].signIn }).click()
  await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor()
  await page.screenshot({ path: path('sign-in'), fullPage: true })
}
