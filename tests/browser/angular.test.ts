// An application in Angular, on a real Vigile: its requests, its guards, and what people see while it is not known who they are.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { angularHtml, angularScript } from './pages/bundle.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, signInIn, signOutIn, signUpIn, startAfresh } from './tabs.ts'

const operator = { kind: 'operator', name: 'test' } as const
const refreshPath = '/api/auth/refresh'
const hour = 3_600_000

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
  const script = await angularScript()
  await browser.context.route('**/angular/**', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script })
      : route.fulfill({ contentType: 'text/html', body: angularHtml }),
  )
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(async () => {
  site.rule()
  await startAfresh(browser.context)
})

const openApp = async (path: string): Promise<Page> => {
  const page = await browser.context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(`${site.url}/angular${path}`)
  await page.waitForFunction(() => 'angular' in globalThis)
  expect(faults).toEqual([])
  return page
}

const shows = (page: Page, text: string) => page.locator('main', { hasText: text }).waitFor()
const screens = (page: Page) => page.evaluate(() => globalThis.screens)
const ask = (page: Page, ...all: Parameters<typeof angular.ask>) =>
  page.evaluate((asked) => globalThis.angular.ask(...asked), all)

let people = 0
const newUser = async (): Promise<{ tab: Page; email: string }> => {
  people += 1
  const email = `angular-${people}@example.com`
  const tab = await openTab(browser.context, site)
  await signUpIn(tab, email)
  return { tab, email }
}

test('CLI-1 CLI-3 CLI-7 an expired access token: HttpClient’s requests meet one refresh, and come once more with their bodies', async () => {
  const { email } = await newUser()
  const app = await openApp('/in/1')
  await shows(app, `in: ${email}`)
  site.clock.move(hour)
  site.forget()
  const heard = await ask(
    app,
    { url: '/shop/json', method: 'POST', body: { n: 1 } },
    { url: '/shop/text', method: 'PUT', body: 'plain' },
    { url: 'shop/relative', method: 'DELETE' },
    ...Array.from({ length: 17 }, (_, n) => ({ url: `/shop/${n}?q=é` })),
  )
  expect(heard.map(({ status }) => status)).toEqual(heard.map(() => 200))
  expect(site.asked(refreshPath)).toHaveLength(1)
  const [first, second] = site.asked('/shop/json')
  expect([first?.status, second?.status]).toEqual([401, 200])
  expect(second?.body.toString()).toBe('{"n":1}')
  expect(second?.headers).toMatchObject({ 'content-type': 'application/json', 'x-csrf-token': expect.any(String) })
  expect(site.asked('/shop/text')[1]?.headers['content-type']).toBe('text/plain')
  expect(heard[0]).toMatchObject({ ok: true, kind: 'HttpResponse', events: 2, body: { by: email } })
})

test('CLI-2 CLI-7 refusals and faults are HttpClient’s errors: no loop, and nothing of ours goes to another origin', async () => {
  await newUser()
  const app = await openApp('/open')
  const foreign: Record<string, string>[] = []
  await app.route('http://other.example/**', (route) => {
    foreign.push(route.request().headers())
    return route.fulfill({ body: '{}', headers: { 'access-control-allow-origin': '*' } })
  })
  site.rule(({ path }) => {
    if (path === '/shop/never') return { status: 401, body: '{"code":"no"}' }
    if (path === '/shop/page') return { status: 200, body: '<html>' }
    // As JSON that no other site can read as a script.
    if (path === '/shop/guarded') return { status: 200, body: `)]}',\n{"a":1}` }
    if (path === '/shop/cut') return 'cut'
    return path === '/shop/down' ? { status: 503, body: '{"code":"unavailable"}' } : undefined
  })
  site.forget()
  const [never, html, text, down, gone, guarded, other] = await ask(
    app,
    { url: '/shop/never' },
    { url: '/shop/page' },
    { url: '/shop/page', responseType: 'text' },
    { url: '/shop/down' },
    { url: '/shop/cut' },
    { url: '/shop/guarded' },
    { url: 'http://other.example/x', method: 'GET' },
  )
  expect(never).toMatchObject({ status: 401, ok: false, kind: 'HttpErrorResponse', body: { code: 'no' } })
  expect(html).toMatchObject({ status: 200, ok: false, body: 'SyntaxError' })
  expect(text).toMatchObject({ status: 200, ok: true, body: '<html>' })
  expect(down).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(gone).toMatchObject({ status: 0, ok: false, kind: 'HttpErrorResponse' })
  expect(guarded).toMatchObject({ status: 200, ok: true, body: { a: 1 } })
  expect(site.asked('/shop/never')).toHaveLength(2)
  expect(other).toMatchObject({ status: 200 })
  expect(foreign.map((headers) => [headers['x-csrf-token'], headers.cookie])).toEqual([[undefined, undefined]])
  // What `fetch` is told is the browser's to do: not to follow, to send each value, to wait no longer.
  const end = Promise.withResolvers<void>()
  site.rule(({ path }) => {
    if (path === '/shop/moved') return { status: 303, headers: { location: '/shop/here' } }
    if (path === '/shop/torn') return 'torn'
    return path === '/shop/late' ? { slow: end.promise } : undefined
  })
  const [many, moved, torn, late] = await ask(
    app,
    { url: '/shop/many', headers: { 'x-many': ['a', 'b'] } },
    { url: '/shop/moved', redirect: 'error' },
    { url: '/shop/torn' },
    { url: '/shop/late', timeout: 50 },
  )
  end.resolve()
  expect(many).toMatchObject({ status: 200 })
  expect(site.asked('/shop/many')[0]?.headers['x-many']).toMatch(/^a, ?b$/)
  for (const failed of [moved, torn, late]) expect(failed).toMatchObject({ status: 0, ok: false })
  expect(late?.body).toBe('TimeoutError')
  expect(site.asked('/shop/here')).toEqual([])
  // Who no longer listens ends the request.
  await app.evaluate(() => angular.askAndLeave('/shop/left'))
  expect(await ask(app, { url: '/shop/after' })).toMatchObject([{ status: 200 }])
})

test('CLI-5 CLI-7 while a part is down a guarded page waits, says so, and sends nobody to sign-in', async () => {
  const { email } = await newUser()
  site.rule(() => ({ status: 503, body: '{"code":"unavailable"}' }))
  const app = await openApp('/in/1')
  await app.locator('p', { hasText: 'unavailable' }).waitFor()
  expect(await screens(app)).toEqual([])
  site.rule()
  await shows(app, `in: ${email}`)
  expect(await screens(app)).toEqual([`in: ${email}`])
  expect(await app.locator('p').textContent()).toBe('fine')
})

test('CLI-5 CLI-7 guards: signed out, to sign-in with the way back; without the permission, elsewhere', async () => {
  const stranger = await openApp('/in/7?x=1#y')
  await shows(stranger, 'sign in: - /in/7?x=1#y')
  await newUser()
  const app = await openApp('/may')
  await shows(app, 'open: angular-')
  expect((await screens(app)).some((text) => text.startsWith('in:'))).toBe(false)
})

test('CLI-2 CLI-7 where guards lead to a page that is guarded itself, the router comes to rest, and the setting is named', async () => {
  const comesToRest = async (settings: NonNullable<typeof globalThis.settings>, path: string) => {
    const app = await browser.context.newPage()
    await app.addInitScript((given) => {
      globalThis.settings = given
    }, settings)
    await app.goto(`${site.url}/angular/open`)
    await shows(app, 'open:')
    const said = app.waitForEvent('console', {
      predicate: (line) => line.type() === 'error' && line.text().includes(Object.keys(settings).join()),
    })
    await app.evaluate((to) => angular.goTo(to), path)
    await said
    expect(await app.evaluate(() => angular.navigations())).toBeLessThan(5)
    await app.close()
  }
  await comesToRest({ signInPath: '/in/1' }, '/in/2')
  await newUser()
  await comesToRest({ deniedPath: '/may' }, '/may')
  await comesToRest({ deniedPath: '/home' }, '/may')
})

test('CLI-5 CLI-6 CLI-7 a guarded page is left when the session ends, and says why; an open one stays', async () => {
  const { email } = await newUser()
  const [app, open] = [await openApp('/in/3'), await openApp('/open')]
  await Promise.all([shows(app, `in: ${email}`), shows(open, `open: ${email}`)])
  const found = await site.server.vigile.users.find(email)
  await site.server.vigile.sessions.endAll(found!.id as never, operator)
  await ask(app, { url: '/api/auth/sessions' })
  await shows(app, 'sign in: ended_by_operator /in/3')
  await shows(open, 'open: ended_by_operator')
})

test('CLI-6 CLI-7 another person who signs in from another tab finds nothing of the one before', async () => {
  const { tab, email } = await newUser()
  const app = await openApp('/in/1')
  await shows(app, `in: ${email}`)
  await app.locator('input').fill('half a letter')
  // The same person, once more: what was typed stays.
  await signInIn(tab, email)
  await site.quiet()
  expect(await app.locator('input').inputValue()).toBe('half a letter')
  await signOutIn(tab)
  await shows(app, 'sign in: signed_out /in/1')
  const loaded = app.waitForEvent('load')
  await signUpIn(tab, 'next@example.com')
  await loaded
  await app.evaluate(() => angular.goTo('/in/1'))
  await shows(app, 'in: next@example.com')
  expect(await screens(app)).not.toContain(`in: ${email}`)
})
