// Production settings in a real browser, behind nginx with TLS: cookies, links from other sites, attacks from other sites.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
import { type OtherSite, openOtherSite } from './other-site.ts'
import { signUp, statusOf } from './people.ts'
import { openSecureSite } from './site.ts'

let site: Awaited<ReturnType<typeof openSecureSite>>
let elsewhere: OtherSite
beforeAll(async () => {
  ;[site, elsewhere] = await Promise.all([openSecureSite(), openOtherSite()])
})
afterAll(async () => {
  await Promise.all([site?.close(), elsewhere?.close()])
})

const inBrowser = async (work: (browser: Chromium) => Promise<void>): Promise<void> => {
  const browser = await launchChromium(undefined, { ignoreHTTPSErrors: true } as object)
  try {
    await work(browser)
  } finally {
    await browser.stop()
  }
}

describe('cookies', () => {
  test('COOK-1 COOK-2 COOK-3 COOK-4 COOK-9 S-43 S-44 S-45 Chromium keeps each as the table says, and no script reads a token', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'cookies@example.com')
      const kept = (await context.cookies()).map(({ name, path, httpOnly, secure, sameSite }) => ({
        name,
        path,
        httpOnly,
        secure,
        sameSite,
      }))
      expect(kept.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
        { name: '__Host-vigile_access', path: '/', httpOnly: true, secure: true, sameSite: 'Strict' },
        { name: '__Host-vigile_csrf', path: '/', httpOnly: false, secure: true, sameSite: 'Strict' },
        { name: '__Host-vigile_hint', path: '/', httpOnly: false, secure: true, sameSite: 'Lax' },
        { name: '__Secure-vigile_device', path: '/api/auth', httpOnly: true, secure: true, sameSite: 'Strict' },
        { name: '__Secure-vigile_refresh', path: '/api/auth', httpOnly: true, secure: true, sameSite: 'Strict' },
      ])
      const names = await page.evaluate(() => document.cookie.split('; ').map((pair) => pair.split('=')[0]))
      expect(names.toSorted()).toEqual(['__Host-vigile_csrf', '__Host-vigile_hint'])
    }))
})

describe('a link from another site', () => {
  test('COOK-3 finds the user signed in, with strict cookies', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'link@example.com')
      elsewhere.show(`<a href="${site.url}/account">to the account</a>`)
      await page.goto(elsewhere.url)
      const visited: string[] = []
      page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname))
      await page.getByText('to the account').click()
      await page.waitForURL('**/account')
      await page.getByText('link@example.com').first().waitFor()
      // The strict cookies did not come with the link: the small page renewed the session and went on.
      expect(visited).toEqual(['/api/auth/continue', '/account'])
    }))

  test('COOK-3 goes to sign-in without a session, and does not loop', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      elsewhere.show(`<a href="${site.url}/account">to the account</a>`)
      await page.goto(elsewhere.url)
      const visited: string[] = []
      page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname))
      await page.getByText('to the account').click()
      await page.waitForURL('**/sign-in**')
      await page.waitForTimeout(500)
      expect(visited).toEqual(['/sign-in'])
    }))

  test('COOK-3 goes to sign-in where only a stale hint is left, cleans up, and does not loop', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'hint@example.com')
      await site.server.vigile.sessions.endEveryones({ kind: 'operator', name: 'test' })
      elsewhere.show(`<a href="${site.url}/account">to the account</a>`)
      await page.goto(elsewhere.url)
      await page.getByText('to the account').click()
      await page.waitForURL('**/sign-in**')
      await expect
        .poll(async () => (await context.cookies()).map(({ name }) => name))
        .toEqual(['__Secure-vigile_device'])
      expect(new URL(page.url()).searchParams.get('because')).toBe('ended_by_operator')
      await page.getByText('An administrator ended this session.').waitFor()
    }))

  test('COOK-3 does not loop where the browser keeps no access cookie', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'blocked@example.com')
      await context.clearCookies({ name: '__Host-vigile_access' })
      // Every refresh succeeds, and its cookie never lands.
      const json = { expiresIn: 900, rotated: false, fingerprint: '0123456789abcdef' }
      await context.route('**/api/auth/refresh', (route) => route.fulfill({ status: 200, json }))
      let pages = 0
      page.on('framenavigated', () => {
        pages += 1
      })
      await page.goto(`${site.url}/account`)
      await page.waitForURL('**/sign-in**')
      await page.waitForTimeout(900)
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      expect(pages).toBeLessThanOrEqual(3)
    }))
})

describe('attacks from another site', () => {
  const attack = async (context: Chromium['context'], html: string) => {
    elsewhere.show(html)
    const page = await context.newPage()
    const answers: number[] = []
    page.on('response', (response) => {
      if (response.url().startsWith(site.url) && response.request().method() === 'POST') answers.push(response.status())
    })
    await page.goto(elsewhere.url)
    await page.waitForTimeout(700)
    await page.close()
    return answers
  }

  test('CSRF-2 S-54 a form that posts a sign-out across sites is refused, and the user stays signed in', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'victim@example.com')
      for (const path of ['/api/auth/logout', '/api/auth/logout-all', '/api/auth/refresh']) {
        const form = `<form method="post" enctype="text/plain" action="${site.url}${path}"><input name='{"a":"' value='"}'></form><script>document.forms[0].submit()</script>`
        for (const status of await attack(context, form)) expect(status).toBeGreaterThanOrEqual(400)
      }
      expect(await statusOf(page, '/api/auth/me')).toBe(200)
    }))

  test('CSRF-2 CSRF-3 S-53 fetch with credentials from another site changes nothing and reads nothing', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'fetched@example.com')
      elsewhere.show('')
      const attacker = await context.newPage()
      await attacker.goto(elsewhere.url)
      const outcomes = await attacker.evaluate(async (target) => {
        const tries: [string, RequestInit][] = [
          ['/api/auth/me', { credentials: 'include' }],
          ['/api/auth/csrf', { credentials: 'include' }],
          [
            '/api/auth/logout',
            { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body: '{}' },
          ],
        ]
        return Promise.all(
          tries.map(([path, init]) =>
            fetch(target + path, init).then(
              (response) => response.text(),
              () => 'blocked',
            ),
          ),
        )
      }, site.url)
      expect(outcomes).toEqual(['blocked', 'blocked', 'blocked'])
      expect(await statusOf(page, '/api/auth/me')).toBe(200)
    }))

  test('CSRF-2 login CSRF: a form of another site can not sign the victim in as the attacker', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      await signUp(page, site.url, 'attacker@example.com')
      await context.clearCookies()
      const body = JSON.stringify({ email: 'attacker@example.com', password: goodPassword }).replace(/}$/, ',"x":"')
      const form = `<form method="post" enctype="text/plain" action="${site.url}/api/auth/login"><input name='${body}' value='"}'></form><script>document.forms[0].submit()</script>`
      expect(await attack(context, form)).toEqual([403])
      expect(await context.cookies()).toEqual([])
    }))

  test('S-51 the sign-in page can not be framed', () =>
    inBrowser(async ({ context }) => {
      const page = await context.newPage()
      elsewhere.show(`<iframe src="${site.url}/sign-in"></iframe>`)
      await page.goto(elsewhere.url)
      await page.waitForTimeout(500)
      const frame = page.frames().find((one) => one !== page.mainFrame())
      expect(
        await frame
          ?.locator('input')
          .count()
          .catch(() => 0),
      ).toBe(0)
    }))
})
