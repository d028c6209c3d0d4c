// Sign-in with a provider, from the link to the session.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { storeKinds } from '../support/site.ts'
import { codeAt } from '../support/totp.ts'
import {
  exchange,
  handleIn,
  landing,
  openProviderSite,
  type ProviderSite,
  signInWith,
  toCallback,
  toHandle,
} from './provider-site.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: ProviderSite
  beforeAll(async () => {
    site = await openProviderSite(kind)
  })
  afterAll(() => site?.close())

  test('OAU-1 OAU-2 OAU-3 S-60 S-64 from the link to the session, with Discord', async () => {
    const visitor = site.visitor()
    const started = await visitor.get('/api/auth/oauth/discord?returnTo=%2Forders%3Fpage%3D2')
    expect(started.status).toBe(303)
    const asked = new URL(started.headers.get('location') ?? '').searchParams
    expect(Object.fromEntries(asked)).toEqual({
      response_type: 'code',
      client_id: site.discord.client.id,
      redirect_uri: `${site.publicUrl}/api/auth/oauth/discord/callback`,
      scope: 'identify email guilds',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(started.setCookies).toEqual([
      expect.stringMatching(
        /^vigile_oauth_[0-9a-f]{8}=[\w-]{43}; Max-Age=600; Path=\/api\/auth\/oauth; HttpOnly; SameSite=Lax$/,
      ),
    ])

    const back = await visitor.get(await toCallback(visitor, 'discord', { query: '?returnTo=/orders?page=2' }))
    const { origin, pathname, searchParams } = landing(back)
    expect([origin, pathname, [...searchParams.keys()]]).toEqual([
      site.publicUrl,
      '/auth/callback',
      ['session', 'provider', 'returnTo'],
    ])
    expect(handleIn(back)).toMatch(/^[0-9a-f]{64}$/)
    expect(back.setCookies).toEqual([
      expect.stringMatching(/^vigile_oauth_[0-9a-f]{8}=; Max-Age=0; Path=\/api\/auth\/oauth; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(
        /^vigile_exchange_[0-9a-f]{8}=[\w-]{43}; Max-Age=300; Path=\/api\/auth; HttpOnly; SameSite=Lax$/,
      ),
    ])

    const reply = await exchange(visitor, handleIn(back))
    expect(reply.body).toMatchObject({
      user: {
        email: 'ada@example.com',
        emailVerified: true,
        name: 'Ada Lovelace',
        image: expect.stringMatching(/^https:\/\/cdn\.discordapp\.com\//),
      },
      session: { id: expect.any(String) },
      fingerprint: expect.any(String),
      returnTo: '/orders?page=2',
    })
    expect(reply.setCookies.some((line) => /^vigile_exchange_[0-9a-f]{8}=; Max-Age=0; /.test(line))).toBe(true)
    expect((await visitor.me()).body.user.email).toBe('ada@example.com')
  })

  test('OAU-1 OAU-6 S-23 whoever comes again is known, whatever the email is by then', async () => {
    const first = await signInWith(site.visitor(), 'campus')
    expect(first.body.user).toMatchObject({ email: 'emmy@example.com', name: 'Emmy Noether' })
    const person = site.campus.people.get('emmy')
    site.campus.people.set('emmy', { sub: 'emmy', email: 'other@example.com', email_verified: false })
    const again = await signInWith(site.visitor(), 'campus')
    expect(again.body.user).toMatchObject({ id: first.body.user.id, email: 'emmy@example.com' })
    if (person) site.campus.people.set('emmy', person)
  })

  test('OAU-2 OpenID Connect is sent a nonce; `again` asks the provider who is there', async () => {
    const visitor = site.visitor()
    const ask = async (path: string) =>
      new URL((await visitor.get(`/api/auth/oauth/${path}`)).headers.get('location') ?? '').searchParams
    const plain = await ask('campus')
    expect(plain.get('nonce')).toMatch(/^[\w-]{43}$/)
    expect(plain.get('nonce')).not.toBe(plain.get('state'))
    expect(plain.has('prompt')).toBe(false)
    expect((await ask('campus?again=1')).get('prompt')).toBe('login')
    expect((await ask('discord?again=1')).get('prompt')).toBe('consent')
    expect((await ask('discord')).has('nonce')).toBe(false)
  })

  test('S-15 the second factor comes after the provider, as after a password', async () => {
    site.discord.people.set('bea', { id: '2', username: 'bea', email: 'bea@example.com', verified: true })
    const owner = site.visitor()
    expect((await signInWith(owner, 'discord', { account: 'bea' })).status).toBe(200)
    const { secret } = (await owner.post('/api/auth/factors/totp')).body
    await owner.post('/api/auth/factors/totp/confirm', { code: codeAt(secret, site.now()) })
    const browser = site.visitor()
    const reply = await signInWith(browser, 'discord', { account: 'bea' })
    expect(reply.body).toMatchObject({ next: 'second_factor', email: 'bea@example.com', returnTo: '/' })
    expect(browser.cookie('access')).toBeUndefined()
    expect((await browser.me()).status).toBe(401)
  })

  test('two tabs at once: each flow has its own cookie, and both end well', async () => {
    const visitor = site.visitor()
    const [one, two] = await Promise.all([toCallback(visitor), toCallback(visitor, 'campus')])
    const [first, second] = [await visitor.get(two), await visitor.get(one)].map(handleIn)
    expect((await exchange(visitor, second)).status).toBe(200)
    expect((await exchange(visitor, first)).status).toBe(200)
  })

  test('AUD-2 what is on record of it', async () => {
    site.discord.people.set('cleo', { id: '3', username: 'cleo', email: 'cleo@example.com', verified: true })
    const visitor = site.visitor()
    const { user } = (await signInWith(visitor, 'discord', { account: 'cleo' })).body
    await signInWith(site.visitor(), 'discord', { account: 'cleo' })
    const entries = ((await dump(site)).audit_entries ?? []).filter(({ user_id }) => user_id === user.id)
    expect(entries.map(({ action, details }) => [action, JSON.parse(String(details))])).toEqual(
      expect.arrayContaining([
        ['user:sign-up', { by: 'oauth', provider: 'discord' }],
        ['identity:link', { provider: 'discord', by: 'sign_up' }],
        ['session:sign-in', { by: 'oauth', provider: 'discord' }],
      ]),
    )
  })

  test('OAU-3 the handle is as the front end asks for it, good for five minutes and not longer', async () => {
    const visitor = site.visitor()
    const [early, late] = [await toHandle(visitor), await toHandle(visitor)]
    site.move(5 * 60_000 - 5_000)
    expect((await exchange(visitor, early)).status).toBe(200)
    site.move(10_000)
    const reply = await exchange(visitor, late)
    expect([reply.status, reply.body.code]).toEqual([410, 'sign_in_expired'])
  })
})
