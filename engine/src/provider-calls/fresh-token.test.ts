import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTokens, sealTokens, type Tokens } from '../identities/sealed-tokens.ts'
import type { Identity } from '../identities/store.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { openRig, type Rig } from '../sessions/rig.suite.ts'
import type { Database } from '../stores/database.ts'
import { places, sampleIdentity } from '../stores/samples.suite.ts'
import { type FreshTokenDeps, freshToken, leaseMs, type RefreshTokens } from './fresh-token.ts'
import { ProviderCallError } from './provider-fetch.ts'

const minute = 60_000

/** A provider that rotates refresh tokens: one that is used a second time ends them all. */
const rotating = () => {
  let [count, current, isRevoked] = [0, 'refresh-0', false]
  const refresh: RefreshTokens = async (refreshToken) => {
    count += 1
    const number = count
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (isRevoked || refreshToken !== current) {
      isRevoked = true
      return null
    }
    current = `refresh-${number}`
    return { accessToken: `access-${number}`, refreshToken: current, expiresAt: 1e15, scope: null }
  }
  return { refresh, count: () => count, current: () => current, isRevoked: () => isRevoked }
}

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let rig: Rig
  let other: Database
  beforeAll(async () => {
    rig = await openRig(kind)
    other = rig.second()
  })
  afterAll(() => rig?.close())

  const depsOf = (database: Database): FreshTokenDeps => ({
    ...rig.deps,
    ...database,
    alarm: () => {},
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 10)),
  })
  const insert = async (changes: Partial<Tokens> = {}): Promise<Identity> => {
    const identity = sampleIdentity(rig.userId)
    const tokens = {
      accessToken: 'access-0',
      refreshToken: 'refresh-0',
      expiresAt: rig.database.clock.now(),
      scope: 'identify',
      ...changes,
    }
    const row = { ...identity, tokens: sealTokens(rig.deps.keyring, identity, tokens) }
    await rig.database.identities.insert(row)
    return row
  }
  const read = async (identity: Identity) => (await rig.database.identities.findBySubject(identity)) as Identity
  const tokensOf = async (identity: Identity) => openTokens(rig.deps.keyring, await read(identity))
  const input = (refresh: RefreshTokens, leftMs = 10_000) => ({ refresh, leftMs: () => leftMs })
  const inMinutes = (minutes: number) => rig.database.clock.now() + minutes * minute

  test('OAU-7 fifty calls on two nodes refresh once, and all go on with the new token', async () => {
    const identity = await insert()
    const provider = rotating()
    const calls = Array.from({ length: 50 }, (_, index) =>
      freshToken(depsOf(index % 2 ? other : rig.database), identity, input(provider.refresh)),
    )
    expect(new Set((await Promise.all(calls)).map((token) => (token.ok ? token.accessToken : token.error)))).toEqual(
      new Set(['access-1']),
    )
    expect(provider.count()).toBe(1)
    expect(provider.isRevoked()).toBe(false)
    expect(await tokensOf(identity)).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      expiresAt: 1e15,
      scope: 'identify',
    })
    expect((await read(identity)).refreshingUntil).toBeNull()
  })

  test('OAU-7 a token is refreshed a minute before its end, and not before; one without an end never', async () => {
    const cases = [
      [{ expiresAt: inMinutes(2) }, 'access-0', 0],
      [{ expiresAt: null }, 'access-0', 0],
      [{ expiresAt: inMinutes(0.9), refreshToken: null }, 'access-0', 0],
      [{ expiresAt: inMinutes(0.9) }, 'access-1', 1],
    ] as const
    for (const [tokens, accessToken, count] of cases) {
      const provider = rotating()
      const identity = await insert(tokens)
      expect(await freshToken(depsOf(rig.database), identity, input(provider.refresh))).toEqual({
        ok: true,
        accessToken,
      })
      expect(provider.count()).toBe(count)
    }
  })

  test('OAU-7 one that was refused is refreshed whatever its end', async () => {
    const identity = await insert({ expiresAt: inMinutes(60) })
    const { refresh } = rotating()
    const refused = { ...input(refresh), refused: 'access-0' }
    expect(await freshToken(depsOf(rig.database), identity, refused)).toEqual({ ok: true, accessToken: 'access-1' })
    // Another that was refused with it finds the new one.
    expect(await freshToken(depsOf(other), identity, refused)).toEqual({ ok: true, accessToken: 'access-1' })
  })

  test('OAU-7 a provider that does not rotate keeps its refresh token, and its scope', async () => {
    const identity = await insert({ refreshToken: 'for ever' })
    const refresh = async () => ({ accessToken: 'new', refreshToken: null, expiresAt: 1e15, scope: null })
    await freshToken(depsOf(rig.database), identity, input(refresh))
    expect(await tokensOf(identity)).toMatchObject({ accessToken: 'new', refreshToken: 'for ever', scope: 'identify' })
  })

  test('OAU-7 invalid_grant: the tokens are dropped, and the person has to consent anew', async () => {
    for (const tokens of [{}, { expiresAt: inMinutes(0.5) }]) {
      const identity = await insert(tokens)
      const consentNeeded = { ok: false, error: 'consent_needed' }
      expect(
        await freshToken(
          depsOf(rig.database),
          identity,
          input(async () => null),
        ),
      ).toEqual(consentNeeded)
      expect((await read(identity)).tokens).toBeNull()
      const unasked = async () => expect.unreachable()
      expect(await freshToken(depsOf(other), await read(identity), input(unasked))).toEqual(consentNeeded)
    }
  })

  test('OAU-7 a token that is over and has no refresh token is dropped as well', async () => {
    const identity = await insert({ refreshToken: null })
    const unasked = async () => expect.unreachable()
    expect(await freshToken(depsOf(rig.database), identity, input(unasked))).toMatchObject({ error: 'consent_needed' })
    expect((await read(identity)).tokens).toBeNull()
  })

  test('OAU-7 a provider that is down costs no token; what is still good goes on', async () => {
    const down = async () => {
      throw new ProviderCallError({ error: 'provider_unavailable', retryAfterSeconds: 7 })
    }
    const over = await insert()
    const unavailable = { ok: false, error: 'provider_unavailable', retryAfterSeconds: 7 }
    expect(await freshToken(depsOf(rig.database), over, input(down))).toEqual(unavailable)
    expect(await tokensOf(over)).toMatchObject({ refreshToken: 'refresh-0' })
    // Its turn is given back at once.
    expect(await freshToken(depsOf(other), over, input(rotating().refresh))).toEqual({
      ok: true,
      accessToken: 'access-1',
    })

    const good = await insert({ expiresAt: inMinutes(0.5) })
    expect(await freshToken(depsOf(rig.database), good, input(down))).toEqual({ ok: true, accessToken: 'access-0' })
  })

  test('OAU-7 a node that died in the middle leaves it to another after its time; till then nobody asks', async () => {
    const identity = await insert()
    const now = rig.database.clock.now()
    expect(await rig.database.identities.beginRefresh(identity, now + leaseMs, now)).toBe(true)
    const provider = rotating()
    expect(await freshToken(depsOf(other), identity, input(provider.refresh, 100))).toMatchObject({
      error: 'provider_unavailable',
    })
    expect(provider.count()).toBe(0)
    // One that still is good for half a minute is used meanwhile.
    const good = await insert({ expiresAt: inMinutes(0.5) })
    expect(await rig.database.identities.beginRefresh(good, now + leaseMs, now)).toBe(true)
    expect(await freshToken(depsOf(other), good, input(provider.refresh, 100))).toEqual({
      ok: true,
      accessToken: 'access-0',
    })
    expect(provider.count()).toBe(0)
    rig.move(leaseMs)
    expect(await freshToken(depsOf(other), identity, input(provider.refresh))).toEqual({
      ok: true,
      accessToken: 'access-1',
    })
  })

  test('OAU-7 tokens of a sign-in that comes in the middle of a refresh stay, and are what is used', async () => {
    const identity = await insert()
    const signedIn = sealTokens(rig.deps.keyring, identity, {
      accessToken: 'from the sign-in',
      refreshToken: null,
      expiresAt: null,
      scope: null,
    })
    for (const renewed of [null, { accessToken: 'too late', refreshToken: 'r', expiresAt: null, scope: null }]) {
      await rig.database.identities.putTokens(identity.id, identity.tokens, 1)
      const refresh = async () => {
        await other.identities.putTokens(identity.id, signedIn, 2)
        return renewed
      }
      expect(await freshToken(depsOf(rig.database), identity, input(refresh))).toEqual({
        ok: true,
        accessToken: 'from the sign-in',
      })
      expect(await tokensOf(identity)).toMatchObject({ accessToken: 'from the sign-in' })
    }
  })

  test('OAU-7 an identity that is unlinked in the middle gets no tokens, and gives none', async () => {
    const identity = await insert()
    const refresh = async () => {
      await other.identities.remove(rig.userId, identity.id)
      return { accessToken: 'a', refreshToken: 'r', expiresAt: null, scope: null }
    }
    expect(await freshToken(depsOf(rig.database), identity, input(refresh))).toEqual({ ok: false, error: 'not_linked' })
  })

  test('OAU-7 new tokens outlast a moment in which the database can’t be reached', async () => {
    const identity = await insert()
    let outages = 2
    const { identities } = rig.database
    const failing: typeof identities = {
      ...identities,
      endRefresh: async (...given) => {
        outages -= 1
        // The first was committed all the same.
        if (outages === 1) await identities.endRefresh(...given)
        if (outages >= 0) throw new StoreUnavailableError('away')
        return identities.endRefresh(...given)
      },
    }
    const deps = { ...depsOf(rig.database), identities: failing }
    const provider = rotating()
    expect(await freshToken(deps, identity, input(provider.refresh))).toEqual({ ok: true, accessToken: 'access-1' })
    expect(provider.count()).toBe(1)
    expect(await tokensOf(identity)).toMatchObject({ refreshToken: 'refresh-1' })
  })

  test('OAU-7 a fault of ours gives the turn back, and is no refusal', async () => {
    const identity = await insert()
    const fault = async () => {
      throw new Error('a fault')
    }
    await expect(freshToken(depsOf(rig.database), identity, input(fault))).rejects.toThrow('a fault')
    expect(await read(identity)).toMatchObject({ refreshingUntil: null, tokens: identity.tokens })
  })
})
