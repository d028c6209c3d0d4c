// Device Bound Session Credentials in Chromium itself, behind TLS, with keys in software: the browser registers, renews and
// forgets without a line of script. Chromium acts on these headers only where it holds the certificate for a good one, and
// signs six times in some minutes for a site, no more.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { openDatabase } from '../protocol/desk.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { temporaryFolder } from '../services/place.ts'
import { goodPassword } from '../support/visitor.ts'
import { openOtherSite } from './other-site.ts'
import { pageScript } from './pages/bundle.ts'
import { openSecureSite, type SecureSite } from './site.ts'

const features = 'DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'
const access = '__Host-vigile_access'
const minute = 60_000
const hour = 60 * minute

let site: SecureSite
let database: Database
let browser: Chromium
beforeAll(async () => {
  site = await openSecureSite({ sessions: { binding: 'optional' } })
  database = openDatabase('embedded', site.database)
  browser = await launchWithKeys()
})
afterAll(async () => {
  await browser?.stop()
  await database?.close()
  await site?.close()
})

const launchWithKeys = (profile?: string) =>
  launchChromium(profile, {
    args: [`--enable-features=${features}`, `--ignore-certificate-errors-spki-list=${site.keyHash}`],
  })

type Answer = { readonly status: number; readonly body: Record<string, unknown> & { session: { id: SessionId } } }

const openPage = async ({ context }: Chromium) => {
  const page = await context.newPage()
  await page.goto(`${site.url}/plain`)
  const send = (method: string, path: string, body?: object): Promise<Answer> =>
    page.evaluate(
      async ([method, path, body]) => {
        const csrf = document.cookie.split('; ').find((pair) => pair.startsWith('__Host-vigile_csrf='))
        const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf?.slice(csrf.indexOf('=') + 1) ?? '' }
        const answer = await fetch(path, { method, ...(body ? { headers, body: JSON.stringify(body) } : {}) })
        const text = await answer.text()
        return { status: answer.status, body: text ? JSON.parse(text) : {} }
      },
      [method, `/api/auth${path}`, body] as const,
    )
  return { page, send }
}

const keyOf = async (id: SessionId) => (await database.sessions.find(id)).session?.boundKey?.split('.')[0]
const requestsTo = (path: string) =>
  site.log.filter(({ message, fields }) => message === 'request' && fields.path === path)

test('S-80 S-81 S-82 S-83 S-85 Chromium registers a key, renews its cookie by proof, and forgets a session that is over', async () => {
  const { send } = await openPage(browser)
  const signedUp = await send('POST', '/register', { email: 'device@example.com', password: goodPassword })
  expect(signedUp.status).toBe(201)
  const { id } = signedUp.body.session
  await expect.poll(() => keyOf(id)).toBe('registered')

  // The bound cookie is gone: the browser renews it before it sends the next request.
  await browser.context.clearCookies({ name: access })
  expect((await send('GET', '/me')).status).toBe(200)
  expect(await keyOf(id)).toBe('dbsc')
  expect((await send('POST', '/refresh', {})).body).toMatchObject({ code: 'proof_required' })
  expect((await send('POST', '/ack', {})).status).toBe(204)

  // Hours later the refresh cookie rotates underneath.
  const refreshCookie = async () =>
    (await browser.context.cookies(`${site.url}/api/auth/`)).find(({ name }) => name.endsWith('_refresh'))?.value
  const first = await refreshCookie()
  site.clock.move(2 * hour)
  await browser.context.clearCookies({ name: access })
  expect((await send('GET', '/me')).status).toBe(200)
  expect(await refreshCookie()).not.toBe(first)

  // A copy of the jar, in a browser without the key.
  const thief = await launchWithKeys()
  try {
    await thief.context.addCookies(await browser.context.cookies([site.url, `${site.url}/api/auth/`]))
    const { send: ask } = await openPage(thief)
    expect((await ask('GET', '/me')).status).toBe(200)
    site.clock.move(6 * minute)
    expect((await ask('GET', '/me')).status).toBe(401)
    // Its own clock has not moved, so it still sends the cookie: no sign of a lost key. Without it, it is one.
    const late = await ask('POST', '/refresh', {})
    expect([late.status, late.body.code, late.body.reason]).toEqual([401, 'proof_required', undefined])
    await thief.context.clearCookies({ name: access })
    expect((await ask('POST', '/refresh', {})).body).toMatchObject({ code: 'proof_required', reason: 'key_lost' })
  } finally {
    await thief.stop()
  }
  await browser.context.clearCookies({ name: access })
  expect((await send('GET', '/me')).status).toBe(200)

  expect((await send('POST', '/logout', {})).status).toBe(204)
  expect((await send('GET', '/me')).status).toBe(401)
  const refreshes = requestsTo('/api/auth/dbsc/refresh')
  expect(refreshes.at(-1)?.fields.status).toBe(401)
  expect((await send('GET', '/me')).status).toBe(401)
  expect(requestsTo('/api/auth/dbsc/refresh')).toHaveLength(refreshes.length)
  const alerts = site.log.filter(({ fields }) => fields.alert === 'proof_refused').map(({ fields }) => fields.fault)
  // The thief's alone.
  expect(alerts).toEqual(['missing', 'unkept'])
})

test('CLI-5 COOK-3 PROTOCOL bound: the client in a page, and a browser that keeps the session itself, disturb each other in nothing', async () => {
  const profile = await temporaryFolder('dbsc-profile')
  const elsewhere = await openOtherSite()
  let own = await launchWithKeys(profile.path)
  const withClient = async () => {
    const page = await own.context.newPage()
    await page.goto(`${site.url}/plain`)
    await page.addScriptTag({ content: await pageScript(), type: 'module' })
    await page.waitForFunction(() => 'client' in globalThis)
    return page
  }
  const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused').length
  const before = alerts()
  try {
    const page = await withClient()
    const credentials = { email: 'both@example.com', password: goodPassword }
    const id = await page.evaluate(async (input) => {
      const signedUp = await client.signUp(input)
      return signedUp.ok && 'session' in signedUp.value ? signedUp.value.session.id : ''
    }, credentials)
    await expect.poll(() => keyOf(id as SessionId)).toBe('registered')
    const email = () => page.evaluate(async () => (await client.me())?.user.email)
    await own.context.clearCookies({ name: access })
    expect(await email()).toBe(credentials.email)
    expect(await keyOf(id as SessionId)).toBe('dbsc')
    // What the browser keeps, the client can't renew, and takes for no end.
    expect(await page.evaluate(() => client.refresh())).toBe('later')
    site.clock.move(6 * minute)
    await own.context.clearCookies({ name: access })
    expect(await email()).toBe(credentials.email)

    // A link from another site brings no strict cookie; the small page finds the session alive, and goes on.
    elsewhere.show(`<a href="${site.url}/account">to the account</a>`)
    const other = await own.context.newPage()
    await other.goto(elsewhere.url)
    await other.getByText('to the account').click()
    await other.getByText(credentials.email).first().waitFor()
    await other.close()

    // The browser is closed and opened again: it still has the key.
    const cookies = await own.context.cookies([site.url, `${site.url}/api/auth/`])
    await own.stop()
    own = await launchWithKeys(profile.path)
    await own.context.addCookies(cookies.filter(({ name }) => name !== access))
    site.clock.move(hour)
    const again = await withClient()
    await own.context.clearCookies({ name: access })
    expect(await again.evaluate(async () => (await client.me())?.user.email)).toBe(credentials.email)

    expect(await again.evaluate(async () => (await client.signOut()).ok)).toBe(true)
    expect(await again.evaluate(async () => [await client.me(), told])).toEqual([null, ['signed_out']])
    expect((await database.sessions.find(id as SessionId)).session?.revokedReason).toBe('signed_out')
    expect(alerts()).toBe(before)
  } finally {
    await own.stop()
    await elsewhere.close()
    await profile.remove()
  }
})
