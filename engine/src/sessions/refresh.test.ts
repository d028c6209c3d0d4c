import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type RefreshDeps, type RefreshInput, refresh } from './refresh.ts'
import { deriveRefreshToken, fingerprintOf } from './refresh-token.ts'
import { context, key, openRig, type Rig } from './rig.suite.ts'
import type { SessionRow, SessionStore } from './store.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const input = (token: RefreshInput['token'], said: Partial<RefreshInput> = {}): RefreshInput => ({
  token,
  retry: undefined,
  settled: undefined,
  context,
  ...said,
})

/** The same dependencies with a session store that does something else here and there, in transactions too. */
const withStore = (changes: (store: SessionStore) => Partial<SessionStore>): RefreshDeps => {
  const altered = (store: SessionStore): SessionStore => ({ ...store, ...changes(store) })
  return {
    ...rig.deps,
    sessions: altered(rig.deps.sessions),
    transact: (work) => rig.deps.transact((stores) => work({ ...stores, sessions: altered(stores.sessions) })),
  }
}

const fork = async () => {
  const session = await rig.insert({ issue: 1, winner: 1 })
  return { session, token: rig.token(session, { issue: 0 }) }
}

describe('what is handed out', () => {
  test('the token is derived with the key of the session, and its fingerprint goes with it', async () => {
    const session = await rig.insert()
    const refreshed = await refresh(rig.deps, input(rig.token(session)))
    const token = deriveRefreshToken({ id: key.id, key: key.mac }, { sessionId: session.id, generation: 4, issue: 0 })
    expect(refreshed).toMatchObject({
      ok: true,
      refresh: { refreshToken: token, fingerprint: fingerprintOf(token) },
      fingerprint: fingerprintOf(token),
      session: { generation: 4, winner: null },
    })
  })

  test('where no refresh token is issued the fingerprint is that of the one presented', async () => {
    const session = await rig.insert({ age: 1000 })
    const token = rig.token(session)
    expect(await refresh(rig.deps, input(token))).toMatchObject({
      ok: true,
      refresh: null,
      fingerprint: fingerprintOf(token.token),
    })
  })

  test('TOK-2 the access token is of the generation after, and ends with the session at the latest', async () => {
    const session = await rig.insert()
    const refreshed = await refresh(rig.deps, input(rig.token(session)))
    if (!refreshed.ok) throw new Error('refused')
    expect(refreshed.access.accessToken).toMatch(/^4\.0\./)
    const now = await rig.now()
    const short = await rig.insert({ age: 1000, idleExpiresAt: now + 60_500, expiresAt: now + 90_000 })
    const last = await refresh(rig.deps, input(rig.token(short)))
    if (!last.ok) throw new Error('refused')
    expect(last.access.accessExpiresAt).toBeLessThanOrEqual(short.idleExpiresAt)
    expect(last.access.accessExpiresAt % 1000).toBe(0)
  })

  test('retry and settled count only where they are the fingerprint of the token presented', async () => {
    const other = '0123456789abcdef'
    const stale = await rig.insert({ age: 1000, durable: false })
    const old = rig.token(stale, { generation: 2 })
    expect(await refresh(rig.deps, input(old, { retry: other }))).toMatchObject({ error: 'stale_token' })
    expect(await refresh(rig.deps, input(old, { retry: fingerprintOf(old.token) }))).toMatchObject({ ok: true })

    const fresh = await rig.insert({ durable: false })
    const token = rig.token(fresh)
    expect(await refresh(rig.deps, input(token, { settled: other }))).toMatchObject({ refresh: null })
    expect(await refresh(rig.deps, input(token, { settled: fingerprintOf(token.token) }))).toMatchObject({
      session: { generation: 4 },
    })
  })

  test('a session that is not there is over, for no known reason', async () => {
    const gone = rig.token({ ...(await rig.insert()), id: 'AAAAAAAAAAAAAAAAAAAAAA' as SessionRow['id'] })
    expect(await refresh(rig.deps, input(gone))).toEqual({
      ok: false,
      error: 'session_ended',
      reason: 'unknown',
      fingerprint: fingerprintOf(gone.token),
    })
  })
})

describe('a row that changes under the request', () => {
  test('I1 what was read is decided again, and the second decision is the one that counts', async () => {
    const session = await rig.insert()
    let raced = false
    const deps = withStore((store) => ({
      find: async (id) => {
        const found = await store.find(id)
        // Between the reading and the writing another request rotates.
        if (!raced) {
          raced = true
          expect(await refresh(rig.deps, input(rig.token(session)))).toMatchObject({ session: { generation: 4 } })
        }
        return found
      },
    }))
    expect(await refresh(deps, input(rig.token(session)))).toMatchObject({
      ok: true,
      session: { generation: 4, issue: 0 },
      refresh: { refreshToken: rig.token(session, { generation: 4, issue: 0 }).token },
    })
    expect(await rig.read(session.id)).toMatchObject({ generation: 4, issue: 0 })
  })

  test('PROTOCOL 7 PROTOCOL 11 I1 a sign-out between the reading and the writing wins', async () => {
    const session = await rig.insert()
    const deps = withStore((store) => ({
      find: async (id) => {
        const found = await store.find(id)
        await store.revoke([id], 'signed_out', found.now)
        return found
      },
    }))
    expect(await refresh(deps, input(rig.token(session)))).toMatchObject({
      error: 'session_ended',
      reason: 'signed_out',
    })
    expect(await rig.read(session.id)).toMatchObject({ generation: 3, revokedReason: 'signed_out' })
  })

  test('I1 what keeps changing is given up after three tries: 503, and nothing was handed out', async () => {
    const session = await rig.insert()
    let tries = 0
    const deps = withStore(() => ({
      change: async () => {
        tries += 1
        return false
      },
    }))
    await expect(refresh(deps, input(rig.token(session)))).rejects.toThrow(UnavailableError)
    expect(tries).toBe(3)
    expect(await rig.read(session.id)).toEqual(session)
  })

  test('a fork is decided anew where the row changed: an honest change wins the race', async () => {
    const session = await rig.insert({ issue: 1, winner: 0, durable: false, age: 1000 })
    // Read as a fork; meanwhile the owner of the other sibling asked with a right retry, which voids the proof.
    let raced = false
    const deps = withStore((store) => ({
      find: async (id) => {
        const found = await store.find(id)
        if (!raced) {
          raced = true
          const old = rig.token(session, { generation: 2, issue: 0 })
          const sibling = await refresh(rig.deps, input(old, { retry: fingerprintOf(old.token) }))
          expect(sibling).toMatchObject({ session: { issue: 2, winner: null } })
        }
        return found
      },
    }))
    expect(await refresh(deps, input(rig.token(session, { issue: 1 })))).toMatchObject({ ok: true })
    expect(await rig.read(session.id)).toMatchObject({ revokedAt: null, winner: 1 })
  })
})

describe('reuse', () => {
  test('PROTOCOL 7 I1 H-11 the end is committed and on record before the refusal is given', async () => {
    const { session, token } = await fork()
    expect(await refresh(rig.deps, input(token))).toEqual({
      ok: false,
      error: 'session_ended',
      reason: 'reuse',
      fingerprint: fingerprintOf(token.token),
    })
    expect(await rig.read(session.id)).toMatchObject({
      revokedReason: 'reuse',
      winner: 1,
      lastUsedAt: session.lastUsedAt,
    })
    const [entry] = (await rig.entries('session:reuse')).filter(({ resourceId }) => resourceId === session.id)
    expect(entry).toMatchObject({
      ip: context.ip,
      userId: rig.userId,
      details: { row: 4, generation: 3, presented: 3 },
    })
    expect(rig.told).toContainEqual({ kind: 'session', id: session.id })
    expect(rig.logged).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ event: 'session_reuse', session: session.id }),
      }),
    )
  })

  test('I11 where the end can be neither committed nor put on record the caller gets a fault, not a refusal', async () => {
    for (const broken of ['revoke', 'audit'] as const) {
      const { session, token } = await fork()
      const fail = async () => {
        throw new Error('the disk is full')
      }
      const deps: RefreshDeps = {
        ...rig.deps,
        transact: (work) =>
          rig.deps.transact((stores) =>
            work(
              broken === 'revoke'
                ? { ...stores, sessions: { ...stores.sessions, revoke: fail } }
                : { ...stores, audit: { ...stores.audit, append: fail } },
            ),
          ),
      }
      await expect(refresh(deps, input(token))).rejects.toThrow('the disk is full')
      expect(await rig.read(session.id)).toMatchObject({ revokedAt: null })
      // The next request finds the fork again.
      expect(await refresh(rig.deps, input(token))).toMatchObject({ reason: 'reuse' })
    }
  })

  test('PROTOCOL 7 PROTOCOL 11 the end stands where the other nodes could not be told', async () => {
    const { session, token } = await fork()
    const channel = {
      ...rig.deps.channel,
      publish: async () => {
        throw new Error('no channel')
      },
    }
    expect(await refresh({ ...rig.deps, channel }, input(token))).toMatchObject({ reason: 'reuse' })
    expect(await rig.read(session.id)).toMatchObject({ revokedReason: 'reuse' })
  })
})

describe('repairs', () => {
  test('PROTOCOL row 3: lost commits are on record at their time, in the transaction of the change', async () => {
    const session = await rig.insert({ lastUsedAt: 1 })
    const ahead = rig.token(session, { generation: 5, issue: 1 })
    const before = await rig.now()
    expect(await refresh(rig.deps, input(ahead))).toMatchObject({ ok: true, refresh: null })
    const [entry] = (await rig.entries('session:commits-lost')).filter(({ resourceId }) => resourceId === session.id)
    expect(entry).toMatchObject({ details: { row: 3, generation: 3, presented: 5 }, ip: context.ip })
    expect(entry?.at).toBeGreaterThanOrEqual(before)
  })

  test('I11 a repair that cannot be put on record is not made', async () => {
    const session = await rig.insert()
    const deps: RefreshDeps = {
      ...rig.deps,
      transact: (work) =>
        rig.deps.transact((stores) =>
          work({
            ...stores,
            audit: {
              ...stores.audit,
              append: async () => {
                throw new Error('no record')
              },
            },
          }),
        ),
    }
    await expect(refresh(deps, input(rig.token(session, { generation: 5 })))).rejects.toThrow('no record')
    expect(await rig.read(session.id)).toEqual(session)
  })

  test('PROTOCOL row 6: the third sibling raises an alert, the second does not', async () => {
    for (const [issue, alerts] of [
      [1, 0],
      [2, 1],
    ] as const) {
      const session = await rig.insert({ issue, winner: null, durable: false })
      expect(await refresh(rig.deps, input(rig.token(session, { generation: 2, issue: 0 })))).toMatchObject({
        ok: true,
      })
      const found = (await rig.entries('session:many-siblings')).filter(({ resourceId }) => resourceId === session.id)
      expect(found).toHaveLength(alerts)
    }
  })
})

describe('a node that cannot make the answer', () => {
  test('TOK-9 the key of the session is not known here: 503 before anything is written', async () => {
    const session = await rig.insert({ keyId: 'elsewhere-1', winner: null, durable: false })
    await expect(refresh(rig.deps, input(rig.token(session, { generation: 2, issue: 0 })))).rejects.toThrow(
      UnavailableError,
    )
    expect(await rig.read(session.id)).toEqual(session)
  })

  test('no signing key: nothing was rotated', async () => {
    const session = await rig.insert()
    const accessTokens = {
      ...rig.deps.accessTokens,
      sign: async () => {
        throw new UnavailableError('there is no signing key')
      },
    }
    await expect(refresh({ ...rig.deps, accessTokens }, input(rig.token(session)))).rejects.toThrow(UnavailableError)
    expect(await rig.read(session.id)).toEqual(session)
  })
})
