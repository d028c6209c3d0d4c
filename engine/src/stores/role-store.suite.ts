// The store of roles, and of who has which.
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createUserId, type UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import { maxRoles, type Role } from '../roles/store.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount, sampleSession } from './samples.suite.ts'

export const roleStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const user = async (): Promise<UserId> => {
    const account = sampleAccount()
    await db.one.accounts.insert(account)
    return account.id
  }
  const grant = { at: 2_000, by: 'operator:test' }
  let roles = 0
  const sampleRole = (changes: Partial<Role> = {}): Role => {
    roles += 1
    return {
      id: randomToken(16),
      name: `role-${roles}`,
      description: null,
      permissions: [],
      createdAt: 1_000,
      updatedAt: 1_000,
      ...changes,
    }
  }
  const newRole = async (changes: Partial<Role> = {}): Promise<Role> => {
    const role = sampleRole(changes)
    expect(await db.one.roles.insert(role)).toBe(true)
    return role
  }

  test('RBAC-1 roles come back as they were stored, by name; a name is unique', async () => {
    const zebra = await newRole({ name: 'zebra', permissions: ['*'], description: 'é"\\' })
    const ant = await newRole({ name: 'ant', permissions: ['products:read', 'users:*'] })
    expect((await db.other.roles.list()).roles).toStrictEqual([ant, zebra])
    expect(await db.other.roles.insert(sampleRole({ name: 'ant' }))).toBe(false)
    expect(await db.other.roles.change(ant.id, { description: 'x', permissions: [] }, 3_000)).toBe(true)
    const changed = { ...ant, description: 'x', permissions: [], updatedAt: 3_000 }
    expect((await db.one.roles.list()).roles).toStrictEqual([changed, zebra])
    expect(await db.one.roles.change('nobody', { description: null, permissions: [] }, 3_000)).toBe(false)
    expect([await db.one.roles.remove(ant.id), await db.one.roles.remove(ant.id)]).toEqual([true, false])
    const raced = await atOnce(20, [db.one, db.other], (database) =>
      database.roles.insert(sampleRole({ name: 'raced' })),
    )
    expect(countOf(raced, true)).toBe(1)
  })

  test('RBAC-4 every change of a role gives another version, which a look-up of sessions brings', async () => {
    const { id } = sampleSession({ userId: await user() })
    const version = async () => {
      const [{ version }, { rolesVersion }] = await Promise.all([
        db.other.roles.list(),
        db.other.sessions.findManyWithVersions([id]),
      ])
      return [version, rolesVersion]
    }
    const seen = [await version()]
    const role = sampleRole()
    for (const change of [
      () => db.one.roles.insert(role),
      () => db.one.roles.change(role.id, { description: null, permissions: ['*'] }, 1_000),
      () => db.one.roles.remove(role.id),
    ]) {
      expect(await change()).toBe(true)
      seen.push(await version())
    }
    for (const [version, brought] of seen) expect(brought).toBe(version)
    expect(new Set(seen.map(([version]) => version)).size).toBe(4)
  })

  test('RBAC-1 a user has any number of roles, each once; they go with the user or the role', async () => {
    const [ada, bert, nobody] = [await user(), await user(), await user()]
    const [first, second] = [await newRole(), await newRole()]
    expect(await db.one.roles.assign(ada, first.id, grant)).toBe(true)
    expect(await db.one.roles.assign(ada, second.id, { ...grant, at: 3_000 })).toBe(true)
    const again = await atOnce(10, [db.one, db.other], ({ roles }) => roles.assign(ada, first.id, grant))
    expect(countOf(again, true)).toBe(0)
    await db.one.roles.assign(bert, first.id, grant)
    const found = await db.other.roles.assignments([ada, bert, nobody])
    expect(found.get(ada)).toHaveLength(2)
    expect(found.get(ada)).toContainEqual({ roleId: second.id, grantedAt: 3_000 })
    expect(found.get(bert)).toStrictEqual([{ roleId: first.id, grantedAt: 2_000 }])
    expect(found.has(nobody)).toBe(false)
    expect([await db.one.roles.unassign(ada, second.id), await db.one.roles.unassign(ada, second.id)]).toEqual([
      true,
      false,
    ])
    await db.one.accounts.delete(ada)
    await db.one.roles.remove(first.id)
    expect((await db.other.roles.assignments([ada, bert])).size).toBe(0)
    await expect(db.one.roles.assign(createUserId(), second.id, grant)).rejects.toThrow()
    await expect(db.one.roles.assign(bert, 'nothing', grant)).rejects.toThrow()
    const many = Array.from({ length: 1_001 }, createUserId)
    await expect(db.one.roles.assignments(many)).rejects.toThrow(RangeError)
  })

  test('RBAC-5 who holds one of some roles: active users alone, with or without one of them or of their roles', async () => {
    const [ada, bert] = [await user(), await user()]
    const [first, second] = [await newRole(), await newRole()]
    const ids = [first.id, second.id]
    expect([await db.one.roles.isHeld([]), await db.one.roles.isHeld(ids)]).toEqual([false, false])
    await db.one.roles.assign(ada, first.id, grant)
    expect(await db.other.roles.isHeld(ids)).toBe(true)
    expect(await db.other.roles.isHeld([second.id])).toBe(false)
    expect(await db.other.roles.isHeld(ids, { userId: bert })).toBe(true)
    expect(await db.other.roles.isHeld(ids, { userId: ada })).toBe(false)
    expect(await db.other.roles.isHeld(ids, { userId: ada, roleId: first.id })).toBe(false)
    await db.one.roles.assign(ada, second.id, grant)
    expect(await db.other.roles.isHeld(ids, { userId: ada, roleId: first.id })).toBe(true)
    await db.one.accounts.setActive(ada, false, 5_000)
    expect(await db.other.roles.isHeld(ids)).toBe(false)
  })

  test('S-14 of many who take the link of the first administrator at once one does, and a later link ends it', async () => {
    expect(await db.one.roles.takeClaim('hash', 1_000)).toBe(false)
    await db.one.roles.offerClaim('hash', 5_000)
    expect([await db.one.roles.takeClaim('other', 1_000), await db.one.roles.takeClaim('hash', 5_000)]).toEqual([
      false,
      false,
    ])
    expect(countOf(await atOnce(20, [db.one, db.other], ({ roles }) => roles.takeClaim('hash', 4_999)), true)).toBe(1)
    await db.one.roles.offerClaim('first', 5_000)
    await db.other.roles.offerClaim('second', 5_000)
    expect([await db.one.roles.takeClaim('first', 1_000), await db.one.roles.takeClaim('second', 1_000)]).toEqual([
      false,
      true,
    ])
  })

  test('RBAC-2 a new account gets the role user, once there is one of that name', async () => {
    const before = await user()
    const role = await newRole({ name: 'user' })
    const after = sampleAccount({ createdAt: 7_000 })
    expect(await db.one.accounts.insert(after)).toBe(true)
    expect(await db.one.accounts.insert(sampleAccount({ emailKey: after.emailKey }))).toBe(false)
    const found = await db.other.roles.assignments([before, after.id])
    expect([...found]).toStrictEqual([[after.id, [{ roleId: role.id, grantedAt: 7_000 }]]])
  })

  test('RBAC-2 an account that is made while the role user is being deleted is made without it', async () => {
    for (const { id, name } of (await db.one.roles.list()).roles) if (name === 'user') await db.one.roles.remove(id)
    const role = await newRole({ name: 'user' })
    const account = sampleAccount()
    const inserted = await db.one.transact(async ({ roles }) => {
      await roles.remove(role.id)
      const inserting = db.other.accounts.insert(account)
      await wait(100)
      return { inserting }
    })
    expect(await inserted.inserting).toBe(true)
    expect((await db.one.roles.assignments([account.id])).size).toBe(0)
  })

  test('there are so many roles and no more', async () => {
    const { length } = (await db.one.roles.list()).roles
    for (let count = length; count < maxRoles; count += 1) await newRole()
    expect(await db.one.roles.insert(sampleRole())).toBe(false)
    expect((await db.one.roles.list()).roles).toHaveLength(maxRoles)
  })
}
