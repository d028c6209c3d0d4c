// Device Bound Session Credentials in Chromium itself, behind TLS, with keys in software: the browser registers, renews and
// forgets without a line of script. Chromium acts on these headers only where it holds the certificate for a good one, and
// signs six times in some minutes for a site, no more.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { openDatabase } from '../protocol/desk.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { goodPassword } from '../support/visitor.ts'
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
  expect(alerts).toEqual(['unkept'])
})
