import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Account } from '../accounts/store.ts'
import type { Database } from './database.ts'
import { type Place, sampleAccount } from './samples.suite.ts'

export const accountListSuite = (newPlace: () => Promise<Place>): void => {
  let place: Place
  let database: Database
  const accounts: Account[] = []

  beforeAll(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    for (let index = 0; index < 7; index++) {
      // Two of each were created in the same millisecond.
      const account = sampleAccount({
        createdAt: 1_000 + Math.floor(index / 2),
        email: `Person${index}@Example.com`,
        name: `Élodie ${index}`,
      })
      accounts.push(account)
      await database.accounts.insert(account)
    }
    accounts.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  })
  afterAll(() => place.remove())

  const pages = async (limit: number, search: string | null, between: () => Promise<unknown> = async () => {}) => {
    const found: Account[][] = []
    for (let after: string | null = null; ; ) {
      const page = await database.accounts.list({ after, limit, search })
      found.push([...page.accounts])
      await between()
      if (page.next === null) return found
      after = page.next
    }
  }

  test('accounts are listed by creation, each once, page by page', async () => {
    expect((await pages(3, null)).map((page) => page.length)).toEqual([3, 3, 1])
    expect((await pages(7, null)).length).toBe(1)
    const ids = (await pages(2, null)).flat().map(({ id }) => id)
    expect(ids.toSorted()).toEqual(accounts.map(({ id }) => id).toSorted())
    const created = (await pages(2, null)).flat().map(({ createdAt }) => createdAt)
    expect(created).toEqual(created.toSorted((a, b) => a - b))
  })

  test('accounts are listed by whether they are active, and by a role', async () => {
    const [first, second] = accounts as [Account, Account]
    const role = { id: 'r'.repeat(22), name: 'clerk', description: null, permissions: [], createdAt: 1, updatedAt: 1 }
    await database.transact(async ({ accounts: all, roles }) => {
      await all.setActive(first.id, false, 2_000)
      await roles.insert(role)
      for (const { id } of [first, second]) await roles.assign(id, role.id, { at: 1, by: 'test' })
    })
    const listed = async (filter: { isActive?: boolean; roleId?: string }) =>
      (await database.accounts.list({ after: null, limit: 10, search: null, ...filter })).accounts.map(({ id }) => id)
    expect(await listed({ isActive: false })).toEqual([first.id])
    expect(await listed({ isActive: true })).toHaveLength(6)
    expect(await listed({ roleId: role.id })).toEqual([first.id, second.id])
    expect(await listed({ roleId: role.id, isActive: true })).toEqual([second.id])
    expect(await listed({ roleId: 'x' })).toEqual([])
    await database.accounts.setActive(first.id, true, 3_000)
  })

  test.each([
    ['a part of the email, whatever the case', 'pERSON3@', 1],
    ['a part of the name, whatever the case of an accented letter', 'éLODIE', 7],
    ['a name in another Unicode form', 'E\u0301lodie', 7],
    ['a percent sign, which stands for itself', '%', 0],
    ['an underscore, which stands for itself', 'person_@', 0],
    ['a backslash', '\\', 0],
    ['a quote', "' or 1=1 --", 0],
  ])('search finds %s', async (_, search, count) => {
    expect((await pages(2, search)).flat()).toHaveLength(count)
  })

  test('paging goes on past an account that is deleted meanwhile', async () => {
    const extra = sampleAccount({ createdAt: 1 })
    await database.accounts.insert(extra)
    const { next } = await database.accounts.list({ after: null, limit: 1, search: null })
    await database.accounts.delete(extra.id)
    expect((await database.accounts.list({ after: next, limit: 10, search: null })).accounts).toHaveLength(7)
  })

  test.each(['', 'x', '1', '1.', "1' or '1'='1"])(
    'an unreadable place to go on from (%j) gives nothing',
    async (after) => {
      expect(await database.accounts.list({ after, limit: 10, search: null })).toEqual({ accounts: [], next: null })
    },
  )
}
