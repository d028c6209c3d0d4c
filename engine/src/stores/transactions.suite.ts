import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTwice } from './open-twice.suite.ts'
import { type Place, sampleAccount, sampleSession } from './samples.suite.ts'

export const transactionsSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  test('all of a transaction is committed, and its result comes back', async () => {
    const account = sampleAccount()
    const session = sampleSession({ userId: account.id })
    const result = await db.one.transact(async ({ accounts, sessions }) => {
      await accounts.insert(account)
      await sessions.insert(session)
      return (await sessions.find(session.id)).session?.id
    })
    expect(result).toBe(session.id)
    expect((await db.other.sessions.find(session.id)).session).toEqual(session)
  })

  test('none of a transaction that failed is left, whether its work or a statement failed', async () => {
    const account = sampleAccount()
    const failed = db.one.transact(async ({ accounts }) => {
      await accounts.insert(account)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    const refused = db.one.transact(async ({ accounts, sessions }) => {
      await accounts.insert(account)
      await sessions.insert(sampleSession({ userId: sampleAccount().id }))
    })
    await expect(refused).rejects.toThrow()
    expect(await db.one.accounts.findById(account.id)).toBeNull()
    await db.one.ping()
  })

  test('what others ask meanwhile is not part of the transaction', async () => {
    const [inside, outside] = [sampleAccount(), sampleAccount()]
    const failed = db.one.transact(async ({ accounts }) => {
      await accounts.insert(inside)
      await wait(50)
      throw new Error('no')
    })
    const inserted = db.one.accounts.insert(outside)
    await expect(failed).rejects.toThrow('no')
    expect(await inserted).toBe(true)
    expect(await db.other.accounts.findById(inside.id)).toBeNull()
    expect(await db.other.accounts.findById(outside.id)).toEqual(outside)
  })

  test('many transactions at once on two handles are all committed', async () => {
    const accounts = Array.from({ length: 60 }, () => sampleAccount())
    await Promise.all(
      accounts.map((account, index) =>
        (index % 2 ? db.one : db.other).transact(async (stores) => {
          await stores.accounts.insert(account)
          await stores.sessions.insert(sampleSession({ userId: account.id }))
        }),
      ),
    )
    expect(await db.one.accounts.findMany(accounts.map(({ id }) => id))).toHaveLength(60)
  })

  test('OPS-11 S-67 what was committed is there when it is opened again', async () => {
    const account = sampleAccount()
    const first = db.open()
    await first.accounts.insert(account)
    await first.close()
    await first.close()
    expect(await db.open().accounts.findById(account.id)).toEqual(account)
  })
}
