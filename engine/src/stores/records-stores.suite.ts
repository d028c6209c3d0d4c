// The stores of audit entries, keys, nodes and jobs.
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry } from '../audit/store.ts'
import type { SigningKeyRow } from '../keys/store.ts'
import type { Database } from './database.ts'
import { atOnce, countOf, type Place } from './samples.suite.ts'

export const recordsStoresSuite = (newPlace: () => Promise<Place>): void => {
  let place: Place
  let one: Database
  let other: Database

  beforeAll(async () => {
    place = await newPlace()
    one = place.open()
    other = place.open()
    await one.migrate()
  })
  afterAll(() => place.remove())

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
    await one.audit.append([entry('a'), full, entry('b', { userId: 'u1' })])
    await one.audit.append([])
    expect(await one.audit.list({ limit: 10 })).toStrictEqual([full, entry('b', { userId: 'u1' }), entry('a')])
    expect((await one.audit.list({ limit: 1 })).map(({ id }) => id)).toEqual(['c'])
    expect((await one.audit.list({ limit: 10, userId: 'u1' })).map(({ id }) => id)).toEqual(['c', 'b'])
    expect((await one.audit.list({ limit: 10, action: 'session:sign-in' })).map(({ id }) => id)).toEqual(['b', 'a'])
    expect((await one.audit.list({ limit: 10, userId: 'u1', action: 'products:delete' })).map(({ id }) => id)).toEqual([
      'c',
    ])
  })

  test('AUD-2 entries are written with the act or not at all', async () => {
    const act = one.transact(async ({ audit }) => {
      await audit.append([entry('of an act that failed')])
      throw new Error('the act failed')
    })
    await expect(act).rejects.toThrow('the act failed')
    const twice = [entry('twice'), entry('twice')]
    await expect(one.audit.append(twice)).rejects.toThrow()
    expect((await one.audit.list({ limit: 100 })).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    await expect(one.audit.append(Array.from({ length: 1_001 }, (_, index) => entry(`${index}`)))).rejects.toThrow(
      RangeError,
    )
    const many = Array.from({ length: 1_000 }, (_, index) => entry(`many ${index}`, { action: 'many' }))
    await one.audit.append(many)
    expect(await one.audit.list({ limit: 2_000, action: 'many' })).toHaveLength(1_000)
  })

  const key = (id: string): SigningKeyRow => ({
    id,
    algorithm: 'EdDSA',
    publicJwk: '{"kty":"OKP"}',
    sealedPrivateJwk: 'v1.sealed',
    createdAt: 1_000,
    signsFrom: 2_000,
  })

  test('TOK-9 however many nodes add a signing key at once, one wins; the order is that of adding', async () => {
    const first = await atOnce(20, [one, other], ({ keys }, index) => keys.insertSigningKey(key(`z-${index}`), null))
    expect(countOf(first, true)).toBe(1)
    const [newest] = (await one.keys.listSigningKeys()) as [SigningKeyRow]
    expect(newest).toStrictEqual(key(`z-${first.indexOf(true)}`))
    // Made in the same millisecond, and before it by the alphabet.
    const second = await atOnce(20, [one, other], ({ keys }, index) =>
      keys.insertSigningKey(key(`a-${index}`), newest.id),
    )
    expect(countOf(second, true)).toBe(1)
    const ids = (await other.keys.listSigningKeys()).map(({ id }) => id)
    expect(ids).toEqual([newest.id, `a-${second.indexOf(true)}`])
    expect(await one.keys.insertSigningKey(key('late'), newest.id)).toBe(false)
    expect(await one.keys.insertSigningKey(key('late'), null)).toBe(false)

    const [, latest] = ids as [string, string]
    expect(await one.keys.replaceSealedPrivateJwk(latest, 'wrong', 'v2')).toBe(false)
    expect(await one.keys.replaceSealedPrivateJwk(latest, 'v1.sealed', 'v2.sealed')).toBe(true)
    await one.keys.deleteSigningKeys([newest.id, 'none'])
    expect(await one.keys.listSigningKeys()).toStrictEqual([{ ...key(latest), sealedPrivateJwk: 'v2.sealed' }])
    expect(await one.keys.insertSigningKey(key('next'), latest)).toBe(true)

    // The other's is not committed yet when this one looks for the newest.
    const slow = one.transact(async ({ keys }) => {
      const inserted = await keys.insertSigningKey(key('slow'), 'next')
      await wait(100)
      return inserted
    })
    await wait(30)
    expect(await other.keys.insertSigningKey(key('quick'), 'next')).toBe(false)
    expect(await slow).toBe(true)
  })

  test('TOK-9 nodes say which MAC keys they know, and the silent are forgotten', async () => {
    await one.keys.reportNode({ id: 'a', keyIds: ['k1'], now: 1_000, forgetBefore: 0 })
    await other.keys.reportNode({ id: 'b', keyIds: ['k1', 'k2'], now: 2_000, forgetBefore: 0 })
    expect(await one.keys.listNodes(1_000)).toEqual([
      { id: 'a', keyIds: ['k1'] },
      { id: 'b', keyIds: ['k1', 'k2'] },
    ])
    expect(await one.keys.listNodes(1_001)).toEqual([{ id: 'b', keyIds: ['k1', 'k2'] }])
    await one.keys.reportNode({ id: 'b', keyIds: ['k2'], now: 3_000, forgetBefore: 1_001 })
    expect(await one.keys.listNodes(0)).toEqual([{ id: 'b', keyIds: ['k2'] }])
  })

  test('TOK-10 a run of a job is taken once per cluster, and again only when its node went silent', async () => {
    const claim = (database: Database, now: number, slot = 1) =>
      database.jobs.claim({ job: 'clean-up', slot, node: 'n', now, leaseMs: 1_000 })
    expect(countOf(await atOnce(50, [one, other], (database) => claim(database, 1_000)), true)).toBe(1)
    expect(await claim(one, 2_000)).toBe(false)
    expect(countOf(await atOnce(50, [one, other], (database) => claim(database, 2_001)), true)).toBe(1)
    await one.jobs.finish({ job: 'clean-up', slot: 1, node: 'another', now: 2_500, result: 'not its own' })
    expect(await claim(one, 4_000)).toBe(true)
    await one.jobs.finish({ job: 'clean-up', slot: 1, node: 'n', now: 4_500, result: '12 removed' })
    expect(await claim(other, 1e9)).toBe(false)
    expect(await claim(other, 5_000, 2)).toBe(true)
    expect(await one.jobs.lastDone('clean-up')).toEqual({ at: 4_500, result: '12 removed' })
    expect(await one.jobs.lastDone('another')).toBeNull()
    await one.jobs.deleteOld(4_001)
    expect(await claim(other, 5_000, 1)).toBe(true)
    expect(await claim(other, 5_000, 2)).toBe(false)
  })

  test('S-78 of many who take one proof at once, on several nodes, one gets it; what is old is forgotten', async () => {
    const first = await atOnce(20, [one, other], ({ usedProofs }) => usedProofs.take('proof', 2_000))
    expect(countOf(first, true)).toBe(1)
    expect(await other.usedProofs.take('another', 3_000)).toBe(true)
    expect(await one.usedProofs.deleteOld(2_000, 10)).toBe(0)
    expect(await one.usedProofs.deleteOld(2_001, 10)).toBe(1)
    expect([await one.usedProofs.take('another', 3_000), await one.usedProofs.take('proof', 3_000)]).toEqual([
      false,
      true,
    ])
    expect([await one.usedProofs.deleteOld(9_000, 1), await one.usedProofs.deleteOld(9_000, 10)]).toEqual([1, 1])
  })
}
