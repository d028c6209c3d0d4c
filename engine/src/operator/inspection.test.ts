import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { UserId } from '../primitives/ids.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places, sampleAccount, sampleIdentity, sampleSession } from '../stores/samples.suite.ts'
import { createInspection } from './inspection.ts'

const hourMs = 3_600_000
const now = Date.UTC(2026, 10, 21, 12)

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let userId: UserId
  beforeEach(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    const account = sampleAccount()
    await database.accounts.insert(account)
    userId = account.id
  })
  afterEach(() => place?.remove())

  const inspect = (cleanUpAt = '0 2 * * *') =>
    createInspection({
      ...database,
      postman: null,
      keyring: { ids: () => ['new', 'old'] },
      clock: { now: () => now },
      cleanUpAt,
    })()
  const session = (changes: Partial<ReturnType<typeof sampleSession>>) =>
    database.sessions.insert(
      sampleSession({ userId, idleExpiresAt: now + hourMs, expiresAt: now + 20 * hourMs, ...changes }),
    )

  test('OPS-3 TOK-9 secrets that are not here, and that sessions, apps or tokens are under', async () => {
    await session({ keyId: 'new' })
    await session({ keyId: 'old' })
    await session({ keyId: 'over', idleExpiresAt: now - 1 })
    await session({ keyId: 'revoked', revokedAt: now - 1, revokedReason: 'signed_out' })
    await database.identities.insert(sampleIdentity(userId))
    expect((await inspect()).lostKeyIds).toEqual([])
    await session({ keyId: 'of a session' })
    await session({ keyId: 'of a session' })
    await database.totp.put({ userId, sealed: 's', keyId: 'of an app', lastStep: 0, createdAt: now })
    const tokens = { sealed: 's', keyId: 'of tokens', expiresAt: null }
    await database.identities.insert({ ...sampleIdentity(userId), tokens })
    expect([...(await inspect()).lostKeyIds].sort()).toEqual(['of a session', 'of an app', 'of tokens'])
  })

  test('OPS-3 letters that were taken and refused within a day', async () => {
    const letter = async (id: string, outcome: 'sent' | 'refused' | null, hoursAgo: number) => {
      const at = now - hoursAgo * hourMs
      await database.outbox.insert({ id, kind: 'x', userId: null, sealed: 's', now: at, expiresAt: at + 30 * hourMs })
      if (outcome) await database.outbox.end(id, outcome, at)
    }
    await letter('a', 'sent', 23)
    await letter('b', 'sent', 25)
    await letter('c', 'refused', 1)
    await letter('d', 'refused', 2)
    await letter('e', null, 1)
    expect((await inspect()).letters).toEqual({ sent: 1, refused: 2 })
  })

  test('OPS-3 tokens that nobody confirmed ten minutes after they were issued', async () => {
    await session({ issuedAt: now - hourMs, winner: null })
    await session({ issuedAt: now - hourMs, winner: 0 })
    await session({ issuedAt: now - 599_000, winner: null })
    expect((await inspect()).confirming).toEqual({ sessions: 2, unconfirmed: 1 })
  })

  test('OPS-3 TOK-10 the clean-up that must have been done two hours after its moment', async () => {
    const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour)
    expect((await inspect()).cleanUp).toEqual({ doneAt: null, dueSince: at(21, 2) })
    expect((await inspect('0 11 * * *')).cleanUp.dueSince).toBe(at(20, 11))
    expect((await inspect('0 2 * * 1')).cleanUp.dueSince).toBe(at(16, 2))
    const run = { job: 'clean-up', slot: at(21, 2), node: 'n' }
    await database.jobs.claim({ ...run, now: at(21, 2), leaseMs: 1 })
    await database.jobs.finish({ ...run, now: at(21, 3), result: '{}' })
    expect((await inspect()).cleanUp.doneAt).toBe(at(21, 3))
  })

  test('OPS-3 what PostgreSQL says of itself', async () => {
    const server = await database.server?.()
    if (place.kind === 'sqlite') return expect(server).toBeUndefined()
    expect(server?.major).toBeGreaterThanOrEqual(15)
    expect(server?.version).toMatch(new RegExp(`^${server?.major}\\.`))
    expect(server?.maxConnections).toBeGreaterThan(10)
    expect(Math.abs(server?.clockAheadMs ?? Number.NaN)).toBeLessThan(5_000)
  })
})
