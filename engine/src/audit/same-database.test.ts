import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { StoreUnavailableError, UnavailableError } from '../primitives/unavailable.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { foundChain } from './found-chain.ts'
import { createSameDatabase } from './same-database.ts'
import { genesis, type Signed, signHead } from './signed.ts'

const key = deriveKeys('the secret of this site')
const keyring = { find: async (id: string) => (id === key.id ? key : null), newest: () => key }

const headOf = (foundedAt: number, position = 0, by = key): Signed =>
  signHead(by, {
    ...{ position, hash: genesis, at: foundedAt + position, foundedAt, newestAt: 0, cut: null, accepted: null },
    checkpoint: { position: 0, at: 0 },
  })

/** A node, and what its database says of itself. */
const nodeOn = async (begun: Signed | null) => {
  let head = begun
  const node = createSameDatabase({ auditChain: { head: async () => head }, keyring })
  await node.learn()
  return {
    ...node,
    /** What it answers where that head is found. */
    on: async (found: Signed | null) => {
      head = found
      return node.require().then(
        () => 'the same',
        (error: unknown) => (error instanceof UnavailableError ? 'another' : error),
      )
    },
  }
}

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  beforeAll(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    await foundChain({ ...database, keyring })
  })
  afterAll(() => place?.remove())

  test('S-90 the database in which a node began is the same, however far its log has come', async () => {
    const node = createSameDatabase({ ...database, keyring })
    expect(node.isKnown()).toBe(false)
    await node.learn()
    await node.require()
    expect(node.isKnown()).toBe(true)
    await database.audit.tryAppend({
      ...{ id: 'tried', at: 1, userId: null, actorId: null, action: 'writable:try', resource: null, resourceId: null },
      ...{ details: {}, ip: null, userAgent: null, requestId: null },
    })
    expect(await database.audit.list({ limit: 10 })).toEqual([])
    await node.require()
  })
})

test('S-90 one that was begun later, or lost its head, is another; with the head of before it is the same again', async () => {
  const node = await nodeOn(headOf(1_000, 7))
  expect(await node.on(headOf(1_000, 9))).toBe('the same')
  expect(await node.on(headOf(2_000))).toBe('another')
  expect(await node.on(null)).toBe('another')
  expect(await node.on({ statement: 'nothing', signature: 'of ours' })).toBe('another')
  // A backup is of earlier, and of the same chain.
  expect(await node.on(headOf(1_000, 3))).toBe('the same')
})

test('S-90 a node that began in the new one believes the old one that a restore brought back, and no newer one from then on', async () => {
  const node = await nodeOn(headOf(2_000))
  expect(await node.on(headOf(1_000, 3))).toBe('the same')
  expect(await node.on(headOf(2_000))).toBe('another')
})

test('a log whose head was removed, and that an operator took as it is, is of the same database', async () => {
  const node = await nodeOn(headOf(1_000, 7))
  expect(await node.on(null)).toBe('another')
  expect(await node.look()).toBe('missing')
  const accepted = { position: 8, hash: genesis, at: 3_000 }
  const made = signHead(key, {
    ...{ ...accepted, foundedAt: 3_000, newestAt: 0, cut: null, accepted },
    checkpoint: { position: 8, at: 3_000 },
  })
  expect(await node.on(made)).toBe('the same')
  expect(await node.on(headOf(1_000, 9))).toBe('the same')
  expect(await node.on(headOf(2_000))).toBe('another')
})

test('a head that is signed with a secret that comes later, or was never there, says no database away', async () => {
  const node = await nodeOn(headOf(1_000, 7))
  expect(await node.on(headOf(1_000, 8, deriveKeys('a secret that this node lacks')))).toBe('the same')
  const late = await nodeOn(null)
  expect(late.isKnown()).toBe(false)
  expect(await late.on(null)).toBe('the same')
  expect(await late.on(headOf(1_000))).toBe('the same')
  expect(await late.on(headOf(2_000))).toBe('another')
})

test('S-90 a head that can’t be read is a fault of the store', async () => {
  const head = () => Promise.reject(new StoreUnavailableError('away'))
  const node = createSameDatabase({ auditChain: { head }, keyring })
  await expect(node.require()).rejects.toThrow(StoreUnavailableError)
})
