// The stores of audit entries, keys, nodes and jobs.
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AuditEntry } from '../audit/store.ts'
import type { SigningKeyRow } from '../keys/store.ts'
import type { Database } from './database.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place } from './samples.suite.ts'

export const recordsStoresSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const entry = (id: string, changes: Partial<AuditEntry> = {}): AuditEntry => ({
    id,
    at: 1_000,
    userId: null,
    actorId: null,
    action: 'session:sign-in',
    resource: null,
    resourceId: null,
    details: {},
    ip: null,
    userAgent: null,
    requestId: null,
    ...changes,
  })

  test('AUD-1 entries come back as they were written, newest first, by user and by action', async () => {
    const full = entry('c', {
      at: 3_000,
      userId: 'u1',
      action: 'products:delete',
      resource: 'Product',
      resourceId: 'p1',
      details: { before: { name: 'é\u0000"\n' }, list: [1, null, true] },
      ip: '2001:db8::1',
      userAgent: 'Mozilla',
      requestId: 'r1',
    })
    await db.one.audit.append([entry('a'), full, entry('b', { userId: 'u1' })])
    await db.one.audit.append([])
    expect(await db.one.audit.list({ limit: 10 })).toStrictEqual([full, entry('b', { userId: 'u1' }), entry('a')])
    expect((await db.one.audit.list({ limit: 1 })).map(({ id }) => id)).toEqual(['c'])
    expect((await db.one.audit.list({ limit: 10, userId: 'u1' })).map(({ id }) => id)).toEqual(['c', 'b'])
    expect((await db.one.audit.list({ limit: 10, action: 'session:sign-in' })).map(({ id }) => id)).toEqual(['b', 'a'])
    expect(
      (await db.one.audit.list({ limit: 10, userId: 'u1', action: 'products:delete' })).map(({ id }) => id),
    ).toEqual(['c'])
  })

  test('AUD-2 entries are written with the act or not at all', async () => {
    const act = db.one.transact(async ({ audit }) => {
      await audit.append([entry('of an act that failed')])
      throw new Error('the act failed')
    })
    await expect(act).rejects.toThrow('the act failed')
    const twice = [entry('twice'), entry('twice')]
    await expect(db.one.audit.append(twice)).rejects.toThrow()
    expect((await db.one.audit.list({ limit: 100 })).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    await expect(db.one.audit.append(Array.from({ length: 1_001 }, (_, index) => entry(`${index}`)))).rejects.toThrow(
      RangeError,
    )
    const many = Array.from({ length: 1_000 }, (_, index) => entry(`many ${index}`, { action: 'many' }))
    await db.one.audit.append(many)
    expect(await db.one.audit.list({ limit: 2_000, action: 'many' })).toHaveLength(1_000)
  })

  const key = (id: string): SigningKeyRow => ({
    id,
    algorithm: 'EdDSA',
    publicJwk: '{"kty":"OKP"}',
    sealedPrivateJwk: 'v1.sealed',
    createdAt: 1_000,
    signsFrom: 2_000,
    tokenSeconds: null,
  })

  test('TOK-9 however many nodes add a signing key at once, one wins; the order is that of adding', async () => {
    const first = await atOnce(20, [db.one, db.other], ({ keys }, index) =>
      keys.insertSigningKey(key(`z-${index}`), null),
    )
    expect(countOf(first, true)).toBe(1)
    const [newest] = (await db.one.keys.listSigningKeys()) as [SigningKeyRow]
    expect(newest).toStrictEqual(key(`z-${first.indexOf(true)}`))
    // Made in the same millisecond, and before it by the alphabet.
    const second = await atOnce(20, [db.one, db.other], ({ keys }, index) =>
      keys.insertSigningKey(key(`a-${index}`), newest.id),
    )
    expect(countOf(second, true)).toBe(1)
    const ids = (await db.other.keys.listSigningKeys()).map(({ id }) => id)
    expect(ids).toEqual([newest.id, `a-${second.indexOf(true)}`])
    expect(await db.one.keys.insertSigningKey(key('late'), newest.id)).toBe(false)
    expect(await db.one.keys.insertSigningKey(key('late'), null)).toBe(false)

    const [, latest] = ids as [string, string]
    expect(await db.one.keys.replaceSealedPrivateJwk(latest, 'wrong', 'v2')).toBe(false)
    expect(await db.one.keys.replaceSealedPrivateJwk(latest, 'v1.sealed', 'v2.sealed')).toBe(true)
    await db.one.keys.deleteSigningKeys([newest.id, 'none'])
    expect(await db.one.keys.listSigningKeys()).toStrictEqual([{ ...key(latest), sealedPrivateJwk: 'v2.sealed' }])
    expect(await db.one.keys.insertSigningKey(key('next'), latest)).toBe(true)

    // The other's is not committed yet when this one looks for the newest.
    const slow = db.one.transact(async ({ keys }) => {
      const inserted = await keys.insertSigningKey(key('slow'), 'next')
      await wait(100)
      return inserted
    })
    await wait(30)
    expect(await db.other.keys.insertSigningKey(key('quick'), 'next')).toBe(false)
    expect(await slow).toBe(true)
  })

  test('TOK-9 nodes say which MAC keys they know, and the silent are forgotten', async () => {
    await db.one.keys.reportNode({ id: 'a', keyIds: ['k1'], now: 1_000, forgetBefore: 0, forgetAfter: 9_000 })
    await db.other.keys.reportNode({ id: 'b', keyIds: ['k1', 'k2'], now: 2_000, forgetBefore: 0, forgetAfter: 9_000 })
    expect(await db.one.keys.listNodes(1_000, 9_000)).toEqual([
      { id: 'a', keyIds: ['k1'] },
      { id: 'b', keyIds: ['k1', 'k2'] },
    ])
    expect(await db.one.keys.listNodes(1_001, 9_000)).toEqual([{ id: 'b', keyIds: ['k1', 'k2'] }])
    await db.one.keys.reportNode({ id: 'b', keyIds: ['k2'], now: 3_000, forgetBefore: 1_001, forgetAfter: 9_000 })
    expect(await db.one.keys.listNodes(0, 9_000)).toEqual([{ id: 'b', keyIds: ['k2'] }])
    await db.other.keys.forgetNode('b')
    expect(await db.one.keys.listNodes(0, 9_000)).toEqual([])
  })

  test('TOK-10 a run of a job is taken once per cluster, and again only when its node went silent', async () => {
    const claim = (database: Database, now: number, slot = 1) =>
      database.jobs.claim({ job: 'clean-up', slot, node: 'n', now, leaseMs: 1_000 })
    expect(countOf(await atOnce(50, [db.one, db.other], (database) => claim(database, 1_000)), true)).toBe(1)
    expect(await claim(db.one, 2_000)).toBe(false)
    expect(countOf(await atOnce(50, [db.one, db.other], (database) => claim(database, 2_001)), true)).toBe(1)
    await db.one.jobs.finish({ job: 'clean-up', slot: 1, node: 'another', now: 2_500, result: 'not its own' })
    await db.one.jobs.renew({ job: 'clean-up', slot: 1, node: 'another', now: 9_000, leaseMs: 1_000 })
    expect(await claim(db.one, 4_000)).toBe(true)
    await db.one.jobs.renew({ job: 'clean-up', slot: 1, node: 'n', now: 5_000, leaseMs: 1_000 })
    expect(await claim(db.one, 6_000)).toBe(false)
    await db.one.jobs.finish({ job: 'clean-up', slot: 1, node: 'n', now: 4_500, result: '12 removed' })
    expect(await claim(db.other, 1e9)).toBe(false)
    expect(await claim(db.other, 5_000, 2)).toBe(true)
    expect(await db.one.jobs.lastDone('clean-up', 9_000)).toEqual({ at: 4_500, result: '12 removed' })
    expect(await db.one.jobs.lastDone('another', 9_000)).toBeNull()
    // The last that ended well stays, however old: an alarm of its age would end by itself.
    await db.one.jobs.deleteOld(1e9, 9_000)
    expect(await db.one.jobs.lastDone('clean-up', 9_000)).toEqual({ at: 4_500, result: '12 removed' })
    expect(await claim(db.other, 5_000, 2)).toBe(true)
    await db.one.jobs.finish({ job: 'clean-up', slot: 2, node: 'n', now: 5_500, result: '' })
    await db.one.jobs.deleteOld(4_001, 9_000)
    expect(await claim(db.other, 5_000, 1)).toBe(true)
    expect(await claim(db.other, 1e9, 2)).toBe(false)
  })

  test('TOK-10 owed is a run that was begun and not finished, or left out between others; never the first of all', async () => {
    const jobs = db.one.jobs
    const run = { job: 'report', node: 'n', now: 1_000 }
    expect(await jobs.isOwed('report', 10, 9_000)).toBe(false)
    await jobs.claim({ ...run, slot: 10, leaseMs: 1 })
    expect([await jobs.isOwed('report', 10, 9_000), await jobs.isOwed('another', 10, 9_000)]).toEqual([true, false])
    await jobs.finish({ ...run, slot: 10, result: '' })
    expect([await jobs.isOwed('report', 10, 9_000), await jobs.isOwed('report', 20, 9_000)]).toEqual([false, true])
    // By hand, since then.
    await jobs.claim({ ...run, slot: 25, leaseMs: 1 })
    expect(await jobs.isOwed('report', 20, 9_000)).toBe(false)
  })

  test('TOK-10 runs of a time that is still to come, when a clock was ahead, count for nothing, and go', async () => {
    const { jobs } = db.one
    const [now, ahead] = [5_000_000, 5_000_000 + 40 * 86_400_000]
    const run = { job: 'ahead', node: 'n', result: '{}' }
    await jobs.claim({ ...run, slot: now - 2, now: now - 2, leaseMs: 1 })
    await jobs.finish({ ...run, slot: now - 2, now: now - 1 })
    for (const slot of [now, ahead]) {
      await jobs.claim({ ...run, slot, now: ahead, leaseMs: 1 })
      await jobs.finish({ ...run, slot, now: ahead })
    }
    expect(await jobs.lastDone('ahead', now)).toEqual({ at: now - 1, result: '{}' })
    expect(await jobs.lastFinished(now)).toContainEqual({ job: 'ahead', at: now - 1 })
    expect(await jobs.isOwed('ahead', now, now)).toBe(true)
    expect(await jobs.claim({ ...run, slot: now, now, leaseMs: 1 })).toBe(true)
    await jobs.finish({ ...run, slot: now, now })
    await jobs.deleteOld(0, now)
    expect(await jobs.lastDone('ahead', ahead)).toEqual({ at: now, result: '{}' })
  })

  test('S-78 of many who take one proof at once, on several nodes, one gets it; what is old is forgotten', async () => {
    const first = await atOnce(20, [db.one, db.other], ({ usedProofs }) => usedProofs.take('proof', 2_000))
    expect(countOf(first, true)).toBe(1)
    expect(await db.other.usedProofs.take('another', 3_000)).toBe(true)
    expect(await db.one.usedProofs.deleteOld(2_000, 10)).toBe(0)
    expect(await db.one.usedProofs.deleteOld(2_001, 10)).toBe(1)
    expect([await db.one.usedProofs.take('another', 3_000), await db.one.usedProofs.take('proof', 3_000)]).toEqual([
      false,
      true,
    ])
    expect([await db.one.usedProofs.deleteOld(9_000, 1), await db.one.usedProofs.deleteOld(9_000, 10)]).toEqual([1, 1])
  })
}
