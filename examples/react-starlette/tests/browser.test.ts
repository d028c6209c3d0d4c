// The three tests that the team asked for, and a week of use, in a real Chromium. Time is moved, at the server, in Python and in the
// pages.
import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { violations } from '../../../tests/browser/violations.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { movedTime } from './python-api.ts'

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]

let hours: Example
let browser: Chromium
/** Answers of the API in Python: `200 GET /api/totals`. */
let answers: string[]
/** How often a new access token was asked for. */
let refreshes: number
/** Requests that have no answer yet. */
let open: Set<Request>
/** Whatever a page said of an error, or of its policy. */
let troubles: string[]

beforeAll(async () => {
  hours = await startExample('react-starlette', { env: { ...movedTime, VIGILE_LIMITS_ALLOW: '127.0.0.1' } })
})
afterAll(() => hours?.stop())

beforeEach(async () => {
  browser = await launchChromium()
  ;[answers, refreshes, open, troubles] = [[], 0, new Set(), []]
  const { context } = browser
  context.on('request', (request) => void open.add(request))
  context.on('requestfailed', (request) => void open.delete(request))
  context.on('response', (answer) => {
    open.delete(answer.request())
    const { pathname } = new URL(answer.url())
    if (pathname === '/api/auth/refresh') refreshes += 1
    else if (/^\/api\/(?!auth)/.test(pathname))
      answers.push(`${answer.status()} ${answer.request().method()} ${pathname}`)
  })
  context.on('weberror', (error) => troubles.push(error.error().message))
  context.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) troubles.push(message.text())
  })
})
afterEach(() => browser?.stop())

/** Puts the time of the pages in the test's hands. */
const holdTime = () => browser.context.clock.install()

/** When what the pages asked for has come. */
const settled = (interval = 50) => expect.poll(() => open.size, { interval }).toBe(0)

/** Time goes by while the page is in use: in small steps, so that no request takes longer than it does. */
const pass = async (ms: number) => {
  for (let passed = 0; passed < ms; passed += 10 * second) {
    hours.moveClock(10 * second)
    await browser.context.clock.runFor(10 * second)
    await settled(10)
  }
}

/** A lid is closed for so long, and opened again. */
const sleep = async (ms: number) => {
  hours.moveClock(ms)
  await browser.context.clock.fastForward(ms)
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const go = async (page: Page, name: 'Overview' | 'Entries' | 'Session') => {
  await page.getByRole('navigation').getByRole('link', { name }).click()
  await title(page, name)
}

/** Every address that the page was at. */
const visitsOf = (page: Page) => {
  const visits: string[] = []
  page.on('framenavigated', (frame) => {
    const { pathname } = new URL(frame.url())
    if (frame === page.mainFrame() && visits.at(-1) !== pathname) visits.push(pathname)
  })
  return visits
}

let people = 0
/** Somebody new, signed in, with one entry. */
const signedUp = async (password = goodPassword) => {
  people += 1
  const email = `ada-${people}@example.com`
  const page = await browser.context.newPage()
  await page.goto(`${hours.url}/sign-up`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create an account' }).click()
  if (password !== goodPassword) return { page, email }
  await title(page, 'Overview')
  await go(page, 'Entries')
  await addEntry(page, 'Bridge')
  answers = []
  refreshes = 0
  return { page, email }
}

const addEntry = async (page: Page, project: string) => {
  await page.getByLabel('Project').fill(project)
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('cell', { name: project, exact: true }).waitFor()
}

const signIn = async (page: Page, email: string) => {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(goodPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('SYS-E S-6 a password that is refused: the page says why', async () => {
  const { page } = await signedUp('password1')
  await page.getByRole('alert').filter({ hasText: 'one of the most used' }).waitFor()
})

test('SYS-E H-12 a double click adds one entry; a sign-out that did not get through is said', async () => {
  const { page } = await signedUp()
  await page.getByLabel('Project').fill('Twice')
  await page.getByRole('button', { name: 'Add' }).dblclick()
  await page.getByRole('cell', { name: 'Twice', exact: true }).first().waitFor()
  await settled()
  await page.reload()
  await expect.poll(() => page.getByRole('cell', { name: 'Twice', exact: true }).count()).toBe(1)

  await browser.context.setOffline(true)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are still signed in. The server did not answer.').waitFor()
  await browser.context.setOffline(false)
})

describe('SYS-E 1: automatic refresh', () => {
  test('CLI-4 a page in use for twenty minutes, and no request is refused', async () => {
    await holdTime()
    const { page } = await signedUp()
    const visits = visitsOf(page)
    await pass(20 * minute)
    await go(page, 'Overview')
    await page.getByText('Bridge').waitFor()
    expect(refreshes).toBeGreaterThanOrEqual(1)
    expect(answers).toEqual(['200 GET /api/totals'])
    expect(visits).toEqual(['/'])
  })

  test('CLI-1 CLI-3 a token that expired unseen is renewed once, and what was sent comes again, with its body', async () => {
    const { page } = await signedUp()
    const visits = visitsOf(page)
    hours.moveClock(hour)
    await addEntry(page, 'Tunnel')
    expect(answers.filter((answer) => answer.includes('POST'))).toEqual([
      '401 POST /api/entries',
      '201 POST /api/entries',
    ])
    expect(refreshes).toBe(1)
    await page.reload()
    expect(await page.getByRole('cell', { name: 'Tunnel', exact: true }).count()).toBeLessThanOrEqual(1)
    await page.getByRole('cell', { name: 'Tunnel', exact: true }).waitFor()
    expect(visits.every((path) => path === '/entries')).toBe(true)
  })

  test('CLI-5 Vigile is away when the token expires: nobody is signed out, and it goes on by itself', async () => {
    await holdTime()
    const { page } = await signedUp()
    const visits = visitsOf(page)
    await browser.context.route('**/api/auth/**', (route) =>
      route.fulfill({ status: 503, json: { code: 'unavailable' } }),
    )
    await sleep(hour)
    await go(page, 'Overview')
    await page.getByText('You are still signed in.').waitFor()
    await browser.context.unroute('**/api/auth/**')
    await pass(6 * minute)
    await go(page, 'Session')
    await page.getByText('Access token ends').waitFor()
    expect(visits).toEqual(['/', '/session'])
  })
})

describe('SYS-E 2: the end', () => {
  test('CLI-5 after the refresh token’s end every page goes to /login, which says why and leads back', async () => {
    const { page, email } = await signedUp()
    const other = await browser.context.newPage()
    await other.goto(`${hours.url}/session`)
    await title(other, 'Session')
    hours.moveClock(7 * day + minute)
    // Whichever asks first finds out for both.
    await other.reload()
    await Promise.all([page, other].map((one) => one.waitForURL('**/login?**')))
    expect(Object.fromEntries(new URL(other.url()).searchParams)).toEqual({ because: 'idle', returnTo: '/session' })
    await other.getByText('You were away for more than 7 days. Sign in again.').waitFor()
    await signIn(other, email)
    await title(other, 'Session')
    // The other tab follows.
    await page.getByRole('cell', { name: 'Bridge', exact: true }).waitFor()
  })

  test('TOK-2 opened again after a week, it is /login at once; after 30 days of daily visits too', async () => {
    const { page, email } = await signedUp()
    await page.close()
    hours.moveClock(7 * day + minute)
    const next = await browser.context.newPage()
    await next.goto(`${hours.url}/entries`)
    await next.waitForURL('**/login?**')
    await signIn(next, email)
    await title(next, 'Entries')
    for (let days = 6; days < 30; days += 6) {
      hours.moveClock(6 * day)
      await next.reload()
      await next.getByRole('cell', { name: 'Bridge', exact: true }).waitFor()
    }
    hours.moveClock(6 * day)
    await next.reload()
    await next.waitForURL('**/login?**')
    await next.getByText('You signed in 30 days ago. Sign in again.').waitFor()
  })

  test('CLI-6 TOK-5 sign-out in one tab is one in all', async () => {
    const { page } = await signedUp()
    const other = await browser.context.newPage()
    await other.goto(hours.url)
    await title(other, 'Overview')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await Promise.all([page, other].map((one) => one.waitForURL('**/login?**')))
    await other.getByText('You are signed out.').waitFor()
    expect((await browser.context.cookies()).map(({ name }) => name)).toEqual(['hours_device'])
  })

  test('S-55 whoever is signed in is led to no other site', async () => {
    const { page } = await signedUp()
    const elsewhere = [
      '//evil.example',
      '/.//evil.example',
      '/%2e//evil.example',
      'https://evil.example',
      '/\\evil.example',
    ]
    for (const returnTo of [...elsewhere, 'javascript:alert(1)', 'http://[']) {
      await page.goto(`${hours.url}/login?${new URLSearchParams({ returnTo })}`)
      await page.getByRole('navigation').waitFor()
      expect(new URL(page.url()).origin, returnTo).toBe(hours.url)
    }
    expect(troubles).toEqual([])
  })
})

test('SYS-E 3 moving between pages, by every way there is, without a disconnection', async () => {
  const { page } = await signedUp()
  const visits = visitsOf(page)
  const ways: Record<string, () => Promise<unknown>> = {
    link: () => go(page, 'Overview'),
    'another link': () => go(page, 'Session'),
    back: () => page.goBack().then(() => title(page, 'Overview')),
    forward: () => page.goForward().then(() => title(page, 'Session')),
    reload: () => page.reload().then(() => title(page, 'Session')),
    address: () => page.goto(`${hours.url}/entries`).then(() => title(page, 'Entries')),
    'back to another document': () => page.goBack().then(() => title(page, 'Session')),
    'an address that leads nowhere': () => page.goto(`${hours.url}/nosuch`).then(() => title(page, 'Nothing here')),
    'the way out of there': () =>
      page
        .getByRole('main')
        .getByRole('link')
        .click()
        .then(() => title(page, 'Overview')),
  }
  for (const [name, move] of Object.entries(ways)) {
    hours.moveClock(hour)
    await move()
    await page.getByText(/ada-\d+@example\.com/).waitFor()
    await settled()
    expect(visits, name).not.toContain('/login')
  }
  const tab = await browser.context.newPage()
  const ofTab = visitsOf(tab)
  hours.moveClock(hour)
  await tab.goto(`${hours.url}/entries`)
  await tab.getByRole('cell', { name: 'Bridge', exact: true }).waitFor()
  expect([...visits, ...ofTab]).not.toContain('/login')
  expect(answers.filter((answer) => !/^(200|401)/.test(answer))).toEqual([])
  expect(troubles).toEqual([])
})

test('SYS-E CLI-3 a week of use in ten tabs: nobody sees /login, and ten tabs refresh as one', async () => {
  await holdTime()
  const { page } = await signedUp()
  const tabs = [page]
  for (let at = 1; at < 10; at += 1) {
    const tab = await browser.context.newPage()
    await tab.goto(`${hours.url}/${['', 'entries', 'session'][at % 3]}`)
    await tab.getByRole('navigation').waitFor()
    tabs.push(tab)
  }
  const visits = tabs.map(visitsOf)
  refreshes = 0
  let rounds = 0
  for (let days = 0; days < 7; days += 1) {
    // In the morning, after lunch; then the night.
    for (const ms of [0, 4 * hour]) {
      await sleep(ms)
      await Promise.all(
        tabs.map((tab, at) => go(tab, (['Overview', 'Entries', 'Session'] as const)[(at + rounds) % 3]!)),
      )
      await settled()
      rounds += 1
    }
    await tabs[days]!.reload()
    await tabs[days]!.getByRole('navigation').waitFor()
    await sleep(20 * hour)
  }
  expect(visits.flat()).not.toContain('/login')
  expect(answers.length).toBeGreaterThanOrEqual(rounds * 10 * (2 / 3))
  expect(answers.filter((answer) => !/^(200|401) /.test(answer))).toEqual([])
  // Each of ten tabs for itself would be ten times as many.
  expect(refreshes).toBeLessThan(rounds * 4)
  await go(page, 'Entries')
  await addEntry(page, 'Week')
  expect(troubles).toEqual([])
})

test('COOK-1 UI-3 no token is kept where a script finds it; pages read well at 375 px, dark and light', async () => {
  const { page } = await signedUp()
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  )
  expect(kept).not.toMatch(/eyJ|v1\./)
  expect((await browser.context.cookies()).find(({ name }) => name === 'hours_refresh')).toMatchObject({
    httpOnly: true,
    path: '/api/auth',
  })
  await page.setViewportSize({ width: 375, height: 720 })
  const look = async (path: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(375)
      expect(await violations(page), `${path} ${colorScheme}`).toEqual([])
    }
  }
  await addEntry(page, 'W'.repeat(60))
  // A day is read on one line, whatever stands beside it.
  const lines = await page.locator('td:first-child').evaluateAll((cells) =>
    cells.map((cell) => {
      const text = document.createRange()
      text.selectNodeContents(cell)
      return text.getClientRects().length
    }),
  )
  expect(lines).toEqual([1, 1])
  for (const path of ['/', '/entries', '/session']) {
    await page.goto(hours.url + path)
    await page.getByRole('navigation').waitFor()
    await settled()
    await look(path)
  }
  await page.getByRole('button', { name: 'Sign out' }).click()
  await title(page, 'Sign in')
  await look('/login')
  expect(troubles).toEqual([])
})
