// Sign-in with providers under production settings, behind nginx with TLS: strict cookies, and what is left in addresses and logs.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { walk } from '../providers/walk.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { createVisitor } from '../support/visitor.ts'
import { statusOf } from './people.ts'
import { decide, goTo, type StandIns, signInWith, withProviders } from './provider-site.ts'
import { openSecureSite, type SecureSite } from './site.ts'

let site: SecureSite & { readonly standIns: StandIns }
beforeAll(async () => {
  site = await withProviders(openSecureSite)
})
afterAll(() => site?.close())

const inBrowser = async (work: (browser: Chromium, page: Page) => Promise<void>): Promise<void> => {
  const browser = await launchChromium(undefined, { ignoreHTTPSErrors: true } as object)
  try {
    await work(browser, await browser.context.newPage())
  } finally {
    await browser.stop()
  }
}

/** Every address that the browser holds for its back and forward buttons. */
const historyOf = async (page: Page): Promise<readonly string[]> => {
  const devtools = await page.context().newCDPSession(page)
  const { entries } = await devtools.send('Page.getNavigationHistory')
  return entries.map(({ url }) => url)
}
const exchange = (page: Page, sessionId: string) =>
  page.evaluate(async (id) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify({ sessionId: id }) }
    const answer = await fetch('/api/auth/exchange-session', init)
    return [answer.status, (await answer.json()).code]
  }, sessionId)

test('OAU-2 OAU-3 COOK-3 COOK-4 strict cookies: the whole way works, and the cookies of the flow are of the flow', () =>
  inBrowser(async ({ context }, page) => {
    await page.goto(`${site.url}/sign-in`)
    await goTo(page, 'Discord')
    const flow = (await context.cookies()).map(({ name, path, httpOnly, secure, sameSite, expires }) => ({
      name,
      path,
      httpOnly,
      secure,
      sameSite,
      minutes: Math.round((expires - Date.now() / 1000) / 60),
    }))
    expect(flow).toEqual([
      {
        name: expect.stringMatching(/^__Secure-vigile_oauth_[a-f0-9]{8}$/),
        path: '/api/auth/oauth',
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        minutes: 10,
      },
    ])
    await decide(page)
    await page.waitForURL('**/account')
    await page.getByText('ada@example.com').first().waitFor()
    // The flow is over, and so are its cookies.
    await expect
      .poll(async () => (await context.cookies()).map(({ name }) => name).toSorted())
      .toEqual([
        '__Host-vigile_access',
        '__Host-vigile_csrf',
        '__Host-vigile_hint',
        '__Secure-vigile_device',
        '__Secure-vigile_refresh',
      ])
  }))

test('OAU-2 two tabs that start at once both end signed in, each by its own cookie', () =>
  inBrowser(async ({ context }, page) => {
    const other = await context.newPage()
    for (const tab of [page, other]) await tab.goto(`${site.url}/sign-in`)
    await goTo(page, 'Discord')
    await goTo(other, 'Discord')
    expect((await context.cookies()).filter(({ name }) => name.includes('_oauth_'))).toHaveLength(2)
    for (const tab of [page, other]) {
      await decide(tab)
      await tab.waitForURL('**/account')
      await tab.getByText('ada@example.com').first().waitFor()
    }
    for (const tab of [page, other]) expect(await statusOf(tab, '/api/auth/me')).toBe(200)
  }))

test('OAU-3 COOK-1 no address, history, Referer or log of a whole flow holds a token, and the handle that stands there is of no use', () =>
  inBrowser(async ({ context }, page) => {
    const { github, acme } = site.standIns
    for (const standIn of [github, acme]) standIn.forget()
    const logged = (await site.accessLog()).length
    const addresses: string[] = []
    const referers: string[] = []
    context.on('request', (request) => {
      addresses.push(request.url())
      referers.push(request.headers().referer ?? '')
    })
    await signInWith(page, site, 'GitHub')
    await page.waitForURL('**/account')
    await page.getByText('grace@example.com').first().waitFor()
    // A second provider is connected.
    await page.getByRole('button', { name: 'Connect Acme' }).click()
    await decide(page)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('heading', { name: 'Acme is connected' }).waitFor()

    const asked = [github, acme].flatMap((standIn) => standIn.asked())
    const tokens = [
      ...asked.map(({ headers }) => headers.authorization?.split(' ')[1] ?? ''),
      ...(await context.cookies(site.url)).filter(({ name }) => !name.endsWith('_hint')).map(({ value }) => value),
    ].filter((token) => token.length > 8)
    expect(tokens.length).toBeGreaterThan(5)
    const history = await historyOf(page)
    const places = {
      addresses: addresses.join('\n'),
      history: history.join('\n'),
      referers: [...referers, ...asked.map(({ headers }) => headers.referer ?? '')].join('\n'),
      server: JSON.stringify(site.log),
      nginx: (await site.accessLog()).slice(logged),
      nginxErrors: site.nginx.output(),
    }
    for (const [place, text] of Object.entries(places)) {
      for (const token of tokens) expect(text, place).not.toContain(token)
      // A JWT, a refresh token, GitHub's own.
      expect(text, place).not.toMatch(/eyJ[\w-]+\.[\w-]+\.|v1\.[\w-]+\.[\w-]{22}\.|gh[or]_/)
    }
    // Nobody is told more of this site than its name; and the browser keeps neither handle nor code behind its buttons.
    expect(places.referers).not.toMatch(/[a-f0-9]{64}|[?&]code=|auth\/callback\?/)
    for (const { headers } of asked) expect(headers.referer ?? '').not.toMatch(new RegExp(`^${site.url}/.`))
    expect(places.history).not.toMatch(/[a-f0-9]{64}|[?&](code|session)=/)
    expect(places.server).not.toMatch(/[a-f0-9]{64}|[?&]code=/)
    const handles = [...places.nginx.matchAll(/[?&](?:session|link)=([a-f0-9]{64})/g)].map(([, handle]) => handle ?? '')
    expect(handles).toHaveLength(2)
    for (const handle of handles) expect(await exchange(page, handle)).toEqual([410, 'sign_in_expired'])
    // Nor is the code: it is used, and another browser never had the flow's cookie.
    const callback = /GET (\/api\/auth\/oauth\/github\/callback\?\S+)/.exec(places.nginx)?.[1] ?? ''
    expect(callback).toContain('code=')
    await inBrowser(async (thief, elsewhere) => {
      expect((await elsewhere.goto(site.url + callback))?.status()).toBe(410)
      expect(await thief.context.cookies()).toEqual([])
    })
  }))

test('OAU-3 S-58 a handle that was seen before it was used is of no use in another browser, and its owner goes on', () =>
  inBrowser(async (_, page) => {
    let handle = ''
    page.on('request', (request) => {
      handle = /[?&]session=([a-f0-9]{64})/.exec(request.url())?.[1] ?? handle
    })
    await page.route('**/api/auth/exchange-session', (route) => route.abort())
    await signInWith(page, site, 'Discord')
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    expect(handle).toMatch(/^[a-f0-9]{64}$/)
    expect(page.url()).toBe(`${site.url}/auth/callback?session=&provider=discord&returnTo=%2Faccount`)
    await inBrowser(async (_thief, elsewhere) => {
      await elsewhere.goto(`${site.url}/auth/callback?session=${handle}`)
      await elsewhere.getByText('began in another browser').waitFor()
      expect(await statusOf(elsewhere, '/api/auth/me')).toBe(401)
    })
    await page.unroute('**/api/auth/exchange-session')
    // A reload keeps it too, for this tab.
    await page.reload()
    await page.waitForURL('**/account')
    await page.getByText('ada@example.com').first().waitFor()
  }))

test('OAU-2 login CSRF: made to open an attacker’s callback or handle, a browser does not become signed in as the attacker', () =>
  inBrowser(async ({ context }, victim) => {
    const { vigile } = site.server
    const attacker = createVisitor({
      vigile: () => vigile,
      publicUrl: site.url,
      now: Date.now,
      address: '198.51.100.9',
    })
    /** Back from the provider, with the attacker's own code, and not used. */
    const ownCallback = async () => {
      const started = await attacker.get('/api/auth/oauth/discord')
      return walk(started.headers.get('location') ?? '')
    }
    const used = await attacker.get((await ownCallback()).slice(site.url.length))
    // Even in the middle of a sign-in of their own.
    await victim.goto(`${site.url}/sign-in`)
    await goTo(victim, 'Discord')
    const tab = await context.newPage()
    for (const [address, words] of [
      [await ownCallback(), 'too long'],
      [used.headers.get('location') ?? '', 'began in another browser'],
    ] as const) {
      await tab.goto(address)
      await tab.getByText(words).first().waitFor()
      expect((await context.cookies()).map(({ name }) => name)).toEqual([expect.stringContaining('_oauth_')])
    }
    // The victim's own goes on.
    await decide(victim)
    await victim.waitForURL('**/account')
    await victim.getByText('ada@example.com').first().waitFor()
  }))
