// The session in pages: from another site, after a night, in many components at once; and what strangers try.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sendWithoutScript } from '../../../tests/browser/late-script.ts'
import { openOtherSite } from '../../../tests/browser/other-site.ts'
import { violations } from '../../../tests/browser/violations.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { demoPassword, signedIn, signInAt, visitorOf } from './people.ts'

const minute = 60_000

let example: Example
let browser: Chromium
/** What the browser asked for, pages and requests of their scripts, as `POST /api/auth/refresh`. */
let asked: string[] = []
/** What the content security policy refused, on any page. */
const refusedByPolicy: string[] = []
beforeAll(async () => {
  ;[example, browser] = await Promise.all([
    startExample('next-catalogue', { env: { DEMO_PASSWORD: demoPassword } }),
    launchChromium(),
  ])
  browser.context.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
  browser.context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refusedByPolicy.push(message.text())
  })
})
afterEach(async () => {
  for (const page of browser.context.pages().slice(1)) await page.close()
  await browser.context.clearCookies()
})
afterAll(async () => {
  await browser?.stop()
  await example?.stop()
})

const times = (what: string) => asked.filter((one) => one === what).length
const openSignedIn = async (email: string): Promise<Page> => {
  const page = await browser.context.newPage()
  await signInAt(page, example.url, email)
  await page.getByText(email).waitFor()
  asked = []
  return page
}

describe('SYS-C COOK-3', () => {
  test('a page in a new tab reached from another site is signed in, although its cookies are strict', async () => {
    await openSignedIn('user@example.com')
    const cookies = await browser.context.cookies(example.url)
    expect(cookies.find(({ name }) => name === 'catalogue_access')).toMatchObject({
      httpOnly: true,
      sameSite: 'Strict',
    })
    const elsewhere = await openOtherSite()
    elsewhere.show(`<a target="_blank" href="${example.url}/products">to the catalogue</a>`)
    const page = await browser.context.newPage()
    await page.goto(elsewhere.url)
    const [opened] = await Promise.all([browser.context.waitForEvent('page'), page.getByRole('link').click()])
    await opened.getByRole('heading', { name: 'Products' }).waitFor()
    await opened.getByText('user@example.com').waitFor()
    expect(new URL(opened.url()).pathname).toBe('/products')
    expect([times('GET /api/auth/continue'), times('POST /api/auth/refresh'), times('GET /sign-in')]).toEqual([1, 1, 0])
    await elsewhere.close()
  })

  test('whoever is signed out goes to the sign-in page, and comes back to where they wanted to go', async () => {
    const page = await browser.context.newPage()
    await page.goto(`${example.url}/products?from=letter`)
    await page.waitForURL('**/sign-in?returnTo=%2Fproducts%3Ffrom%3Dletter')
    await page.getByLabel('Email').fill('user@example.com')
    await page.getByLabel('Password').fill(demoPassword)
    await page.locator('main button[type=submit]').click()
    await page.waitForURL('**/products?from=letter')
  })

  test('attack: hints that a sister domain planted shut nobody out of the pages that are for everyone', async () => {
    const plant = (path: string) => ({ name: 'catalogue_hint', value: '1', domain: 'localhost', path })
    await browser.context.addCookies([plant('/'), plant('/sign-up')])
    const page = await browser.context.newPage()
    asked = []
    await page.goto(`${example.url}/sign-up`)
    await page.waitForURL('**/sign-in?returnTo=%2Fsign-up')
    await page.getByRole('link', { name: 'Sign up' }).click()
    await page.getByRole('heading', { name: 'Sign up' }).waitFor()
    await page.goto(`${example.url}/sign-up`)
    await page.getByRole('heading', { name: 'Sign up' }).waitFor()
    expect(times('GET /api/auth/continue')).toBe(1)
    // And who signs in is hinted at as ever.
    await signInAt(page, example.url, 'user@example.com')
    const hints = await browser.context.cookies(`${example.url}/products`)
    expect(hints.filter(({ name }) => name === 'catalogue_hint').map(({ value }) => value)).toEqual(['1'])
  })

  test('S-55 attack: an address that leads back to another site leads nowhere', async () => {
    for (const returnTo of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/%2F/evil.example/..//evil.example',
    ]) {
      const page = await browser.context.newPage()
      await page.goto(`${example.url}/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
      await page.getByLabel('Email').fill('user@example.com')
      await page.getByLabel('Password').fill(demoPassword)
      await page.locator('main button[type=submit]').click()
      await page.waitForURL((url) => url.pathname !== '/sign-in')
      expect(new URL(page.url()).origin).toBe(example.url)
      await page.close()
    }
  })
})

describe('SYS-C CLI-3 an access token that has ended', () => {
  test('parallel server components cause one refresh: of a page that is opened', async () => {
    const page = await openSignedIn('admin@example.com')
    example.moveClock(16 * minute)
    await page.goto(`${example.url}/products`)
    await page.getByRole('heading', { name: 'Products' }).waitFor()
    await page.getByText('admin@example.com').waitFor()
    expect([times('GET /api/auth/continue'), times('POST /api/auth/refresh')]).toEqual([1, 1])
  })

  test('of a page that Next goes to by itself, past the proxy', async () => {
    const page = await openSignedIn('admin@example.com')
    example.moveClock(16 * minute)
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.getByText('editor@example.com').waitFor()
    expect([times('POST /api/auth/refresh'), times('GET /sign-in')]).toEqual([1, 0])
  })

  test('of a form: what was typed is saved, not lost', async () => {
    const page = await openSignedIn('editor@example.com')
    await page.getByRole('link', { name: 'New product' }).click()
    await page.getByLabel('Name').fill('Night table')
    await page.getByLabel('Price').fill('55')
    asked = []
    example.moveClock(16 * minute)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Night table' }).waitFor()
    expect([times('POST /api/auth/refresh'), times('POST /products/new'), times('GET /sign-in')]).toEqual([1, 2, 0])
  })

  test('a session that is over is said to be, in every tab', async () => {
    const page = await openSignedIn('user@example.com')
    const other = await browser.context.newPage()
    await other.goto(`${example.url}/`)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await other.waitForURL(`${example.url}/`)
    await other.getByRole('link', { name: 'Sign in' }).waitFor()
  })
})

describe('SYS-C CSRF-2 attack', () => {
  test('a page of another port of this host, whose requests carry the cookies, changes nothing', async () => {
    const page = await openSignedIn('admin@example.com')
    const sent = page.waitForRequest((request) => request.headers()['next-action'] !== undefined)
    await page.getByRole('link', { name: 'New product' }).click()
    await page.getByLabel('Name').fill('Coat rack')
    await page.getByLabel('Price').fill('20')
    await page.getByRole('button', { name: 'Save' }).click()
    const action = (await sent).headers()['next-action'] as string
    await page.getByRole('heading', { name: 'Coat rack' }).waitFor()
    const admin = await signedIn(example.url, 'admin@example.com')
    const before = (await admin.get('/api/products')).body

    const sister = await openOtherSite()
    // The names that React gives to what an action without script is sent.
    sister.show(`<form method="post" enctype="multipart/form-data" action="${example.url}/products/new">
      <input name="$ACTION_ID_${action}"><input name="1_name" value="Planted"><input name="name" value="Planted"><input name="price" value="1">
      <button>win</button></form>`)
    const evil = await browser.context.newPage()
    await evil.goto(sister.url.replace('127.0.0.1', 'localhost'))
    const told = await evil.evaluate(async (url) => {
      const body = JSON.stringify({ name: 'Planted', priceCents: 1 })
      const post = (init: RequestInit) =>
        fetch(url, { method: 'POST', credentials: 'include', body, ...init }).then(
          (answer) => answer.status,
          () => 'refused by the browser',
        )
      return [await post({ mode: 'no-cors' }), await post({ headers: { 'x-csrf-token': 'x' } })]
    }, `${example.url}/api/products`)
    expect(told).toEqual(['refused by the browser', 'refused by the browser'])
    const [answer] = await Promise.all([
      evil.waitForResponse((response) => response.url().endsWith('/products/new')),
      evil.getByRole('button').click(),
    ])
    expect(answer.status()).toBeGreaterThanOrEqual(400)
    expect((await admin.get('/api/products')).body).toEqual(before)
    await sister.close()
  })
})

test('SYS-C S-6 a password that is refused: the page says why', async () => {
  await browser.context.clearCookies()
  const page = await browser.context.newPage()
  await page.goto(`${example.url}/sign-up`)
  await page.getByLabel('Email').fill('new@example.com')
  await page.getByLabel('Password').fill('password1')
  await page.locator('main button[type=submit]').click()
  await page.getByRole('alert').filter({ hasText: 'one of the most used' }).waitFor()
  await page.close()
})

describe('SYS-C LIM-1 LIM-2 sign-up', () => {
  let people = 0
  const signUp = (address: string, email = `new-${people++}@example.com`) =>
    visitorOf(example.url, address).post(
      '/api/auth/register',
      { email, password: goodPassword },
      {
        headers: { 'x-forwarded-for': `203.0.113.${people}`, 'x-real-ip': `203.0.113.${people}` },
      },
    )

  test('three in a quarter of an hour from one address, whatever its headers say; then again', async () => {
    const statuses = []
    for (let count = 0; count < 5; count += 1) statuses.push((await signUp('127.0.0.21')).status)
    expect(statuses).toEqual([201, 201, 201, 429, 429])
    const refused = await signUp('127.0.0.21')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600)
    expect(refused.headers.get('ratelimit-policy')).toContain('q=3;w=900')
    expect((await signUp('127.0.0.22')).status).toBe(201)
    example.moveClock(15 * minute + 1_000)
    expect((await signUp('127.0.0.21')).status).toBe(201)
  })

  test('five in an hour with one email, from wherever', async () => {
    const statuses = []
    for (let count = 0; count < 6; count += 1)
      statuses.push((await signUp(`127.0.0.${30 + count}`, 'often@example.com')).status)
    expect(statuses).toEqual([201, 409, 409, 409, 409, 429])
  })
})

test('SYS-C UI-3 HDR-1 the pages: no violation of their policy nor for axe, on a telephone and in the dark', async () => {
  const page = await openSignedIn('admin@example.com')
  for (const [path, width, colorScheme] of [
    ['/', 375, 'light'],
    ['/products', 375, 'dark'],
    ['/products/new', 1200, 'light'],
    ['/people', 375, 'dark'],
    ['/record', 1200, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    const answer = await page.goto(example.url + path)
    await page.locator('h1').waitFor()
    expect([path, await violations(page)]).toEqual([path, []])
    const isWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect([path, isWide]).toEqual([path, false])
    const headers = answer?.headers() ?? {}
    expect(headers['content-security-policy']).toMatch(
      /script-src 'self' 'nonce-[^']+'; style-src 'self'; object-src 'none'/,
    )
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    expect(headers['x-powered-by']).toBeUndefined()
  }
  expect(refusedByPolicy).toEqual([])
})

test('SYS-C S-90 a form that is sent before its script has come puts no password in an address', async () => {
  for (const path of ['/sign-in', '/sign-up']) {
    const fields = { email: 'early@example.com', password: 'typed-before-the-script' }
    const { status, shown, addresses } = await sendWithoutScript(browser.context, example.url + path, fields)
    expect([path, status, shown]).toEqual([path, 405, expect.stringContaining('Switch scripts on')])
    expect(addresses).not.toMatch(/password|early/)
  }
})

test('SYS-C AUD-2 no token and no password is in what it printed', () => {
  const secret = /v1\.[\w-]{8,}\.|eyJ[\w-]{10,}\.|quiet-harbour/
  expect(
    example
      .log()
      .split('\n')
      .filter((line) => secret.test(line)),
  ).toEqual([])
})
