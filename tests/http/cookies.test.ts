// SPEC section 16: what the browser holds, cookie by cookie, with each answer that may set or clear one.
import type { VigileOptions } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type DocumentedSite, openDocumentedSite } from './documented.ts'

const minute = 60_000
const day = 86_400
const kinds = ['access', 'refresh', 'csrf', 'hint', 'device', 'pending', 'link'] as const
type Kind = (typeof kinds)[number]

/** Set-Cookie lines by kind; the value and the life stand apart. */
const cookiesOf = (reply: Reply) =>
  reply.setCookies.map((line) => {
    const [pair = '', maxAge = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    const kind = kinds.find((one) => name.endsWith(`_${one}`)) as Kind
    return { kind, name, value, life: Number(maxAge.replace('Max-Age=', '')), attributes: attributes.join('; ') }
  })
const setBy = (reply: Reply) => cookiesOf(reply).map(({ kind, life }) => (life === 0 ? `no ${kind}` : kind))
const lifeOf = (reply: Reply, kind: Kind) => cookiesOf(reply).find((one) => one.kind === kind)?.life
const expiryOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).exp

const environments = [
  {
    environment: 'development, over http',
    options: {},
    attributes: {
      access: 'Path=/; HttpOnly; SameSite=Lax',
      refresh: 'Path=/api/auth; HttpOnly; SameSite=Lax',
      csrf: 'Path=/; SameSite=Lax',
      hint: 'Path=/; SameSite=Lax',
      device: 'Path=/api/auth; HttpOnly; SameSite=Lax',
      pending: 'Path=/api/auth; HttpOnly; SameSite=Lax',
      link: 'Path=/api/auth; HttpOnly; SameSite=Lax',
    },
    prefixes: { access: '', refresh: '', csrf: '', hint: '', device: '', pending: '', link: '' },
  },
  {
    environment: 'production, over https',
    options: { publicUrl: 'https://shop.example.com', production: true, accounts: { verifyEmail: false } },
    attributes: {
      access: 'Path=/; HttpOnly; Secure; SameSite=Strict',
      refresh: 'Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      csrf: 'Path=/; Secure; SameSite=Strict',
      hint: 'Path=/; Secure; SameSite=Lax',
      device: 'Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      pending: 'Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      link: 'Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
    },
    prefixes: {
      access: '__Host-',
      refresh: '__Secure-',
      csrf: '__Host-',
      hint: '__Host-',
      device: '__Secure-',
      pending: '__Secure-',
      link: '__Secure-',
    },
  },
] as const

describe.each(environments)('in $environment', ({ options, attributes, prefixes }) => {
  let site: DocumentedSite
  let people = 0
  const someone = async (): Promise<Visitor> => {
    const visitor = site.visitor()
    people += 1
    expect((await visitor.signUp(`someone${people}@example.com`)).status).toBe(201)
    return visitor
  }
  beforeAll(async () => {
    site = await openDocumentedSite('embedded', options)
  })
  afterAll(() => site?.close())

  test('COOK-1 COOK-2 COOK-3 COOK-4 COOK-5 S-43 S-44 S-45 sign-up and sign-in set each as the table says', async () => {
    const visitor = site.visitor()
    for (const reply of [await visitor.signUp('ada@example.com'), await visitor.signIn('ada@example.com')]) {
      expect(setBy(reply)).toEqual(kinds.filter((kind) => !['pending', 'link'].includes(kind)))
      for (const { kind, name, attributes: seen } of cookiesOf(reply)) {
        expect(name).toBe(`${prefixes[kind]}vigile_${kind}`)
        expect(seen).toBe(attributes[kind])
      }
      expect(reply.text).not.toContain(visitor.cookie('access'))
      expect(reply.text).not.toContain(visitor.cookie('refresh'))
      expect(reply.body.accessToken).toBeUndefined()
    }
  })

  test('COOK-6 S-47 each lives as long as the token inside it', async () => {
    const visitor = site.visitor()
    const reply = await visitor.signUp('lives@example.com')
    const token = cookiesOf(reply).find(({ kind }) => kind === 'access')?.value ?? ''
    const lasts = expiryOf(token) - reply.body.session.createdAt / 1000
    // A token's times are whole seconds; its cookie never outlives it.
    expect(lasts).toBeGreaterThan(15 * 60 - 1)
    expect(lasts).toBeLessThanOrEqual(15 * 60)
    expect(lifeOf(reply, 'access')).toBe(Math.floor(lasts))
    expect(reply.body.expiresIn).toBe(Math.floor(lasts))
    for (const kind of ['refresh', 'csrf', 'hint'] as const) expect(lifeOf(reply, kind)).toBe(7 * day)
    expect(reply.body.session.idleExpiresAt - reply.body.session.createdAt).toBe(7 * day * 1000)
    expect(lifeOf(reply, 'device')).toBe(400 * day)
  })

  test('a refresh too soon sets the access cookie alone; a rotation sets four, and never the device', async () => {
    const visitor = await someone()
    await visitor.ack()
    expect(setBy(await visitor.refresh())).toEqual(['access'])
    site.move(61 * minute)
    const rotated = await visitor.refresh()
    expect(rotated.body.rotated).toBe(true)
    expect(setBy(rotated)).toEqual(['access', 'refresh', 'csrf', 'hint'])
    for (const { kind, attributes: seen } of cookiesOf(rotated)) expect(seen).toBe(attributes[kind])
    for (const kind of ['refresh', 'csrf', 'hint'] as const) expect(lifeOf(rotated, kind)).toBe(7 * day)
  })

  test('a sibling sets the same four; the ack sets none', async () => {
    const visitor = await someone()
    await visitor.ack()
    site.move(61 * minute)
    const lost = await visitor.refresh({}, { lands: false })
    expect(lost.body.rotated).toBe(true)
    site.move(2 * minute)
    const sibling = await visitor.refresh()
    expect(setBy(sibling)).toEqual(['access', 'refresh', 'csrf', 'hint'])
    expect(sibling.body.fingerprint).not.toBe(lost.body.fingerprint)
    expect(setBy(await visitor.ack())).toEqual([])
  })

  test('COOK-6 near its absolute end no cookie outlives the session', async () => {
    const visitor = await someone()
    await visitor.ack()
    for (let week = 0; week < 4; week += 1) {
      site.move(6.9 * day * 1000)
      expect((await visitor.refresh()).status).toBe(200)
      await visitor.ack()
    }
    site.move(2.4 * day * 1000 - 5 * minute)
    const last = await visitor.refresh()
    const { setCookies } = last
    expect(setCookies.length).toBeGreaterThan(0)
    for (const { life } of cookiesOf(last)) expect(life).toBeLessThanOrEqual(5 * 60)
    expect(lifeOf(last, 'access')).toBeGreaterThan(4 * 60)
    site.move(5 * minute)
    expect(visitor.cookie('access')).toBeUndefined()
    expect(visitor.cookie('refresh')).toBeUndefined()
  })

  test('COOK-7 sign-out clears all with the attributes that they were set with, and leaves the device', async () => {
    for (const path of ['/api/auth/logout', '/api/auth/logout-all']) {
      const visitor = await someone()
      const reply = await visitor.post(path, {})
      expect(reply.status).toBe(204)
      expect(setBy(reply)).toEqual(['no access', 'no refresh', 'no csrf', 'no hint', 'no pending', 'no link'])
      for (const { kind, name, value, attributes: seen } of cookiesOf(reply))
        expect([name, value, seen]).toEqual([`${prefixes[kind]}vigile_${kind}`, '', attributes[kind]])
      expect(visitor.jar.all().map(({ name }) => name)).toEqual([`${prefixes.device}vigile_device`])
    }
  })

  test('COOK-7 no refusal of a refresh or ack deletes or sets a cookie', async () => {
    const visitor = await someone()
    const refusals: Reply[] = []
    const ask = async (cookie?: string | null) => {
      const options = cookie === undefined ? {} : { cookie }
      refusals.push(await visitor.refresh({}, options), await visitor.ack({}, options))
    }
    await ask(null)
    await ask(`${prefixes.refresh}vigile_refresh=x`)
    const saved = visitor.jar.snapshot()
    await visitor.refresh({}, { csrf: null }).then((reply) => refusals.push(reply))
    await visitor.refresh({}, { origin: 'https://evil.example' }).then((reply) => refusals.push(reply))
    await visitor.post('/api/auth/logout', {})
    visitor.jar.restore(saved)
    await ask()
    const codes = refusals.map(({ body }) => body.code)
    expect(new Set(codes)).toEqual(
      new Set(['unauthenticated', 'invalid_token', 'csrf_failed', 'origin_refused', 'session_ended']),
    )
    expect(refusals.flatMap(({ setCookies }) => setCookies)).toEqual([])
  })

  test('`/csrf` sets the CSRF cookie alone: for the session’s idle life, else for a quarter of an hour', async () => {
    const visitor = await someone()
    const reply = await visitor.get('/api/auth/csrf')
    expect(setBy(reply)).toEqual(['csrf'])
    expect(cookiesOf(reply)).toMatchObject([{ value: reply.body.csrfToken, attributes: attributes.csrf }])
    expect(lifeOf(reply, 'csrf')).toBeGreaterThan(7 * day - 60)
    expect(lifeOf(reply, 'csrf')).toBeLessThanOrEqual(7 * day)
    const stranger = await site.visitor().get('/api/auth/csrf')
    expect(setBy(stranger)).toEqual(['csrf'])
    expect(lifeOf(stranger, 'csrf')).toBe(15 * 60)
  })

  test('a change of password sets the four anew, for the new session; reads set none', async () => {
    const visitor = await someone()
    const before = visitor.cookie('refresh')
    for (const path of ['/api/auth/me', '/api/auth/sessions', '/api/auth/health', '/api/auth/continue?returnTo=/'])
      expect((await visitor.get(path)).setCookies).toEqual([])
    const body = { currentPassword: goodPassword, newPassword: 'another-quiet-lantern-43' }
    const reply = await visitor.post('/api/auth/password/change', body)
    expect(setBy(reply)).toEqual(['access', 'refresh', 'csrf', 'hint'])
    expect(visitor.cookie('refresh')).not.toBe(before)
  })

  test('COOK-7 ending a session from the list clears nothing: only sign-out does', async () => {
    const visitor = await someone()
    const { body } = await visitor.get('/api/auth/sessions')
    const reply = await visitor.send('DELETE', `/api/auth/sessions/${body.sessions[0].id}`)
    expect([reply.status, setBy(reply)]).toEqual([204, []])
  })

  test('S-46 COOK-8 a foreign or planted cookie is ignored, not an error', async () => {
    const visitor = await someone()
    const name = `${prefixes.access}vigile_access`
    const mine = visitor.cookie('access')
    const me = async (cookie: string) => (await visitor.get('/api/auth/me', { cookie })).status
    expect(await me(`${name}=${mine}`)).toBe(200)
    expect(await me(`${name}=planted; ${name}=${mine}; other_access=x`)).toBe(200)
    expect(await me(`${name}=${mine}; ${name}=${'x'.repeat(5000)}`)).toBe(200)
    expect(await me(`${name.toLowerCase()}x=1; ${name}=${mine}`)).toBe(200)
    for (const other of [name.toUpperCase(), `\u00a0${name}`, `${name}\u00a0`, `x${name}`, `x-${name}`])
      expect(await me(`${other}=${mine}`), other).toBe(401)
    if (prefixes.access) {
      expect(await me(`vigile_access=${mine}`)).toBe(401)
      expect(await me(`__host-vigile_access=${mine}`)).toBe(401)
      expect(await me(`__Secure-vigile_access=${mine}`)).toBe(401)
    }
  })
})

describe('settings of one’s own', () => {
  const secure = { publicUrl: 'https://auth.shop.example.com', production: true, accounts: { verifyEmail: false } }
  const signedUp = async (options: Partial<VigileOptions>) => {
    const site = await openDocumentedSite('embedded', options)
    const visitor = site.visitor()
    const path = `${options.authPath ?? '/api/auth'}/register`
    const reply = await visitor.post(path, { email: 'ada@example.com', password: goodPassword })
    expect(reply.status).toBe(201)
    return { site, visitor, reply, names: reply.setCookies.map((line) => line.split('=')[0]) }
  }

  test('COOK-4 COOK-8 `crm_token` and `csrf_token`, exactly', async () => {
    const cookies = { prefix: false, names: { access: 'crm_token', csrf: 'csrf_token' } }
    const { site, visitor, names } = await signedUp({ ...secure, cookies, app: 'crm' })
    expect(names).toEqual(['crm_token', 'crm_refresh', 'csrf_token', 'crm_hint', 'crm_device'])
    const csrf = visitor.jar.get('csrf_token') ?? null
    expect((await visitor.me()).status).toBe(200)
    expect((await visitor.refresh({}, { csrf })).status).toBe(200)
    const out = await visitor.post('/api/auth/logout', {}, { csrf })
    expect(out.setCookies.map((line) => line.split('=')[0])).toEqual([...names.slice(0, 4), 'crm_pending', 'crm_link'])
    await site.close()
  })

  test('COOK-5 a domain, and an auth path of one’s own', async () => {
    const cookies = { domain: 'shop.example.com', sameSite: 'lax' as const }
    const { site, reply, names } = await signedUp({ ...secure, cookies, authPath: '/v1/session' })
    expect(names.every((name) => name?.startsWith('__Secure-vigile_'))).toBe(true)
    for (const line of reply.setCookies) expect(line).toContain('; Domain=shop.example.com; ')
    expect(reply.setCookies.map((line) => /Path=([^;]*)/.exec(line)?.[1])).toEqual([
      '/',
      '/v1/session',
      '/',
      '/',
      '/v1/session',
    ])
    await site.close()
  })

  test('S-48 with the longest names and host, name and value stay within 4,096 bytes', async () => {
    const label = 'a'.repeat(60)
    const names = Object.fromEntries(kinds.map((kind) => [kind, `${kind}_`.padEnd(64, 'x')]))
    const publicUrl = `https://${label}.${label}.${label}.example.com`
    const { site, visitor, reply } = await signedUp({ ...secure, publicUrl, cookies: { names } })
    for (const line of reply.setCookies) expect(line.split(';')[0]?.length).toBeLessThan(4096)
    const access = visitor.jar.all().find(({ name }) => name.includes('access'))
    expect((await visitor.get('/api/auth/me', { cookie: `${access?.name}=${access?.value}` })).status).toBe(200)
    await site.close()
  })

  test('COOK-1 body delivery: the access token is in the body alone, and as a cookie it is worth nothing', async () => {
    const { site, visitor, reply, names } = await signedUp({ ...secure, delivery: 'body' })
    expect(names).toEqual([
      '__Secure-vigile_refresh',
      '__Host-vigile_csrf',
      '__Host-vigile_hint',
      '__Secure-vigile_device',
    ])
    const token = reply.body.accessToken
    const bearer = { authorization: `Bearer ${token}` }
    expect((await visitor.get('/api/auth/me', { headers: bearer })).status).toBe(200)
    expect((await visitor.get('/api/auth/me', { cookie: `__Host-vigile_access=${token}` })).status).toBe(401)
    expect((await visitor.me()).status).toBe(401)
    const change = { currentPassword: goodPassword, newPassword: 'another-quiet-lantern-43' }
    const byCookie = { cookie: `__Host-vigile_access=${token}; __Host-vigile_csrf=${visitor.cookie('csrf')}` }
    expect((await visitor.post('/api/auth/password/change', change, byCookie)).status).toBe(401)

    const refreshed = await visitor.refresh()
    expect(refreshed.setCookies).toEqual([])
    const renewed = { authorization: `Bearer ${refreshed.body.accessToken}` }
    expect((await visitor.get('/api/auth/me', { headers: renewed })).status).toBe(200)
    const changed = await visitor.post('/api/auth/password/change', change, { headers: renewed, csrf: null })
    expect(setBy(changed)).toEqual(['refresh', 'csrf', 'hint'])
    expect(changed.body.accessToken).toMatch(/^ey/)
    await site.close()
  })
})
