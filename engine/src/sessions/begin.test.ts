import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import type { UserId } from '../primitives/ids.ts'
import { places, sampleAccount, sampleSession } from '../stores/samples.suite.ts'
import { beginSession } from './begin.ts'
import { parseRefreshToken } from './refresh-token.ts'
import { context, key, openRig, type Rig } from './rig.suite.ts'
import { samplePolicy } from './session-samples.suite.ts'
import type { SessionRow } from './store.ts'

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await openRig(kind)
  })
  afterAll(() => rig?.close())

  const newUser = async (): Promise<UserId> => {
    const account = sampleAccount()
    await rig.database.accounts.insert(account)
    return account.id
  }

  const begin = async (userId: UserId, perUser: number, ends: readonly SessionRow['id'][] = []) => {
    const now = await rig.now()
    const deps = { ...rig.deps, policy: { ...samplePolicy, perUser } }
    return rig.database.transact((stores) => beginSession(deps, stores, { userId, now, context, ends, boundKey: null }))
  }

  /** Live sessions last used so many minutes ago, in that order. */
  const used = async (userId: UserId, minutes: readonly number[]) => {
    const now = await rig.now()
    const rows = minutes.map((ago) =>
      sampleSession({
        userId,
        lastUsedAt: now - ago * 60_000,
        createdAt: now - 3_600_000,
        idleExpiresAt: now + 86_400_000,
        expiresAt: now + 86_400_000,
      }),
    )
    for (const row of rows) await rig.database.sessions.insert(row)
    return rows
  }

  test('TOK-2 TOK-3 a session begins as the protocol says', async () => {
    const userId = await newUser()
    const { session, refresh, now } = await begin(userId, 10)
    expect(await rig.read(session.id)).toEqual(session)
    expect(session).toMatchObject({
      userId,
      generation: 0,
      issue: 0,
      winner: null,
      previousWinner: null,
      durable: false,
      keyId: key.id,
      replaces: null,
      rotatedAt: now,
      issuedAt: now,
      createdAt: now,
      authenticatedAt: now,
      idleExpiresAt: now + samplePolicy.idleSeconds * 1000,
      expiresAt: now + samplePolicy.absoluteSeconds * 1000,
      ip: context.ip,
      userAgent: context.userAgent,
    })
    expect(parseRefreshToken(refresh.refreshToken)).toMatchObject({ sessionId: session.id, generation: 0, issue: 0 })
  })

  test('TOK-4 the least recently used end first, for the reason session_limit, and that is on record', async () => {
    const userId = await newUser()
    const [a, b, c, d] = (await used(userId, [5, 40, 1, 30])) as [SessionRow, SessionRow, SessionRow, SessionRow]
    const { ended } = await begin(userId, 3)
    expect([...ended].sort()).toEqual([b.id, d.id].sort())
    for (const { id } of [b, d]) expect(await rig.read(id)).toMatchObject({ revokedReason: 'session_limit' })
    for (const { id } of [a, c]) expect(await rig.read(id)).toMatchObject({ revokedAt: null })
    const entries = (await rig.entries('session:end')).filter(({ userId: whose }) => whose === userId)
    expect(entries).toHaveLength(2)
    for (const entry of entries) expect(entry.details).toEqual({ reason: 'session_limit' })
  })

  test.each([1, 2, 5])('TOK-4 at most %i at a time, however many begin one after the other', async (perUser) => {
    const userId = await newUser()
    for (let count = 0; count < 7; count += 1) await begin(userId, perUser)
    expect(await rig.database.sessions.listLive(userId, await rig.now())).toHaveLength(perUser)
  })

  test('TOK-4 unlimited ends none', async () => {
    const userId = await newUser()
    await used(
      userId,
      Array.from({ length: 25 }, (_, index) => index),
    )
    expect((await begin(userId, Number.POSITIVE_INFINITY)).ended).toEqual([])
    expect(await rig.database.sessions.listLive(userId, await rig.now())).toHaveLength(26)
  })

  test('TOK-4 what has ended anyway does not count', async () => {
    const userId = await newUser()
    const now = await rig.now()
    const ended = { lastUsedAt: now, createdAt: now }
    for (const row of [
      sampleSession({ userId, ...ended, idleExpiresAt: now - 1, expiresAt: now + 86_400_000 }),
      sampleSession({
        userId,
        ...ended,
        idleExpiresAt: now + 1,
        expiresAt: now + 1,
        revokedAt: now - 1,
        revokedReason: 'reuse',
      }),
    ])
      await rig.database.sessions.insert(row)
    const [live] = (await used(userId, [50])) as [SessionRow]
    await begin(userId, 2)
    expect(await rig.read(live.id)).toMatchObject({ revokedAt: null })
  })

  test('TOK-8 S-32 the sessions that the browser held end, whosever they are, and make room', async () => {
    const userId = await newUser()
    const someone = await rig.insert()
    const [held, other] = (await used(userId, [1, 60])) as [SessionRow, SessionRow]
    const { ended } = await begin(userId, 2, [held.id, someone.id])
    expect([...ended].sort()).toEqual([held.id, someone.id].sort())
    for (const { id } of [held, someone]) expect(await rig.read(id)).toMatchObject({ revokedReason: 'replaced' })
    expect(await rig.read(other.id)).toMatchObject({ revokedAt: null })
  })

  test('TOK-8 a browser that held an elevated session without proof ends the one behind it too', async () => {
    const userId = await newUser()
    const behind = await rig.insert()
    const held = await rig.insert({ replaces: behind.id, winner: null })
    await begin(userId, 10, [held.id])
    expect(await rig.read(behind.id)).toMatchObject({ revokedReason: 'replaced' })
  })

  test('I11 a session that could not be stored ends no other', async () => {
    const userId = await newUser()
    const [live] = (await used(userId, [1])) as [SessionRow]
    const now = await rig.now()
    const deps = { ...rig.deps, policy: { ...samplePolicy, perUser: 1 } }
    const begun = rig.database.transact((stores) =>
      beginSession(
        deps,
        {
          ...stores,
          sessions: {
            ...stores.sessions,
            insert: async () => {
              throw new Error('the disk is full')
            },
          },
        },
        { userId, now, context, ends: [], boundKey: null },
      ),
    )
    await expect(begun).rejects.toThrow('the disk is full')
    expect(await rig.read(live.id)).toMatchObject({ revokedAt: null })
  })

  test('TOK-9 the row and the token are made with one key, though the newest changes meanwhile', async () => {
    const userId = await newUser()
    const newer = deriveKeys('a secret that every node has just learnt')
    const keys = [key, newer]
    const keyring = { ...rig.deps.keyring, newest: () => keys.shift() ?? newer }
    const now = await rig.now()
    const { session, refresh } = await rig.database.transact((stores) =>
      beginSession({ ...rig.deps, keyring }, stores, { userId, now, context, ends: [], boundKey: null }),
    )
    expect(parseRefreshToken(refresh.refreshToken)?.keyId).toBe(session.keyId)
  })
})
