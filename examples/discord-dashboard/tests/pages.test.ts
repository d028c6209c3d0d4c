// SYS-B in a browser: signing in, what others wrote, and Discord on a bad day.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { violations } from '../../../tests/browser/violations.ts'
import { tooMany } from '../../../tests/providers/discord.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { htmlVectors, urlVectors } from '../../../tests/support/xss-vectors.ts'
import { people } from '../discord/people.ts'
import { type Dashboard, openDashboard, signInAt } from './dashboard.ts'

const engines = '197038439483310086'
const sixMinutes = 360_000

let dashboard: Dashboard
let browser: Chromium
beforeAll(async () => {
  ;[dashboard, browser] = await Promise.all([openDashboard(), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await dashboard?.stop()
})
afterEach(async () => {
  dashboard.discord.mend()
  await Promise.all(browser.context.pages().map((page) => page.close()))
  await browser.context.clearCookies()
})

/** A page, and what went wrong in it: scripts that failed, policies that were broken, dialogs. */
const open = async (): Promise<{ page: Page; wrong: string[] }> => {
  const page = await browser.context.newPage()
  const wrong: string[] = []
  page.on('pageerror', ({ message }) => wrong.push(message))
  page.on('dialog', (dialog) => {
    wrong.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) wrong.push(message.text())
  })
  return { page, wrong }
}

test('SYS-B problem 1, COOK-1 COOK-5 OAU-3: signing in leaves no token in any address, storage or log', async () => {
  const { page, wrong } = await open()
  const addresses: string[] = []
  let accessToken = ''
  page.on('request', (request) => addresses.push(request.url(), request.headers().referer ?? ''))
  page.on('framenavigated', (frame) => addresses.push(frame.url()))
  page.on('response', async (answer) => {
    if (answer.url().endsWith('/exchange-session')) accessToken = (await answer.json()).accessToken
  })
  await signInAt(page, dashboard)
  await page.getByText('Analytical Engines').waitFor()
  await expect.poll(() => accessToken).toMatch(/^ey/)

  const cookies = await browser.context.cookies(`${dashboard.url}/api/auth/refresh`)
  const refresh = cookies.find(({ name }) => name === 'dashboard_refresh')
  expect(refresh).toMatchObject({ httpOnly: true, path: '/api/auth', sameSite: 'Lax' })
  // There is no access cookie at all: the token is in the page's memory.
  expect(cookies.map(({ name }) => name)).not.toContain('dashboard_access')
  const atDiscord = dashboard.discord.asked('guilds').at(-1)?.headers.authorization?.replace('Bearer ', '') ?? ''
  const secrets = [accessToken, refresh?.value ?? '', atDiscord, dashboard.discord.client.secret]
  expect(secrets.every((secret) => secret.length > 10)).toBe(true)

  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    cookies: document.cookie,
    state: history.state,
    address: location.href,
    windowName: window.name,
  }))
  for (const place of [addresses.join('\n'), JSON.stringify(kept), dashboard.log()])
    for (const secret of secrets) expect(place).not.toContain(secret)
  // The handle was in one address, and is worth nothing by now.
  expect(kept.address).toBe(`${dashboard.url}/guilds`)
  expect(wrong).toEqual([])

  // A new page has no token in its memory: it asks for one with the cookie, unseen.
  await page.reload()
  await page.getByText('Analytical Engines').waitFor()
  expect(page.url()).toBe(`${dashboard.url}/guilds`)
})

test('SYS-B problem 2, OAU-2 OAU-4: an answer of Discord that is opened again, forged, or somebody else’s signs nobody in', async () => {
  const { page } = await open()
  const addresses: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest()) addresses.push(request.url())
  })
  await signInAt(page, dashboard, 'mallory')
  const address = (path: string) => addresses.find((one) => one.includes(path)) ?? ''
  const [callback, handed] = [address('/api/auth/oauth/discord/callback?'), address('/auth/callback?session=')]
  await browser.context.clearCookies()
  // Mallory sends her victim the answer that she got, as it is and with another state.
  for (const sent of [callback, callback.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`)]) {
    const answer = await page.goto(sent)
    expect([400, 410]).toContain(answer?.status())
  }
  await page.goto(handed)
  await page.getByText('That sign-in was used already, too old, or of another browser.').waitFor()
  expect(new URL(page.url()).searchParams.get('error')).toBe('handle')
  const names = (await browser.context.cookies(`${dashboard.url}/api/auth/refresh`)).map(({ name }) => name)
  expect(names.filter((name) => /refresh|access/.test(name))).toEqual([])
})

test('SYS-B problem 6, XSS-1 HDR-1: 169 attacks in names, embeds and links are inert', async () => {
  const db = new DatabaseSync(join(dashboard.folder, 'vigile.db'), { timeout: 5_000 })
  const add = db.prepare(
    'insert into announcements (id, "guildId", "by", title, html, link, at) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const attacks = [...htmlVectors.map((html) => [html, null] as const), ...urlVectors.map((url) => ['', url] as const)]
  for (const [index, [html, link]] of attacks.entries())
    add.run(`attack-${index}`, engines, people[2]?.global_name ?? '', html, html, link, index)
  db.close()

  const { page, wrong } = await open()
  await signInAt(page, dashboard)
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(dashboard.url)) foreign.push(request.url())
  })
  await page.getByText('Analytical Engines').click()
  await expect.poll(() => page.locator('article').count()).toBe(attacks.length)
  await page.evaluate(async () => {
    for (const element of document.querySelectorAll('article *')) {
      const leads =
        element.closest('a') !== null && /^(https?:|about:blank)/.test((element.closest('a') as HTMLAnchorElement).href)
      for (const type of ['mouseover', 'pointerenter', 'focus', ...(leads ? [] : ['click'])])
        element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }))
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  })
  // The inert document where HTML is parsed has the page's policy as well, and says what it would have stopped.
  const ran = wrong.filter((text) => !text.includes('violates the following Content Security Policy directive'))
  expect([ran, foreign]).toEqual([[], []])
  const found = await page.evaluate(() => ({
    links: [...new Set([...document.querySelectorAll('a.more')].map((link) => link.getAttribute('href')))],
    risky: document.querySelectorAll(
      '.embed :is(img, script, style, svg, math, iframe, form, input, object, video, [style], [class], [id])',
    ).length,
    author: document.querySelector('article footer')?.textContent,
  }))
  expect(found).toMatchObject({ links: ['about:blank'], risky: 0 })
  expect(found.author).toContain('<script>alert(1)</script>')
})

test('SYS-B problem 7, RES-1 RES-2 RES-3: Discord down, limiting or slow, the dashboard works on, and says what is old', async () => {
  const { page } = await open()
  await signInAt(page, dashboard)
  await page.getByText('Analytical Engines').waitFor()
  const look = page.getByRole('button', { name: 'Look again' })
  const { discord } = dashboard
  for (const fault of [503, tooMany(60), 'hang'] as const) {
    discord.always('*', fault)
    dashboard.moveClock(sixMinutes)
    await look.click()
    await page.getByText('Discord does not answer. This is your list').waitFor()
    await page.getByText('Analytical Engines').click()
    await page.getByRole('button', { name: 'Announce' }).waitFor()
    await page.getByRole('link', { name: 'Guild dashboard' }).click()
    discord.mend()
    dashboard.moveClock(sixMinutes)
    await look.click()
    await page.getByText('Discord does not answer').waitFor({ state: 'detached' })
  }
  expect(await page.getByText('Ada Lovelace').count()).toBe(1)
})

test('SYS-B problem 9, OAU-7 RES-3: dead tokens of Discord are thrown away, and one click brings new ones', async () => {
  const { page } = await open()
  await signInAt(page, dashboard, 'grace')
  await page.getByText('Compilers').waitFor()
  dashboard.discord.tokens.forget('grace')
  dashboard.moveClock(sixMinutes)
  const look = page.getByRole('button', { name: 'Look again' })
  await look.click()
  const again = page.getByRole('link', { name: 'Sign in with Discord again' })
  await again.waitFor()
  // She is signed in here as ever, and Discord is not asked with a dead token a second time.
  await page.getByText('Grace Hopper').waitFor()
  dashboard.discord.forget()
  dashboard.moveClock(sixMinutes)
  await look.click()
  await page.reload()
  await again.waitFor()
  expect(dashboard.discord.asked()).toEqual([])

  await again.click()
  await page.getByLabel('Account').selectOption('grace')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.getByText('Compilers').waitFor()
})

test('SYS-B H-12 a double click announces once; a sign-out that did not get through is said', async () => {
  const { page } = await open()
  await signInAt(page, dashboard)
  await page.goto(`${dashboard.url}/guilds/${engines}`)
  await page.getByLabel('Title').fill('Twice')
  await page.getByRole('button', { name: 'Announce' }).dblclick()
  const articles = page.getByRole('heading', { name: 'Twice', exact: true })
  await articles.first().waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Announce' }).waitFor()
  await expect.poll(() => articles.count()).toBe(1)

  await browser.context.setOffline(true)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are still signed in. The server did not answer.').waitFor()
  await browser.context.setOffline(false)
})

test('SYS-B TOK-2 after 30 days of visits the sign-in page says why', async () => {
  const { page } = await open()
  await signInAt(page, dashboard)
  for (let days = 6; days <= 30; days += 6) {
    dashboard.moveClock(6 * 86_400_000)
    await page.reload()
    await page.getByRole('heading', { name: /Your guilds/ }).waitFor()
  }
  await page.getByText('You signed in 30 days ago. Sign in again.').waitFor()
})

test('SYS-B OPS-9 OPS-10 only files that are named by their content are kept for a year, and none that is not there', async () => {
  const ask = async (path: string) => {
    const { status, headers } = await fetch(dashboard.url + path)
    return [status, headers.get('cache-control')?.includes('immutable')]
  }
  const [script = ''] = /main-[A-Z0-9]{8}\.js/.exec(await (await fetch(dashboard.url)).text()) ?? []
  expect(await ask(`/${script}`)).toEqual([200, true])
  expect(await ask('/main-AAAAAAAA.js')).toEqual([404, false])
  expect(await ask('/favicon.svg')).toEqual([200, false])
})

test('SYS-B CLI-5 CLI-6 UI-3: signing out leaves every tab; both pages are sound, on a phone as well', async () => {
  const { page, wrong } = await open()
  await page.setViewportSize({ width: 375, height: 720 })
  await signInAt(page, dashboard)
  await page.getByText('Analytical Engines').waitFor()
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
  expect([await violations(page), await fits()]).toEqual([[], true])
  const other = await browser.context.newPage()
  await other.goto(`${dashboard.url}/guilds/${engines}`)
  await other.getByRole('button', { name: 'Announce' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  for (const tab of [page, other]) await tab.getByText('You are signed out.').waitFor()
  expect(new URL(other.url()).searchParams.get('returnTo')).toBe(`/guilds/${engines}`)
  expect([await violations(page), await fits()]).toEqual([[], true])
  expect(wrong).toEqual([])
})
