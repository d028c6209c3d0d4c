// A session ends where this browser did not see it: every tab is told once, and people are told why, in their language.
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'
import { holdTime, openShakySite, pass, type ShakySite, sleep } from './shaky-site.ts'
import { openTab, shop, signUpIn, startAfresh, toldIn, whoIs } from './tabs.ts'

const refreshPath = '/api/auth/refresh'
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const operator = { kind: 'operator', name: 'test' } as const

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
  await holdTime(browser)
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})
afterEach(() => startAfresh(browser.context))

/** Another browser than the one of the test. */
const elsewhere = (): Visitor =>
  createVisitor({ vigile: () => site.server.vigile, publicUrl: site.url, now: Date.now, address: '198.51.100.7' })

const userId = async (email: string) => {
  const found = await site.server.vigile.users.find(email)
  return found!.id as Parameters<typeof site.server.vigile.sessions.endAll>[0]
}

const ends: readonly { reason: string; end: (email: string) => Promise<unknown> }[] = [
  {
    reason: 'ended_by_operator',
    end: async (email) => site.server.vigile.sessions.endAll(await userId(email), operator),
  },
  { reason: 'account_disabled', end: async (email) => site.server.vigile.users.disable(await userId(email), operator) },
  {
    reason: 'ended_from_another_device',
    end: async (email) => {
      const other = elsewhere()
      await other.signIn(email)
      const { sessions } = (await other.get('/api/auth/sessions')).body
      const { id } = sessions.find(({ current }: { current: boolean }) => !current)
      expect((await other.send('DELETE', `/api/auth/sessions/${id}`)).status).toBe(204)
    },
  },
  {
    reason: 'signed_out_everywhere',
    end: async (email) => {
      const other = elsewhere()
      await other.signIn(email)
      expect((await other.post('/api/auth/logout-all')).status).toBe(204)
    },
  },
  {
    reason: 'password_changed',
    end: async (email) => {
      const other = elsewhere()
      await other.signIn(email)
      const body = { currentPassword: goodPassword, newPassword: `${goodPassword}-too` }
      expect((await other.post('/api/auth/password/change', body)).status).toBe(200)
    },
  },
  { reason: 'idle', end: async () => site.clock.move(8 * day) },
]

const cookieNames = async () => (await browser.context.cookies()).map(({ name }) => name)

describe('tabs of an application', () => {
  test.each(ends)(
    'CLI-5 TOK-5 $reason: each of three tabs is told once, and nothing is left',
    async ({ reason, end }) => {
      const email = `${reason}@example.com`
      const one = await openTab(browser.context, site)
      await signUpIn(one, email)
      const tabs = [one, await openTab(browser.context, site), await openTab(browser.context, site)]
      for (const tab of tabs) expect((await shop(tab)).by).toBe(email)
      await end(email)
      const answers = await Promise.all(tabs.map((tab) => shop(tab)))
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
      for (const tab of tabs) expect(await whoIs(tab)).toBeNull()
      await pass(site, browser, 20_000)
      for (const tab of tabs) expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual([reason])
      expect(await cookieNames()).toEqual(['vigile_device'])
    },
  )
})

type Locale = 'en' | 'fr'
/** As the page itself remembers a choice: a cookie without an end goes with the last tab. */
const speak = (locale: Locale) =>
  browser.context.addCookies([
    { name: 'vigile_locale', value: locale, url: site.url, expires: Math.floor((Date.now() + day) / 1000) },
  ])

const openAccount = async (email: string): Promise<Page> => {
  const page = await browser.context.newPage()
  await page.goto(`${site.url}/account`)
  await page.getByText(email).first().waitFor()
  return page
}

const expectSignIn = async (page: Page, reason: string, words: RegExp) => {
  await page.waitForURL('**/sign-in?**')
  const { searchParams } = new URL(page.url())
  expect(Object.fromEntries(searchParams)).toEqual({ because: reason, returnTo: '/account' })
  await page.getByText(words).waitFor()
}

describe('the hosted pages', () => {
  test.each([
    ['en', /An administrator ended this session/],
    ['fr', /Un administrateur a fermé cette session/],
  ] as const)(
    'CLI-5 I18N-1 in %s: both tabs go to sign-in by themselves, say why, and lead back',
    async (locale, words) => {
      await speak(locale)
      const email = `hosted-${locale}@example.com`
      const tab = await openTab(browser.context, site)
      await signUpIn(tab, email)
      await tab.close()
      const pages = [await openAccount(email), await openAccount(email)]
      await site.server.vigile.sessions.endAll(await userId(email), operator)
      // Nobody touches anything: the next refresh finds out.
      await sleep(site, browser, 14 * minute)
      await pass(site, browser, minute)
      for (const page of pages) await expectSignIn(page, 'ended_by_operator', words)
      const [first, second] = pages as [Page, Page]
      await first.locator('input[type=email]').fill(email)
      await first.locator('input[type=password]').fill(goodPassword)
      await first.locator('button[type=submit]').click()
      // The other tab comes along.
      for (const page of [first, second]) {
        await page.waitForURL('**/account')
        await page.getByText(email).first().waitFor()
      }
    },
  )
})

describe('a link that claims a session was stolen', () => {
  test.each([
    ['en', /Your session is over/, /protect you/],
    ['fr', /Votre session est terminée/, /pour vous protéger/],
  ] as const)('CLI-5 I18N-1 in %s: is not believed by whoever is signed out', async (locale, words, alarm) => {
    await speak(locale)
    const page = await browser.context.newPage()
    await page.goto(`${site.url}/sign-in?because=reuse`)
    await page.getByText(words).waitFor()
    expect(await page.getByText(alarm).count()).toBe(0)
  })

  test('CLI-5 leads whoever is signed in to their account', async () => {
    const email = 'alarmed@example.com'
    const tab = await openTab(browser.context, site)
    await signUpIn(tab, email)
    const page = await browser.context.newPage()
    await page.goto(`${site.url}/sign-in?because=reuse`)
    await page.waitForURL('**/account')
    await page.getByText(email).first().waitFor()
    expect(await toldIn(tab)).toEqual(['start'])
  })
})

describe('a thief with a copy of the cookies', () => {
  const thiefOf = async (): Promise<Visitor> => {
    const thief = elsewhere()
    for (const { name, value, path } of await browser.context.cookies()) thief.jar.put({ name, value, path })
    return thief
  }

  const entries = (id: string) => {
    const database = new DatabaseSync(site.database.slice('file:'.length), { readOnly: true })
    try {
      return database.prepare("select * from audit_entries where action = 'session:reuse' and user_id = ?").all(id)
    } finally {
      database.close()
    }
  }

  const expectOnRecord = async (email: string, thief: Visitor) => {
    const id = await userId(email)
    expect(entries(id)).toHaveLength(1)
    const lines = site.log.filter(({ fields }) => fields.event === 'session_reuse' && fields.user === id)
    expect(lines).toHaveLength(1)
    const written = JSON.stringify([lines, entries(id)])
    for (const { value } of [...thief.jar.all(), ...(await browser.context.cookies())]) {
      if (value.length > 8) expect(written).not.toContain(value)
    }
  }

  test.each([
    ['en', /to protect you.*someone else had a copy/],
    ['fr', /pour vous protéger.*en avoir une copie/],
  ] as const)(
    'I6 TOK-3 AUD-2 in %s: uses the copy after the owner has settled: all is over, and the owner reads why',
    async (locale, words) => {
      await speak(locale)
      const email = `owner-${locale}@example.com`
      const tab = await openTab(browser.context, site)
      await signUpIn(tab, email)
      const account = await openAccount(email)
      const thief = await thiefOf()
      site.clock.move(hour)
      expect((await shop(tab)).by).toBe(email)
      // Awake for over D: the new token is known to be on the owner's disk.
      site.forget()
      await pass(site, browser, minute)
      await expect.poll(() => site.handled('/api/auth/ack').length).toBeGreaterThan(0)

      const stale = await thief.refresh()
      expect(stale.status).toBe(409)
      const caught = await thief.refresh({ retry: stale.body.fingerprint })
      expect(caught.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
      expect((await thief.me()).status).toBe(401)

      expect((await shop(tab)).status).toBe(401)
      await expectSignIn(account, 'reuse', words)
      expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual(['reuse'])
      await expectOnRecord(email, thief)
    },
  )

  test('I6 TOK-3 AUD-2 uses the copy before that, and gets a token: the owner’s next refresh ends it for both', async () => {
    const email = 'robbed@example.com'
    const tab = await openTab(browser.context, site)
    await signUpIn(tab, email)
    const thief = await thiefOf()
    site.clock.move(hour)
    expect((await shop(tab)).by).toBe(email)
    const stale = await thief.refresh()
    expect((await thief.refresh({ retry: stale.body.fingerprint })).status).toBe(200)
    expect((await thief.ack()).status).toBe(204)
    expect((await thief.me()).status).toBe(200)

    site.clock.move(hour)
    expect((await shop(tab)).status).toBe(401)
    expect((await toldIn(tab)).filter((what) => what !== 'start')).toEqual(['reuse'])
    expect((await thief.me()).status).toBe(401)
    expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    // The owner had closed all pages, and comes by a bookmark.
    const page = await browser.context.newPage()
    await page.goto(`${site.url}/account`)
    await page.waitForURL('**/sign-in**')
    await expectOnRecord(email, thief)
  })

  test('I6 TOK-3 the owner comes back by a bookmark, and reads why there', async () => {
    const email = 'bookmark@example.com'
    const tab = await openTab(browser.context, site)
    await signUpIn(tab, email)
    const thief = await thiefOf()
    await tab.close()
    for (let days = 0; days < 2; days += 1) {
      site.clock.move(day)
      expect((await thief.refresh()).status).toBe(200)
      await thief.ack()
    }
    const page = await browser.context.newPage()
    await page.goto(`${site.url}/account`)
    await expectSignIn(page, 'reuse', /to protect you/)
    expect((await thief.me()).status).toBe(401)
    await expectOnRecord(email, thief)
    expect(site.asked(refreshPath).at(-1)?.status).toBe(401)
  })
})
