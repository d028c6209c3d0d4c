// Providers that fail while people sign in, through a whole engine: what is repeated, what is waited for, and what goes on.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tooMany } from '../providers/discord.ts'
import type { Fault } from '../providers/faults.ts'
import { storeKinds } from '../support/site.ts'
import { linkWith, unlink } from './linking.ts'
import { landing, openProviderSite, type ProviderSite, signInWith, toCallback } from './provider-site.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: ProviderSite
  beforeAll(async () => {
    // The waits are recorded, and do not last.
    site = await openProviderSite(kind, { providerCalls: {} })
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    site.discord.mend()
    // Whatever the test before did, this one finds the breaker closed.
    site.move(3_600_000)
    expect((await signInWith(site.visitor())).status).toBe(200)
    site.discord.forget()
    waited = site.waits.length
  })
  let waited = 0
  const waits = () => site.waits.slice(waited)
  const stateOf = (id: string) => site.vigile.providers().find((one) => one.id === id)
  /** What the front end is told. */
  const errorOf = async (at = site) => {
    const visitor = at.visitor()
    return landing(await visitor.get(await toCallback(visitor))).searchParams.get('error')
  }

  test('RES-1 503, 503, 200: signed in, after waits of 1 s and 2 s; the code was sent once', async () => {
    site.discord.next('user', 503, 503)
    expect((await signInWith(site.visitor())).body.user.email).toBe('ada@example.com')
    expect(waits()).toEqual([1_000, 2_000])
    expect(site.discord.asked('user')).toHaveLength(3)
    expect(site.discord.asked('token')).toHaveLength(1)
  })

  test('RES-1 429 with Retry-After: 2 is one wait of 2 s', async () => {
    site.discord.next('user', tooMany(2))
    expect((await signInWith(site.visitor())).status).toBe(200)
    expect(waits()).toEqual([2_000])
    expect(site.discord.asked('user')).toHaveLength(2)
  })

  test('RES-1 a limit on everything is waited for by everybody, before they ask', async () => {
    site.discord.next('user', tooMany(4, 'global'), tooMany(4, 'global'))
    expect(await errorOf()).toBe('provider_unavailable')
    expect((await signInWith(site.visitor())).status).toBe(200)
    // Twice for the first; then the code of the second, and what comes after it, wait for what is left.
    expect(waits()[0]).toBe(4_000)
    expect(waits().length).toBeGreaterThan(1)
    for (const wait of waits()) expect(wait).toBeLessThanOrEqual(4_000)
  })

  test.each<[string, string, Fault, number, string]>([
    ['a code that is refused', 'token', { status: 400, body: { error: 'invalid_grant' } }, 1, 'provider_refused'],
    ['a 404', 'user', 404, 1, 'provider_refused'],
    ['broken JSON', 'user', 'broken', 1, 'provider_refused'],
    ['2 MiB', 'user', 'huge', 1, 'provider_refused'],
    [
      'a redirect to an inner address',
      'user',
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      1,
      'provider_refused',
    ],
    ['a code exchange that fails', 'token', 503, 1, 'provider_unavailable'],
    ['a code exchange whose answer is cut', 'token', 'cut', 1, 'provider_unavailable'],
    ['a limit of ten minutes', 'user', tooMany(600), 1, 'provider_unavailable'],
    ['four faults', 'user', 500, 4, 'provider_unavailable'],
  ])('RES-1 %s', async (_, endpoint, fault, requests, error) => {
    site.discord.always(endpoint, fault)
    expect(await errorOf()).toBe(error)
    expect(site.discord.asked(endpoint)).toHaveLength(requests)
    expect(waits()).toEqual([1_000, 2_000, 3_000].slice(0, requests - 1))
    if (fault === 'huge' || typeof fault === 'object') expect(stateOf('discord')?.state).toBe('closed')
  })

  test('attack: RES-1 a provider that asks for an hour at the address of the codes: nobody is sent there for a minute', async () => {
    site.discord.next('token', tooMany(3_600))
    expect(await errorOf()).toBe('provider_unavailable')
    expect(stateOf('discord')?.state).toBe('paused')
    site.discord.forget()
    const turnedAway = await site.visitor().get('/api/auth/oauth/discord')
    expect(landing(turnedAway).searchParams.get('error')).toBe('provider_unavailable')
    expect(site.discord.asked()).toEqual([])
    site.move(60_000)
    expect(stateOf('discord')?.state).toBe('closed')
    expect((await signInWith(site.visitor())).status).toBe(200)
  })

  test('RES-2 profiles that fail while codes are taken as ever: left alone after the second sign-in, asked once, and well again', async () => {
    site.discord.always('user', 503)
    expect(await errorOf()).toBe('provider_unavailable')
    expect(stateOf('discord')?.state).toBe('closed')
    expect(await errorOf()).toBe('provider_unavailable')
    expect(site.discord.asked('user')).toHaveLength(5)
    expect(stateOf('discord')?.state).toBe('open')
    site.discord.forget()
    const turnedAway = await site.visitor().get('/api/auth/oauth/discord')
    expect(landing(turnedAway).searchParams.get('error')).toBe('provider_unavailable')
    expect(site.discord.asked()).toEqual([])

    // One person finds out, by one request.
    site.move(30_000)
    expect(stateOf('discord')?.state).toBe('half_open')
    expect(await errorOf()).toBe('provider_unavailable')
    expect(site.discord.asked('user')).toHaveLength(1)
    expect(stateOf('discord')?.state).toBe('open')

    site.move(30_000)
    site.discord.mend()
    expect((await signInWith(site.visitor())).status).toBe(200)
    expect(stateOf('discord')?.state).toBe('closed')
    site.discord.next('user', 503, 503)
    expect((await signInWith(site.visitor())).status).toBe(200)
    expect(stateOf('discord')?.state).toBe('closed')
  })

  test('attack: RES-2 whoever makes one read fail, over and over, closes neither sign-in nor the other reads', async () => {
    const ada = site.visitor()
    const { id: userId } = (await signInWith(ada)).body.user
    const read = (what: string) => site.vigile.connections.read(userId, 'discord', what)
    site.discord.always('guilds', 503)
    for (let each = 0; each < 3; each += 1)
      expect(await read('guilds')).toMatchObject({ error: 'provider_unavailable' })
    // That read is left alone by now.
    expect(site.discord.asked('guilds')).toHaveLength(5)
    const alert = { provider: 'discord', for: 'read guilds', state: 'open', alert: 'provider_down' }
    expect(site.log).toContainEqual(expect.objectContaining({ level: 'error', fields: alert }))
    expect(stateOf('discord')?.state).toBe('closed')
    expect((await signInWith(site.visitor())).status).toBe(200)
    expect(await read('profile')).toMatchObject({ ok: true })
  })

  test('attack: RES-2 nor whoever connects and disconnects while tokens can’t be taken back', async () => {
    const connect = async (name: string) => {
      const email = `${name}@example.org`
      const visitor = site.visitor()
      expect((await visitor.signUp(email)).status).toBe(201)
      site.discord.people.set(name, { id: name === 'bob' ? '901' : '902', username: name, email, verified: true })
      return { visitor, id: await linkWith(visitor, 'discord', { account: name }) }
    }
    const both = [await connect('bob'), await connect('eve')]
    site.discord.always('revoke', 503)
    for (const { visitor, id } of both) expect((await unlink(visitor, id)).status).toBe(204)
    const alert = { provider: 'discord', for: 'revocation', state: 'open', alert: 'provider_down' }
    await expect.poll(() => site.log).toContainEqual(expect.objectContaining({ fields: alert }))
    expect(stateOf('discord')?.state).toBe('closed')
    expect((await signInWith(site.visitor())).status).toBe(200)
  })

  test('RES-2 a provider that hangs: given up, left alone, asked once after a while; passwords go on', async () => {
    const other = await openProviderSite(kind, { providerCalls: { timeoutSeconds: 1 } })
    const { vigile, discord } = other
    const stateOf = (id: string) => vigile.providers().find((one) => one.id === id)
    const ada = other.visitor()
    expect((await ada.signUp('ada@example.org')).status).toBe(201)
    discord.always('token', 'hang')
    const hung = Array.from({ length: 5 }, () => errorOf(other))
    await expect.poll(() => discord.asked('token').length).toBe(5)
    expect((await other.visitor().signIn('ada@example.org')).status).toBe(200)
    expect(await Promise.all(hung)).toEqual(Array(5).fill('provider_unavailable'))
    expect(stateOf('discord')).toEqual({ id: 'discord', name: 'Discord', state: 'open', since: expect.any(Number) })
    expect(stateOf('campus')).toMatchObject({ state: 'closed' })
    const alert = { provider: 'discord', for: 'sign-in', state: 'open', alert: 'provider_down' }
    expect(other.log).toContainEqual(expect.objectContaining({ level: 'error', fields: alert }))

    discord.forget()
    const turnedAway = await other.visitor().get('/api/auth/oauth/discord')
    expect(landing(turnedAway).searchParams.get('error')).toBe('provider_unavailable')
    expect(discord.asked()).toEqual([])
    expect((await other.visitor().signIn('ada@example.org')).status).toBe(200)
    expect((await ada.me()).status).toBe(200)

    other.move(30_000)
    expect(stateOf('discord')).toMatchObject({ state: 'half_open' })
    discord.mend()
    expect((await signInWith(other.visitor())).status).toBe(200)
    expect(stateOf('discord')).toMatchObject({ state: 'closed' })
    await other.close()
  })
})
