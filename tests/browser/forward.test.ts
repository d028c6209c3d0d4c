// An application behind the documented nginx, which asks Vigile about each request, in a real browser: production settings,
// TLS and strict cookies. Then the same behind the documented Caddy, over plain HTTP.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, openApplication } from '../forward/application.ts'
import { documentedCaddy, documentedNginx } from '../forward/documented.ts'
import { startCaddy } from '../services/caddy.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { freePort } from '../services/place.ts'
import { goodPassword } from '../support/visitor.ts'
import { type OtherSite, openOtherSite } from './other-site.ts'
import { signUp, statusOf } from './people.ts'
import { type BrowserSite, openBrowserSite, openSecureSite } from './site.ts'

type Behind = { readonly site: BrowserSite; readonly url: string; close(): Promise<void> }

const behindNginx = async (application: Application): Promise<Behind> => {
  const to = (vigile: number) => ({ vigile, application: application.port })
  const site = await openSecureSite({}, (port, vigile, tls) => documentedNginx(port, to(vigile), tls))
  return { site, url: site.url, close: site.close }
}

const behindCaddy = async (application: Application): Promise<Behind> => {
  const vigile = await freePort()
  const caddy = await startCaddy((port) => documentedCaddy(port, { vigile, application: application.port }))
  const url = `http://localhost:${caddy.port}`
  const options = { publicUrl: url, trustedProxies: ['127.0.0.1'], ...({ port: vigile } as object) }
  const site = await openBrowserSite('embedded', options)
  return { site, url, close: async () => void (await Promise.all([site.close(), caddy.stop()])) }
}

const accessLifeMs = 15 * 60_000

describe.each([
  ['nginx, in production', behindNginx],
  ['Caddy, in development', behindCaddy],
] as const)('behind %s', (_, open) => {
  let application: Application
  let elsewhere: OtherSite
  let behind: Behind
  beforeAll(async () => {
    ;[application, elsewhere] = await Promise.all([openApplication(), openOtherSite()])
    behind = await open(application)
  })
  afterAll(async () => {
    await Promise.all([behind?.close(), elsewhere?.close(), application?.close()])
  })

  const inBrowser = async (work: (browser: Chromium) => Promise<void>): Promise<void> => {
    const browser = await launchChromium(undefined, { ignoreHTTPSErrors: true } as object)
    try {
      await work(browser)
    } finally {
      await browser.stop()
    }
  }
  /** What the application says that reached it. */
  const shown = async (page: Page) => {
    await page.waitForFunction(() => document.title === 'the application')
    return JSON.parse((await page.locator('pre').textContent()) ?? '')
  }
  const visitsOf = (page: Page): string[] => {
    const visited: string[] = []
    page.on(
      'framenavigated',
      (frame) => void (frame === page.mainFrame() && visited.push(new URL(frame.url()).pathname)),
    )
    return visited
  }

  test('signed out: to sign-in, and then where the person was going', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, behind.url, 'first@example.com')
      await context.clearCookies()
      await page.goto(`${behind.url}/wiki/a?page=2`)
      await page.getByLabel(/^(email|adresse)/i).fill('first@example.com')
      await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
      await page.locator('button[type=submit]').click()
      expect(await shown(page)).toMatchObject({ url: '/wiki/a?page=2', headers: { 'x-auth-user': expect.any(String) } })
      expect(new URL(page.url()).pathname).toBe('/wiki/a')
    }))

  test('COOK-3 TOK-1 the access token is over: through the bounce page, and back where the person was going', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, behind.url, 'expired@example.com')
      await page.goto(`${behind.url}/wiki`)
      const { headers } = await shown(page)
      behind.site.clock.move(accessLifeMs + 60_000)
      const visited = visitsOf(page)
      await page.goto(`${behind.url}/wiki/b?page=3`)
      expect(await shown(page)).toMatchObject({
        url: '/wiki/b?page=3',
        headers: { 'x-auth-user': headers['x-auth-user'], 'x-auth-session': headers['x-auth-session'] },
      })
      expect(visited).toEqual(['/api/auth/continue', '/wiki/b'])
      // No browser keeps the cookie for so long: it is gone, and the hint alone says that there may be a session.
      await context.clearCookies({ name: /_access$/ })
      visited.length = 0
      await page.goto(`${behind.url}/wiki/c`)
      expect((await shown(page)).url).toBe('/wiki/c')
      expect(visited).toEqual(['/api/auth/continue', '/wiki/c'])
    }))

  test('COOK-3 a link from another site finds the person signed in', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, behind.url, 'linked@example.com')
      elsewhere.show(`<a href="${behind.url}/wiki/d?page=4">to the wiki</a>`)
      await page.goto(elsewhere.url)
      await page.getByText('to the wiki').click()
      expect((await shown(page)).url).toBe('/wiki/d?page=4')
      expect(new URL(page.url()).search).toBe('?page=4')
    }))

  test('TOK-6 a session that is ended elsewhere opens nothing more, and its page leads to sign-in', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, behind.url, 'revoked@example.com')
      await page.goto(`${behind.url}/wiki`)
      await shown(page)
      const before = application.reached.length
      await behind.site.server.vigile.sessions.endEveryones({ kind: 'operator', name: 'test' })
      expect(await statusOf(page, '/wiki/script')).toBe(401)
      await page.goto(`${behind.url}/wiki/e`)
      await page.waitForURL('**/sign-in?*')
      expect(new URL(page.url()).searchParams.get('returnTo')).toBe('/wiki/e')
      expect(application.reached.length).toBe(before)
    }))
})
