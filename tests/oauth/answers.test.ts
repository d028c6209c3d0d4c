// What people and clients are told: pages for who follows a link, problems for programs, and what a provider's trouble looks like.
import { afterEach, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { walk } from '../providers/walk.ts'
import { createDevice } from '../support/device.ts'
import type { SiteOptions } from '../support/site.ts'
import {
  exchange,
  landing,
  openProviderSite,
  type ProviderSite,
  pathOf,
  toCallback,
  toHandle,
} from './provider-site.ts'

let site: ProviderSite
afterEach(() => site?.close())
const open = async (options?: SiteOptions) => {
  site = await openProviderSite('embedded', options)
}

test('attack: OAU-2 HEAD, as previews of links send it, begins no flow, and uses up neither state nor code', async () => {
  await open()
  const visitor = site.visitor()
  const path = await toCallback(visitor)
  site.discord.forget()
  const states = async () => (await dump(site)).oauth_states?.length
  const before = await states()
  for (const address of ['/api/auth/oauth/discord', path]) {
    const reply = await visitor.send('HEAD', address)
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET'])
    expect(reply.headers.get('set-cookie')).toBeNull()
  }
  expect(await states()).toBe(before)
  expect(site.discord.asked()).toEqual([])
  expect((await exchange(visitor, landing(await visitor.get(path)).searchParams.get('session'))).status).toBe(200)
})

test('attack: OAU-4 a secret that was changed at the provider: an operator is told, once an hour', async () => {
  await open()
  const come = async () => {
    const visitor = site.visitor()
    return landing(await visitor.get(await toCallback(visitor))).searchParams.get('error')
  }
  const alerts = () => site.log.filter(({ fields }) => 'alert' in fields)
  // Whoever writes the words into the address alone raises nothing.
  const visitor = site.visitor()
  const forged = new URL(await toCallback(visitor), 'http://localhost:3000')
  forged.searchParams.delete('code')
  forged.searchParams.set('error', 'unauthorized_client')
  await visitor.get(pathOf(forged.href))
  expect(alerts()).toEqual([])
  site.discord.always('token', { status: 401, body: { error: 'invalid_client' } })
  expect(await come()).toBe('provider_refused')
  expect(await come()).toBe('provider_refused')
  const says = expect.stringContaining('invalid_client')
  expect(alerts()).toMatchObject([
    { level: 'error', fields: { provider: 'discord', alert: 'provider_credentials', says } },
  ])
  site.move(3_600_000)
  // As GitHub says it.
  site.discord.always('token', { status: 200, body: { error: 'incorrect_client_credentials' } })
  await come()
  site.discord.always('token', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: {} })
  await come()
  expect(alerts()).toHaveLength(3)
})

test.each([3_600.0001, 1e300])('attack: OAU-7 tokens that live %d seconds sign in, and break nothing', async (life) => {
  await open()
  const tokens = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: life }
  site.discord.next('token', { body: tokens })
  site.discord.next('user', {
    status: 200,
    body: { id: '80', username: 'ada', email: 'ada@example.com', verified: true },
  })
  const visitor = site.visitor()
  expect((await exchange(visitor, await toHandle(visitor))).status).toBe(200)
})

describe('OAU-4 the page of a flow that is not to be trusted', () => {
  const read = (language: string, accept = 'text/html,application/xhtml+xml,*/*;q=0.8') =>
    site.visitor().get(`/api/auth/oauth/discord/callback?code=c0de&state=${'A'.repeat(43)}`, {
      headers: { accept, 'accept-language': language },
    })

  test('OAU-4 S-50 I18N-1 it says what to do in both languages, links to sign-in, and repeats nothing of the address', async () => {
    await open({ signInPath: '/log-in' })
    for (const [language, said] of [
      ['en', 'This sign-in is no longer good'],
      ['fr', 'Cette connexion n’est plus valable'],
    ] as const) {
      const { status, headers, text } = await read(language)
      expect([status, headers.get('content-type'), headers.get('content-language')]).toEqual([
        410,
        'text/html; charset=utf-8',
        language,
      ])
      expect(text).toContain(`<html lang="${language}">`)
      expect(text).toContain(`<h1>${said}</h1>`)
      expect(text).toContain('<a href="/log-in">')
      expect(text).not.toMatch(/c0de|AAAA|<script/)
      const nonce = /<style nonce="([\w-]{22})">/.exec(text)?.[1]
      expect(headers.get('content-security-policy')).toBe(
        `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      // The address has a code in it.
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  test.each(['application/json', '*/*', ''])('a program that accepts %j gets a problem', async (accept) => {
    await open()
    const reply = await read('en', accept)
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect([reply.status, reply.body.code]).toEqual([410, 'sign_in_expired'])
  })

  test('every refusal on the way is a page: unknown provider, bad place, too many, a fault', async () => {
    await open({ limits: { rules: { change: { limit: 2, windowSeconds: 60 } } } })
    const visitor = site.visitor()
    const headers = { accept: 'text/html' }
    for (const [path, status] of [
      ['/api/auth/oauth/nobody', 404],
      ['/api/auth/oauth/discord?returnTo=//x', 400],
      ['/api/auth/oauth/discord', 429],
    ] as const) {
      const reply = await visitor.get(path, { headers })
      expect([path, reply.status, reply.headers.get('content-type')]).toEqual([
        path,
        status,
        'text/html; charset=utf-8',
      ])
      expect(reply.text).toContain('<a href="/sign-in">')
      if (status === 429) expect(reply.headers.get('retry-after')).toMatch(/^\d+$/)
    }
  })
})

describe('RES-2 a provider that is down', () => {
  test('OAU-4 at the start: the front end is told, nothing is kept, and the next try finds it mended', async () => {
    await open({ providerCalls: { retryWaitsSeconds: [] } })
    site.campus.always('discovery', 503)
    const visitor = site.visitor()
    const reply = await visitor.get('/api/auth/oauth/campus?returnTo=/x')
    expect(Object.fromEntries(landing(reply).searchParams)).toEqual({
      error: 'provider_unavailable',
      provider: 'campus',
      returnTo: '/x',
    })
    expect(reply.setCookies).toEqual([])
    site.campus.mend()
    expect((await exchange(visitor, await toHandle(visitor, 'campus'))).status).toBe(200)
  })

  test('OAU-6 to connect: 503 with a moment to come back', async () => {
    await open({ providerCalls: { retryWaitsSeconds: [], failuresToOpen: 1, openSeconds: 20 } })
    site.campus.always('discovery', 503)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    await visitor.post('/api/auth/oauth/campus/link', {})
    const reply = await visitor.post('/api/auth/oauth/campus/link', {})
    expect([reply.status, reply.body.code]).toEqual([503, 'provider_unavailable'])
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('RES-1 who somebody is, is asked again; where that stays unanswered the front end is told', async () => {
    await open()
    const visitor = site.visitor()
    site.discord.next('user', 503, 'cut', 502)
    expect((await exchange(visitor, await toHandle(visitor))).status).toBe(200)
    expect(site.discord.asked('user')).toHaveLength(4)
    site.discord.next('user', 503, 503, 503, 503)
    const there = landing(await visitor.get(await toCallback(visitor)))
    expect(there.searchParams.get('error')).toBe('provider_unavailable')
  })

  test.each([
    ['no JSON', 'broken', 'provider_refused'],
    ['too much', 'huge', 'provider_refused'],
    ['that the token is not good', 401, 'provider_refused'],
    ['nonsense', { body: { id: null } }, 'provider_refused'],
  ] as const)('it answers %s', async (_, fault, error) => {
    await open()
    const visitor = site.visitor()
    site.discord.always('user', fault)
    const there = landing(await visitor.get(await toCallback(visitor)))
    expect(Object.fromEntries(there.searchParams)).toEqual({ error, provider: 'discord', returnTo: '/' })
  })

  test('somebody presses Cancel there', async () => {
    await open()
    const visitor = site.visitor()
    for (const provider of ['discord', 'campus'] as const) {
      const back = await visitor.get(await toCallback(visitor, provider, { decision: 'cancel' }))
      expect(Object.fromEntries(landing(back).searchParams)).toEqual({ error: 'cancelled', provider, returnTo: '/' })
    }
  })
})

test('OAU-6 of a connection that came to nothing, the front end is told that it was one; the record knows whose', async () => {
  await open()
  const visitor = site.visitor()
  const { user } = (await visitor.signUp('ada@example.com')).body
  const begun = await visitor.post('/api/auth/oauth/discord/link', { returnTo: '/account' })
  const back = await visitor.get(pathOf(await walk(begun.body.location, { decision: 'cancel' })))
  expect(Object.fromEntries(landing(back).searchParams)).toEqual({
    error: 'cancelled',
    provider: 'discord',
    returnTo: '/account',
    link: '1',
  })
  const entries = (await dump(site)).audit_entries ?? []
  const failed = entries.find(({ action }) => action === 'identity:link:failed')
  expect([failed?.user_id, JSON.parse(String(failed?.details))]).toEqual([
    user.id,
    { by: 'oauth', provider: 'discord', reason: 'cancelled' },
  ])
})

test('what a provider says of itself is asked once, however many begin at once, and again after an hour', async () => {
  await open()
  const begin = () => site.visitor().get('/api/auth/oauth/campus')
  const replies = await Promise.all(Array.from({ length: 10 }, begin))
  expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(303))
  expect(site.campus.asked('discovery')).toHaveLength(1)
  site.move(59 * 60_000)
  await begin()
  expect(site.campus.asked('discovery')).toHaveLength(1)
  site.move(2 * 60_000)
  await begin()
  expect(site.campus.asked('discovery')).toHaveLength(2)
})

test('S-65 a provider that sends people to a plain http page elsewhere is not followed', async () => {
  await open()
  const metadata = {
    issuer: site.campus.issuer,
    authorization_endpoint: 'javascript:alert(1)',
    token_endpoint: `${site.campus.issuer}/token`,
    jwks_uri: `${site.campus.issuer}/jwks`,
  }
  site.campus.always('discovery', { status: 200, body: metadata })
  const there = landing(await site.visitor().get('/api/auth/oauth/campus'))
  expect(there.searchParams.get('error')).toBe('provider_refused')
})

test('body delivery: the access token is in the answer of the exchange, and in no address or cookie', async () => {
  await open({ delivery: 'body' })
  const visitor = site.visitor()
  const { body, setCookies } = await exchange(visitor, await toHandle(visitor))
  expect(body).toMatchObject({ accessToken: expect.stringMatching(/^ey/), returnTo: '/' })
  expect(setCookies.join('\n')).not.toContain(body.accessToken)
})

test('PROTOCOL bound: the exchange binds the session to the key of the browser, and without one uses nothing up', async () => {
  await open({ sessions: { binding: 'required' } })
  const visitor = site.visitor()
  const handle = await toHandle(visitor)
  const bare = await exchange(visitor, handle)
  expect([bare.status, bare.body.code]).toEqual([401, 'proof_required'])
  const device = await createDevice(site.publicUrl)
  const reply = await device.post(visitor, '/exchange-session', { sessionId: handle })
  expect(reply.status).toBe(200)
  const { cnf } = JSON.parse(Buffer.from(visitor.cookie('access')?.split('.')[1] ?? '', 'base64url').toString())
  expect(cnf.jkt).toMatch(/^[\w-]{43}$/)
})
