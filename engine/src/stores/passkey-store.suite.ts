// The store of passkeys.
import { expect, test } from 'vitest'
import type { PasskeyRow } from '../passkeys/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount } from './samples.suite.ts'

export const passkeyStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const user = async (): Promise<UserId> => {
    const account = sampleAccount()
    await db.one.accounts.insert(account)
    return account.id
  }
  const passkey = (userId: UserId, changes: Partial<PasskeyRow> = {}): PasskeyRow => ({
    id: randomToken(16),
    userId,
    credentialId: randomToken(32),
    publicKey: 'pQECAyYg',
    counter: 0,
    backupEligible: true,
    backedUp: false,
    transports: ['internal', 'hybrid'],
    name: 'Laptop',
    createdAt: 1_000,
    lastUsedAt: null,
    ...changes,
  })

  test('ACC-5 passkeys come back as they were stored, the oldest first, and go with the account', async () => {
    const [ada, bert] = [await user(), await user()]
    const longest = passkey(ada, { credentialId: 'x'.repeat(1364), counter: 2 ** 32 - 1, createdAt: 2_000 })
    const first = passkey(ada, { transports: [], backupEligible: false, lastUsedAt: 1_500 })
    for (const each of [longest, first, passkey(bert)]) expect(await db.one.passkeys.insert(each)).toBe(true)
    expect(await db.other.passkeys.listOfUser(ada)).toStrictEqual([first, longest])
    expect(await db.other.passkeys.findByCredentialId(longest.credentialId)).toStrictEqual(longest)
    expect(await db.other.passkeys.findByCredentialId('unknown')).toBeNull()
    expect((await db.other.factors.held(ada)).passkeys).toBe(2)
    await db.one.accounts.delete(ada)
    expect(await db.other.passkeys.findByCredentialId(longest.credentialId)).toBeNull()
    expect((await db.other.factors.held(bert)).passkeys).toBe(1)
  })

  test('S-29 of many who register one credential at once, one does, whoever they are', async () => {
    const people = [await user(), await user()]
    const added = await atOnce(20, [db.one, db.other], ({ passkeys }, index) =>
      passkeys.insert(passkey(people[index % 2] as UserId, { credentialId: 'raced' })),
    )
    expect(countOf(added, true)).toBe(1)
  })

  test('S-30 a use is noted while the counter grows; of many with one counter, one is', async () => {
    const row = passkey(await user(), { counter: 5 })
    await db.one.passkeys.insert(row)
    const use = (counter: number, database = db.one) =>
      database.passkeys.use(row.id, { counter, backedUp: true, now: 9_000 })
    expect([await use(5), await use(4), await use(0)]).toEqual([false, false, false])
    expect(countOf(await atOnce(20, [db.one, db.other], (database) => use(6, database)), true)).toBe(1)
    expect(await use(2 ** 32 - 1)).toBe(true)
    const noted = { ...row, counter: 2 ** 32 - 1, backedUp: true, lastUsedAt: 9_000 }
    expect(await db.one.passkeys.findByCredentialId(row.credentialId)).toStrictEqual(noted)
  })

  test('S-30 one that counts nothing is used again and again, and may begin to count; one that is gone is not used', async () => {
    const row = passkey(await user())
    await db.one.passkeys.insert(row)
    const use = (counter: number) => db.one.passkeys.use(row.id, { counter, backedUp: false, now: 9_000 })
    expect([await use(0), await use(0), await use(1), await use(0)]).toEqual([true, true, true, false])
    await db.one.passkeys.remove(row.userId, row.id)
    expect(await use(2)).toBe(false)
  })

  test('ACC-5 S-86 only its owner renames or removes a passkey', async () => {
    const [ada, mallory] = [await user(), await user()]
    const row = passkey(ada)
    await db.one.passkeys.insert(row)
    expect(await db.one.passkeys.rename(mallory, row.id, 'Mine')).toBeNull()
    expect(await db.one.passkeys.remove(mallory, row.id)).toBeNull()
    expect(await db.one.passkeys.rename(ada, row.id, 'Téléphone')).toStrictEqual({ ...row, name: 'Téléphone' })
    const removed = await atOnce(10, [db.one, db.other], ({ passkeys }) => passkeys.remove(ada, row.id))
    expect(removed.filter((each) => each !== null)).toStrictEqual([{ ...row, name: 'Téléphone' }])
    expect(await db.one.passkeys.rename(ada, row.id, 'gone')).toBeNull()
  })
}
