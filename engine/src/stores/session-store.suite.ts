import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Email } from '../accounts/email.ts'
import { toBoundKey } from '../binding/bound-key.ts'
import { createSessionId, type SessionId, type UserId } from '../primitives/ids.ts'
import type { SessionChange, SessionRow } from '../sessions/store.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount, sampleSession } from './samples.suite.ts'

export const sessionStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const newUser = async (): Promise<UserId> => {
    const account = sampleAccount()
    await db.one.accounts.insert(account)
    return account.id
  }
  const newSession = async (changes: Partial<SessionRow> = {}): Promise<SessionRow> => {
    const session = sampleSession({ userId: changes.userId ?? (await newUser()), ...changes })
    await db.one.sessions.insert(session)
    return session
  }
  const read = async (id: SessionId) => (await db.one.sessions.find(id)).session

  test('a session comes back as it was written, every field of it', async () => {
    const full: Partial<SessionRow> = {
      generation: 3,
      issue: 2,
      winner: 1,
      previousWinner: 0,
      durable: true,
      secondFactor: true,
      boundKey: toBoundKey('dpop', { x: 'x'.repeat(43), y: 'y'.repeat(43) }),
      replaces: createSessionId(),
    }
    for (const changes of [{}, full, { ip: null, userAgent: null }]) {
      const session = await newSession(changes)
      expect(await read(session.id)).toStrictEqual(session)
    }
  })

  test('I10 the time is told with the session, and where there is none', async () => {
    const before = Date.now()
    const { id } = await newSession()
    const found = await db.one.sessions.find(id)
    const missing = await db.one.sessions.find(createSessionId())
    expect(missing.session).toBeNull()
    for (const { now } of [found, missing, await db.one.sessions.findMany([])]) {
      expect(Number.isSafeInteger(now)).toBe(true)
      expect(now).toBeGreaterThanOrEqual(before - 1)
      expect(now).toBeLessThanOrEqual(Date.now() + 1)
    }
  })

  test('ACC-9 a look-up of sessions says which version each account has: another one after every change, by whatever clock', async () => {
    const [session, other] = await Promise.all([newSession(), newSession()])
    const ids = [session.id, other.id, createSessionId()]
    const { userId } = session
    const read = await db.one.accounts.findById(userId)
    if (!read) throw new Error('the account is there')
    const changes: readonly (() => Promise<boolean>)[] = [
      () => db.one.accounts.setProfile(read, { name: read.name, locale: 'fr' }, 5_000),
      () => db.one.accounts.setEmailVerified(userId, 5_000),
      () => db.one.accounts.replacePassword(userId, null, 'new', 4_000),
      () => db.one.accounts.confirmPassword(userId, 'new', 'upgraded', 4_000),
      () =>
        db.one.accounts.changeEmail(read, { address: 'new@example.org', key: `${userId}@example.org` } as Email, 3_000),
      () => db.one.accounts.setActive(userId, false, 5_000),
    ]
    const seen = new Set<number>()
    for (const change of [async () => true, ...changes]) {
      expect(await change()).toBe(true)
      const { sessions, versions } = await db.one.sessions.findManyWithVersions(ids)
      expect(sessions.map(({ id }) => id).sort()).toEqual([session.id, other.id].sort())
      expect(versions.get(userId)).toBe((await db.one.accounts.findById(userId))?.updatedAt)
      seen.add(versions.get(userId) as number)
    }
    expect(seen.size).toBe(changes.length + 1)
  })

  test('many sessions are found at once, without those that are not there', async () => {
    const sessions = await Promise.all([newSession(), newSession(), newSession()])
    const { sessions: found } = await db.one.sessions.findMany([...sessions.map(({ id }) => id), createSessionId()])
    expect(found.map(({ id }) => id).sort()).toEqual(sessions.map(({ id }) => id).sort())
    const tooMany = Array.from({ length: 1_001 }, createSessionId)
    await expect(db.one.sessions.findMany(tooMany)).rejects.toThrow(RangeError)
    await expect(db.one.sessions.findManyWithVersions(tooMany)).rejects.toThrow(RangeError)
    await expect(db.one.sessions.revoke(tooMany, 'signed_out', 1)).rejects.toThrow(RangeError)
  })

  test('a session of nobody is refused', async () => {
    await expect(db.one.sessions.insert(sampleSession({ userId: sampleAccount().id }))).rejects.toThrow()
  })

  const changes: SessionChange = {
    generation: 1,
    issue: 4,
    winner: 0,
    previousWinner: 2,
    rotatedAt: 2_000,
    issuedAt: 2_001,
    durable: true,
    keyId: 'key-2',
    idleExpiresAt: 11_000,
    replaces: createSessionId(),
  }

  test('I1 a change writes what it names, and nothing else but the last use', async () => {
    const session = await newSession()
    expect(await db.one.sessions.change(session, { winner: 0 }, 5_000)).toBe(true)
    expect(await read(session.id)).toEqual({ ...session, winner: 0, lastUsedAt: 5_000 })
    const next = (await read(session.id)) as SessionRow
    expect(await db.one.sessions.change(next, changes, 6_000)).toBe(true)
    expect(await read(session.id)).toEqual({ ...session, ...changes, lastUsedAt: 6_000 })
  })

  test.each(Object.keys(changes) as (keyof SessionChange)[])(
    'I1 no change where %s is no longer as it was read',
    async (field) => {
      const session = await newSession()
      expect(await db.one.sessions.change(session, { [field]: changes[field] }, 5_000)).toBe(true)
      expect(await db.other.sessions.change(session, { issue: 9 }, 6_000)).toBe(false)
      expect(await read(session.id)).toEqual({ ...session, [field]: changes[field], lastUsedAt: 5_000 })
    },
  )

  test('I1 of parallel changes of one read, one wins', async () => {
    const session = await newSession()
    const done = await atOnce(50, [db.one, db.other], ({ sessions }, index) =>
      sessions.change(session, { issue: index + 1 }, 5_000),
    )
    expect(countOf(done, true)).toBe(1)
    expect((await read(session.id))?.issue).toBe(done.indexOf(true) + 1)
  })

  test('I1 revocation is terminal: no change after it, and the first reason stays', async () => {
    const session = await newSession()
    expect(await db.one.sessions.revoke([session.id], 'signed_out', 3_000)).toStrictEqual([
      { id: session.id, userId: session.userId },
    ])
    expect(await db.other.sessions.change(session, { winner: 0 }, 4_000)).toBe(false)
    expect(await db.other.sessions.revoke([session.id, createSessionId()], 'reuse', 5_000)).toEqual([])
    expect(await read(session.id)).toEqual({ ...session, revokedAt: 3_000, revokedReason: 'signed_out' })
  })

  test('I1 TOK-5 a revocation that meets a change on its way waits for it, then ends the session', async () => {
    const session = await newSession()
    const changing = db.one.transact(async ({ sessions }) => {
      const changed = await sessions.change(session, { winner: 0 }, 5_000)
      await wait(100)
      return changed
    })
    await wait(30)
    const [changed, revoked] = await Promise.all([
      changing,
      db.other.sessions.revoke([session.id], 'signed_out', 6_000),
    ])
    expect(changed).toBe(true)
    expect(revoked).toHaveLength(1)
    expect(await read(session.id)).toEqual({
      ...session,
      winner: 0,
      lastUsedAt: 5_000,
      revokedAt: 6_000,
      revokedReason: 'signed_out',
    })
  })

  test('I1 a change that meets a revocation on its way changes nothing', async () => {
    const session = await newSession()
    const revoking = db.one.transact(async ({ sessions }) => {
      const revoked = await sessions.revokeAllOfUser(session.userId, 'password_changed', 5_000, null)
      await wait(100)
      return revoked
    })
    await wait(30)
    const [revoked, changed] = await Promise.all([revoking, db.other.sessions.change(session, { winner: 0 }, 6_000)])
    expect(revoked).toHaveLength(1)
    expect(changed).toBe(false)
    expect((await read(session.id))?.winner).toBeNull()
  })

  test('TOK-5 under a storm of changes a revocation never gets lost', async () => {
    const userId = await newUser()
    const sessions = await Promise.all(Array.from({ length: 20 }, () => newSession({ userId })))
    const storm = atOnce(100, [db.one, db.other], async (database, index) => {
      const { session } = await database.sessions.find((sessions[index % 20] as SessionRow).id)
      if (session) await database.sessions.change(session, { issue: session.issue + 1 }, 5_000)
    })
    const ids = sessions.map(({ id }) => id)
    const revoked = await Promise.all([
      db.one.sessions.revoke(ids, 'signed_out', 6_000),
      db.other.sessions.revokeAllOfUser(userId, 'password_changed', 6_000, null),
      db.one.sessions.revoke(ids.toReversed(), 'reuse', 6_000),
    ])
    await storm
    expect(revoked.flat()).toHaveLength(20)
    expect((await db.one.sessions.findMany(ids)).sessions.filter(({ revokedAt }) => revokedAt === null)).toEqual([])
  })

  test('TOK-5 all sessions of a user end, but the one excepted and those of others', async () => {
    const userId = await newUser()
    const [kept, ended] = [await newSession({ userId }), await newSession({ userId })]
    const foreign = await newSession()
    expect(await db.one.sessions.revokeAllOfUser(userId, 'signed_out_everywhere', 3_000, kept.id)).toEqual([
      { id: ended.id, userId },
    ])
    expect((await read(kept.id))?.revokedAt).toBeNull()
    expect((await read(foreign.id))?.revokedAt).toBeNull()
    expect(await db.one.sessions.revokeAllOfUser(userId, 'account_disabled', 4_000, null)).toEqual([
      { id: kept.id, userId },
    ])
  })

  test('TOK-4 those above the limit end, the least recently used; what was over already and those of others stay', async () => {
    const userId = await newUser()
    const now = 8_000
    const oldest = await newSession({ userId, lastUsedAt: 2_000 })
    const old = await newSession({ userId, lastUsedAt: 3_000 })
    const recent = await newSession({ userId, lastUsedAt: 4_000 })
    const over = await newSession({ userId, lastUsedAt: 5_000, idleExpiresAt: now - 1 })
    const foreign = await newSession({ lastUsedAt: 1_000 })
    expect(await db.one.sessions.revokeAbove(userId, 3, 'session_limit', now)).toEqual([])
    const ended = await db.one.sessions.revokeAbove(userId, 1, 'session_limit', now)
    expect(ended.map(({ id }) => id).toSorted()).toEqual([oldest.id, old.id].toSorted())
    for (const { id } of [recent, over, foreign]) expect((await read(id))?.revokedAt).toBeNull()
    expect(await db.one.sessions.revokeAbove(userId, 0, 'session_limit', now)).toEqual([{ id: recent.id, userId }])
  })

  test('TOK-7 live sessions are listed, the last used first', async () => {
    const userId = await newUser()
    const now = 8_000
    const early = await newSession({ userId, lastUsedAt: 2_000 })
    const late = await newSession({ userId, lastUsedAt: 3_000 })
    await newSession({ userId, idleExpiresAt: now - 1 })
    await newSession({ userId, expiresAt: now - 1 })
    const atItsEnd = await newSession({ userId, lastUsedAt: 1_000, idleExpiresAt: now })
    const revoked = await newSession({ userId })
    await db.one.sessions.revoke([revoked.id], 'signed_out', now + 1)
    const listed = await db.one.sessions.listLive(userId, now)
    expect(listed.map(({ id }) => id)).toEqual([late.id, early.id, atItsEnd.id])
    expect(listed[0]).toStrictEqual(late)
  })

  test('S-38 live sessions of everyone, of a user, from an address: the newest first, page by page, each once', async () => {
    const [userId, now] = [await newUser(), 8_000]
    // Two of each were begun in the same millisecond; the last use changes nothing, or a page would miss some.
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        newSession({
          ...{ userId, createdAt: 2_000_000 + Math.floor(index / 2), lastUsedAt: 9_000 - index },
          ip: index % 2 === 0 ? '203.0.113.1' : '203.0.113.2',
        }),
      ),
    )
    const elsewhere = await newSession({ createdAt: 2_000_009, ip: '203.0.113.1' })
    await newSession({ userId, createdAt: 2_000_001, idleExpiresAt: now - 1 })
    const revoked = await newSession({ userId, createdAt: 2_000_001 })
    await db.one.sessions.revoke([revoked.id], 'signed_out', 1)
    const pages = async (filter: { userId?: UserId; ip?: string }, enough = 100) => {
      const ids: SessionId[] = []
      for (let after: { at: number; id: string } | null = null; ids.length < enough; ) {
        const page = await db.one.sessions.listEveryones({ ...filter, after, limit: 2, now })
        ids.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        if (!last) break
        after = { at: last.createdAt, id: last.id }
      }
      return ids.slice(0, enough)
    }
    const newest = made.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
    expect(await pages({ userId })).toEqual(newest)
    expect(await pages({}, 7)).toEqual([elsewhere.id, ...newest])
    const near = new Set(made.filter(({ ip }) => ip === '203.0.113.1').map(({ id }) => id))
    expect(await pages({ ip: '203.0.113.1' })).toEqual([elsewhere.id, ...newest.filter((id) => near.has(id))])
    expect(await pages({ userId, ip: '203.0.113.1' })).toEqual(newest.filter((id) => near.has(id)))
    expect(await pages({ ip: '203.0.113.3' })).toEqual([])
  })

  test('TOK-10 sessions that ended are removed in batches, whatever ended them; the others stay', async () => {
    await db.one.sessions.deleteEnded(Number.MAX_SAFE_INTEGER, 100_000)
    const userId = await newUser()
    const idle = await newSession({ userId, idleExpiresAt: 4_999 })
    const expired = await newSession({ userId, idleExpiresAt: 9_000, expiresAt: 4_998 })
    const revoked = await newSession({ userId })
    await db.one.sessions.revoke([revoked.id], 'signed_out', 4_997)
    const live = await newSession({ userId, idleExpiresAt: 5_000 })
    expect(await db.one.sessions.deleteEnded(5_000, 2)).toBe(2)
    expect(await db.one.sessions.deleteEnded(5_000, 2)).toBe(1)
    expect(await db.one.sessions.deleteEnded(5_000, 2)).toBe(0)
    const { sessions } = await db.one.sessions.findMany([idle.id, expired.id, revoked.id, live.id])
    expect(sessions).toEqual([live])
  })

  test('TOK-10 two nodes that clean up at once remove each session once', async () => {
    await db.one.sessions.deleteEnded(Number.MAX_SAFE_INTEGER, 100_000)
    const userId = await newUser()
    await Promise.all(Array.from({ length: 40 }, () => newSession({ userId, idleExpiresAt: 2_000 })))
    const removed = await atOnce(8, [db.one, db.other], ({ sessions }) => sessions.deleteEnded(5_000, 10))
    const rest = await db.one.sessions.deleteEnded(5_000, 100)
    expect(removed.reduce((sum, each) => sum + each, rest)).toBe(40)
  })

  test('every session of everyone is ended, and counted', async () => {
    const { id } = await newSession()
    await db.one.sessions.revokeEveryones('ended_by_operator', 3_000)
    expect((await read(id))?.revokedReason).toBe('ended_by_operator')
    await Promise.all([newSession(), newSession()])
    expect(await db.one.sessions.revokeEveryones('ended_by_operator', 4_000)).toBe(2)
    expect(await db.one.sessions.revokeEveryones('ended_by_operator', 5_000)).toBe(0)
  })
}
