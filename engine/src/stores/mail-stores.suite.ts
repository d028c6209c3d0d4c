// The stores of one-time tokens and of the outbox.
import { beforeAll, expect, test } from 'vitest'
import type { OneTimeTokenRow } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, type Place, sampleAccount } from './samples.suite.ts'

export const mailStoresSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)
  let userId: UserId

  beforeAll(async () => {
    const account = sampleAccount()
    await db.one.accounts.insert(account)
    userId = account.id
  })

  const token = (tokenHash: string, changes: Partial<OneTimeTokenRow> = {}): OneTimeTokenRow => ({
    tokenHash,
    purpose: 'reset_password',
    userId,
    emailKey: 'ada@example.com',
    about: null,
    createdAt: 1_000,
    expiresAt: 2_000,
    ...changes,
  })
  const use = { emailKey: 'ada@example.com', about: null }

  test('ACC-4 S-20 fifty parallel uses of a token, on two handles: one winner', async () => {
    await db.one.oneTimeTokens.insert(token('raced'))
    expect(await db.other.oneTimeTokens.find('raced', 'reset_password', 1_999)).toEqual({ ...use, userId })
    const uses = await atOnce(50, [db.one, db.other], ({ oneTimeTokens }) =>
      oneTimeTokens.use('raced', 'reset_password', 1_500),
    )
    expect(uses.filter((each) => each !== null)).toEqual([{ ...use, userId }])
    expect(await db.one.oneTimeTokens.find('raced', 'reset_password', 1_500)).toBeNull()
  })

  test('ACC-4 a token that is too old, for something else, unknown or of nobody is not used', async () => {
    await db.one.oneTimeTokens.insert(token('good'))
    await db.one.oneTimeTokens.insert(token('of nobody', { userId: null }))
    for (const [hash, purpose, now] of [
      ['good', 'reset_password', 2_000],
      ['good', 'verify_email', 1_500],
      ['unknown', 'reset_password', 1_500],
      ['of nobody', 'reset_password', 1_500],
    ] as const) {
      expect(await db.one.oneTimeTokens.find(hash, purpose, now)).toBeNull()
      expect(await db.one.oneTimeTokens.use(hash, purpose, now)).toBeNull()
    }
    expect(await db.one.oneTimeTokens.use('good', 'reset_password', 1_500)).toEqual({ ...use, userId })
  })

  test('ACC-4 what else a user holds for a purpose ends, and nothing else', async () => {
    const stranger = sampleAccount()
    await db.one.accounts.insert(stranger)
    await db.one.oneTimeTokens.insert(token('mine'))
    await db.one.oneTimeTokens.insert(token('mine for another purpose', { purpose: 'verify_email' }))
    await db.one.oneTimeTokens.insert(token('theirs', { userId: stranger.id }))
    await db.one.oneTimeTokens.endAll(userId, 'reset_password', 1_500)
    expect(await db.one.oneTimeTokens.find('mine', 'reset_password', 1_500)).toBeNull()
    await db.one.oneTimeTokens.insert(token('older'))
    await db.one.oneTimeTokens.insert(token('newer', { createdAt: 1_200, about: 'something' }))
    await db.one.oneTimeTokens.endAll(userId, 'reset_password', 1_500, 1_200)
    expect(await db.one.oneTimeTokens.find('older', 'reset_password', 1_500)).not.toBeNull()
    expect(await db.one.oneTimeTokens.find('newer', 'reset_password', 1_500)).toBeNull()
    expect(await db.one.oneTimeTokens.find('mine for another purpose', 'verify_email', 1_500)).not.toBeNull()
    expect(await db.one.oneTimeTokens.find('theirs', 'reset_password', 1_500)).not.toBeNull()
    // With the account goes what it held.
    await db.one.accounts.delete(stranger.id)
    expect(await db.one.oneTimeTokens.find('theirs', 'reset_password', 1_500)).toBeNull()
  })

  test('ACC-8 what a user holds for a purpose and is still good, the oldest first', async () => {
    const { id } = sampleAccount()
    await db.one.accounts.insert({ ...sampleAccount(), id })
    const mine = (tokenHash: string, createdAt: number, changes: Partial<OneTimeTokenRow> = {}) =>
      db.one.oneTimeTokens.insert(token(tokenHash, { userId: id, createdAt, about: tokenHash, ...changes }))
    await mine('second', 1_200)
    await mine('first', 1_100, { emailKey: 'other@example.com' })
    await mine('used', 1_000)
    await mine('expired', 1_000, { expiresAt: 1_500 })
    await mine('of another purpose', 1_000, { purpose: 'verify_email' })
    await db.one.oneTimeTokens.use('used', 'reset_password', 1_400)
    expect(await db.other.oneTimeTokens.list(id, 'reset_password', 1_500)).toEqual([
      { userId: id, emailKey: 'other@example.com', about: 'first' },
      { userId: id, emailKey: 'ada@example.com', about: 'second' },
    ])
  })

  test('TOK-10 tokens and letters that are of no more use are forgotten, in batches', async () => {
    for (let count = 0; count < 5; count += 1)
      await db.one.oneTimeTokens.insert(token(`old ${count}`, { expiresAt: 500 }))
    expect(await db.one.oneTimeTokens.deleteOld(501, 3)).toBe(3)
    expect(await db.one.oneTimeTokens.deleteOld(501, 3)).toBe(2)
    await db.one.outbox.insert({ id: 'old', kind: 'x', userId: null, sealed: 'x', now: 100, expiresAt: 500 })
    await db.one.outbox.insert({ id: 'new', kind: 'x', userId: null, sealed: null, now: 100, expiresAt: 501 })
    expect(await db.one.outbox.deleteOld(501, 10)).toBe(1)
    expect(await db.one.outbox.deleteOld(502, 10)).toBe(1)
  })

  test('each letter is taken by one of many, and by another when its lease is over', async () => {
    for (let count = 0; count < 30; count += 1)
      await db.one.outbox.insert({
        id: `letter ${count}`,
        kind: 'x',
        userId: null,
        sealed: 'sealed',
        now: 1_000,
        expiresAt: 90_000,
      })
    await db.one.outbox.insert({
      id: 'for nobody',
      kind: 'x',
      userId: null,
      sealed: null,
      now: 1_000,
      expiresAt: 90_000,
    })
    const claim = (now: number) =>
      atOnce(10, [db.one, db.other], ({ outbox }) => outbox.claim({ now, leaseMs: 100, limit: 10 }))
    expect((await claim(999)).flat()).toEqual([])
    const first = (await claim(1_000)).flat()
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length)
    const rest = (await claim(1_000)).flat()
    expect(first.length + rest.length).toBe(30)
    expect(first[0]).toEqual({
      id: expect.stringContaining('letter'),
      kind: 'x',
      sealed: 'sealed',
      createdAt: 1_000,
      expiresAt: 90_000,
      tries: 1,
    })
    const again = [...(await claim(1_100)).flat(), ...(await claim(1_100)).flat()]
    expect(again).toHaveLength(30)
    expect(again.every(({ tries }) => tries === 2)).toBe(true)
  })

  test('a letter that is over is taken by nobody, and says no more', async () => {
    await db.one.outbox.insert({
      id: 'sent',
      kind: 'x',
      userId: null,
      sealed: 'sealed',
      now: 200_000,
      expiresAt: 900_000,
    })
    await db.one.outbox.insert({
      id: 'later',
      kind: 'x',
      userId: null,
      sealed: 'sealed',
      now: 200_000,
      expiresAt: 900_000,
    })
    await db.one.outbox.end('sent', 'sent', 200_001)
    await db.one.outbox.postpone('later', 300_000)
    await db.one.outbox.postpone('sent', 200_000)
    const taken = (now: number) =>
      db.one.outbox
        .claim({ now, leaseMs: 100_000_000, limit: 100 })
        .then((letters) => letters.map(({ id }) => id).filter((id) => !id.startsWith('letter')))
    expect(await taken(299_999)).toEqual([])
    expect(await taken(300_000)).toEqual(['later'])
  })
}
