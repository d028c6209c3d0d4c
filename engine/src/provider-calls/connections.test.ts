import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sharedRedisUrl } from '../../../tests/services/run.ts'
import { sealTokens } from '../identities/sealed-tokens.ts'
import type { Identity } from '../identities/store.ts'
import { silentLog } from '../primitives/log.ts'
import { revokeSessions } from '../sessions/revoke.ts'
import { context, openRig, type Rig } from '../sessions/rig.suite.ts'
import { createMemoryProviderCache } from '../stores/memory-provider-cache.ts'
import { createRedisProviderCache } from '../stores/redis-provider-cache.ts'
import { sampleIdentity } from '../stores/samples.suite.ts'
import { type Connections, createConnections } from './connections.ts'
import type { ProviderCache } from './provider-cache.ts'
import { createProviderClients } from './provider-clients.ts'
import {
  type Said,
  type ScriptedProvider,
  saying,
  startScriptedProvider,
  testPolicy,
} from './scripted-provider.suite.ts'

const guilds = [{ id: '197038439483310086', name: 'Analytical Engines' }]
const minute = 60_000
const hour = 60 * minute

describe.each(['sqlite and memory', 'postgres and Redis'] as const)('on %s', (places) => {
  let rig: Rig
  let provider: ScriptedProvider
  const opened: { close(): unknown }[] = []
  beforeAll(async () => {
    rig = await openRig(places === 'sqlite and memory' ? 'sqlite' : 'postgres')
    provider = await startScriptedProvider()
  })
  afterAll(async () => {
    await provider?.stop()
    await rig?.close()
  })
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
  })

  /** A node. In memory each has answers of its own; the database is one in any case. */
  const node = (changes: { cache?: ProviderCache } = {}): Connections => {
    const database = opened.length === 0 ? rig.database : rig.second()
    const deps = { ...rig.deps, ...database }
    const clients = createProviderClients([{ id: 'discord', name: 'Discord', server: { issuer: provider.url } }], {
      ...deps,
      policy: testPolicy,
      fetch,
      now: database.clock.now,
      wait: async () => {},
    })
    const cache =
      changes.cache ??
      (places === 'sqlite and memory'
        ? createMemoryProviderCache(deps)
        : createRedisProviderCache({ url: sharedRedisUrl(), log: silentLog }))
    opened.push(clients, cache)
    return createConnections({
      ...deps,
      alarm: () => {},
      providers: [
        {
          id: 'discord',
          server: { issuer: 'https://discord.com' },
          refresh: async () => ({ accessToken: 'new', refreshToken: 'r', expiresAt: null, scope: null }),
          reads: {
            guilds: { url: `${provider.url}/users/@me/guilds`, lifeSeconds: 300 },
            profile: { url: `${provider.url}/users/@me`, lifeSeconds: 300, headers: { 'X-More': 'yes' } },
          },
        },
      ],
      clients,
      cache,
    })
  }

  let identity: Identity
  let before = 0
  const asked = () => provider.requests.length - before
  beforeEach(async () => {
    for (const { id } of await rig.database.identities.listOfUser(rig.userId))
      await rig.database.identities.remove(rig.userId, id)
    identity = await link()
    provider.say(saying(200, guilds))
    before = provider.requests.length
  })
  const link = async (grantedAt = rig.database.clock.now()): Promise<Identity> => {
    const made = { ...sampleIdentity(rig.userId), grantedAt }
    const tokens = { accessToken: 'access-0', refreshToken: 'refresh-0', expiresAt: null, scope: 'identify guilds' }
    const row = { ...made, tokens: sealTokens(rig.deps.keyring, made, tokens) }
    await rig.database.identities.insert(row)
    return row
  }
  const signOut = async () => {
    const session = await rig.insert()
    const now = await rig.now()
    await revokeSessions(rig.deps, [session.id], { reason: 'signed_out', now, context })
  }
  /** Answers once it is let go. */
  const held = (): { readonly said: Said; release(): void } => {
    let release = () => {}
    const said: Said = (request, response) => {
      release = () => saying(200, guilds)(request, response)
    }
    return { said, release: () => release() }
  }

  test('RES-3 a hundred reads at once cost one call, with the person’s token; then none while the answer is fresh', async () => {
    const { read } = node()
    const reads = await Promise.all(Array.from({ length: 100 }, () => read(rig.userId, 'discord', 'guilds')))
    for (const answer of reads) expect(answer).toMatchObject({ ok: true, value: guilds, isStale: false })
    expect(asked()).toBe(1)
    expect(provider.requests.at(-1)).toMatchObject({
      url: '/users/@me/guilds',
      headers: { authorization: 'Bearer access-0' },
    })
    // What one caller does to its value is not what another gets.
    const [first] = reads
    if (first?.ok) (first.value as object[]).length = 0
    rig.move(240_000)
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: guilds })
    expect(asked()).toBe(1)
    rig.move(61_000)
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, isStale: false })
    expect(asked()).toBe(2)
    await read(rig.userId, 'discord', 'profile')
    expect(provider.requests.at(-1)).toMatchObject({ url: '/users/@me', headers: { 'x-more': 'yes' } })
  })

  test('RES-3 while the provider is down, what it said within a day is given, and marked', async () => {
    const { read } = node()
    const fresh = await read(rig.userId, 'discord', 'guilds')
    const fetchedAt = fresh.ok ? fresh.fetchedAt : 0
    rig.move(hour)
    const stale = { ok: true, value: guilds, isStale: true, fetchedAt }
    for (const said of [
      saying(503),
      saying(200, '{"id": "1'),
      saying(200, ' '.repeat(2 ** 21)),
      saying(429),
      saying(302),
    ]) {
      provider.say(said)
      expect(await read(rig.userId, 'discord', 'guilds')).toEqual(stale)
    }
    rig.move(23 * hour)
    provider.say(saying(503))
    const gone = { ok: false, error: 'provider_unavailable' }
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject(gone)
    rig.move(minute)
    provider.say(saying(200, guilds))
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, isStale: false })
  })

  test('RES-3 a sign-out empties: neither fresh nor stale answers of before it are given, on any node', async () => {
    const [here, there] = [node(), node()]
    await here.read(rig.userId, 'discord', 'guilds')
    await there.read(rig.userId, 'discord', 'guilds')
    const calls = asked()
    await signOut()
    provider.say(saying(503))
    for (const { read } of [here, there])
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: false, error: 'provider_unavailable' })
    provider.say(saying(200, guilds))
    expect(await here.read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true })
    expect(asked()).toBeGreaterThan(calls)
  })

  test('RES-3 rows of ended sessions are cleaned up after a day: that is no sign-out, and revives nothing', async () => {
    const cleanUp = async () => rig.database.sessions.deleteEnded((await rig.now()) - 24 * hour, 1_000)
    await signOut()
    rig.move(24 * hour - minute)
    const { read } = node()
    await read(rig.userId, 'discord', 'guilds')
    rig.move(2 * minute)
    expect(await cleanUp()).toBeGreaterThan(0)
    await read(rig.userId, 'discord', 'guilds')
    expect(asked()).toBe(1)

    await signOut()
    rig.move(24 * hour + 1)
    expect(await cleanUp()).toBe(1)
    provider.say(saying(503))
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: false })
  })

  test('attack: an answer that was under way at a sign-out puts nothing back, and is not shared after it', async () => {
    const { read } = node()
    const answer = held()
    provider.say(answer.said, saying(200, [{ id: '2', name: 'After' }]))
    const first = read(rig.userId, 'discord', 'guilds')
    await expect.poll(asked).toBe(1)
    await signOut()
    // Asks by itself, while the other is still under way.
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: [{ name: 'After' }] })
    answer.release()
    expect(await first).toMatchObject({ ok: true, value: guilds })
    provider.say(saying(200, [{ id: '3', name: 'Anew' }]))
    expect(await read(rig.userId, 'discord', 'guilds')).not.toMatchObject({ value: guilds })
    expect(await node().read(rig.userId, 'discord', 'guilds')).not.toMatchObject({ value: guilds })
  })

  test('attack: nor at an unlink, nor when the account is then connected to another one', async () => {
    const { read } = node()
    const answer = held()
    provider.say(answer.said, saying(200, []))
    const first = read(rig.userId, 'discord', 'guilds')
    await expect.poll(asked).toBe(1)
    await rig.database.identities.remove(rig.userId, identity.id)
    expect(await read(rig.userId, 'discord', 'guilds')).toEqual({ ok: false, error: 'not_linked' })
    await link(identity.grantedAt)
    answer.release()
    await first
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: [] })
  })

  test('RES-3 consent anew empties: a sign-in with the provider brings another token', async () => {
    const { read } = node()
    await read(rig.userId, 'discord', 'guilds')
    rig.move(1_000)
    const now = await rig.now()
    await rig.database.identities.putTokens(identity.id, identity.tokens, now)
    await read(rig.userId, 'discord', 'guilds')
    expect(asked()).toBe(2)
  })

  test('OAU-7 a token that was refused is refreshed once, and the read goes on', async () => {
    provider.say(saying(401), saying(200, guilds))
    const { read } = node()
    expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: guilds })
    expect(provider.requests.slice(before).map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-0',
      'Bearer new',
    ])
  })

  test.each([401, 403])(
    'RES-3 %i to a good token: consent is needed, and it is not asked again at each read',
    async (status) => {
      provider.say(saying(status))
      const { read } = node()
      const consentNeeded = { ok: false, error: 'consent_needed' }
      expect(await read(rig.userId, 'discord', 'guilds')).toEqual(consentNeeded)
      const calls = asked()
      for (let each = 0; each < 10; each += 1)
        expect(await read(rig.userId, 'discord', 'guilds')).toEqual(consentNeeded)
      expect(asked()).toBe(calls)
      provider.say(saying(200, guilds))
      const now = (await rig.now()) + 1
      await rig.database.identities.putTokens(identity.id, identity.tokens, now)
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true })
    },
  )

  test.each([404, 400, 410])(
    'attack: RES-3 %i is not answered with the yes of before, by which who has left would stay in: it is kept as a no, never stale',
    async (status) => {
      const { read } = node()
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: guilds })
      rig.move(301_000)
      provider.say(saying(status))
      const refused = { ok: false, error: 'refused', status }
      expect(await read(rig.userId, 'discord', 'guilds')).toEqual(refused)
      const calls = asked()
      rig.move(240_000)
      expect(await read(rig.userId, 'discord', 'guilds')).toEqual(refused)
      expect(asked()).toBe(calls)
      // Nor does the old yes come back while the provider is down; nor is the no given for one that is asked anew.
      rig.move(301_000)
      provider.say(saying(503))
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: false, error: 'provider_unavailable' })
      provider.say(saying(200, guilds))
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, isStale: false })
    },
  )

  test('attack: RES-3 a no that comes with a count that is used up is a no', async () => {
    const { read } = node()
    await read(rig.userId, 'discord', 'guilds')
    rig.move(301_000)
    provider.say(saying(403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.5' }))
    expect(await read(rig.userId, 'discord', 'guilds')).toEqual({ ok: false, error: 'consent_needed' })
  })

  test('RES-3 a limit that is said with 403 is no refusal', async () => {
    provider.say(saying(403, {}, { 'x-ratelimit-remaining': '0' }))
    expect(await node().read(rig.userId, 'discord', 'guilds')).toMatchObject({ error: 'provider_unavailable' })
  })

  test('RES-3 a large answer is given, and not kept', async () => {
    provider.say(saying(200, JSON.stringify(['x'.repeat(300_000)])))
    const { read } = node()
    for (const calls of [1, 2]) {
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true })
      expect(asked()).toBe(calls)
    }
  })

  test('RES-3 S-90 without a cache every read asks, and none fails', async () => {
    const { read } = node({ cache: createRedisProviderCache({ url: 'redis://127.0.0.1:1', log: silentLog }) })
    for (const calls of [1, 2]) {
      expect(await read(rig.userId, 'discord', 'guilds')).toMatchObject({ ok: true, value: guilds })
      expect(asked()).toBe(calls)
    }
  })

  test('RES-3 who is not linked is told so; a provider or read that is not there is the developer’s mistake', async () => {
    const { read } = node()
    await rig.database.identities.remove(rig.userId, identity.id)
    expect(await read(rig.userId, 'discord', 'guilds')).toEqual({ ok: false, error: 'not_linked' })
    await expect(read(rig.userId, 'github', 'profile')).rejects.toThrow(
      'there is no provider "github": here are discord',
    )
    await expect(read(rig.userId, 'discord', 'toString')).rejects.toThrow('here are guilds, profile')
    expect(asked()).toBe(0)
  })
})
