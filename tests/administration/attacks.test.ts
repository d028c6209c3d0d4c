// Those who administer, against one another: at the same moment, on two nodes, and by rights that their session has not.
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { holdLock } from '../accounts/held-lock.ts'
import { asUser, by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { clerkPermissions, member } from './people.ts'

const evenSo = { leaveNoAdministrator: true }

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let other: Vigile
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    other = kind === 'embedded' ? site.vigile : await site.node()
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'clerk', permissions: clerkPermissions }, by)
  })
  afterAll(() => site?.close())
  const administrators: UserId[] = []
  afterEach(async () => {
    for (const id of administrators.splice(0)) await site.vigile.users.delete(id, by, evenSo)
  })
  const administrator = async () => {
    const made = await member(site, 'admin')
    administrators.push(made.id)
    return made
  }

  test('RBAC-5 the last administrator neither disables nor deletes themselves', async () => {
    const { visitor, id } = await administrator()
    for (const [method, path] of [
      ['POST', `/api/admin/users/${id}/disable`],
      ['DELETE', `/api/admin/users/${id}`],
    ] as const) {
      const { status, body } = await visitor.send(method, path, { body: {}, headers: { 'accept-language': 'fr' } })
      expect([status, body.code, body.permission]).toEqual([403, 'permission_denied', undefined])
      expect(body.detail).toContain('dernière personne')
    }
    const as = { ...asUser(id), within: ['*'] }
    const refused = { ok: false, error: 'last_administrator' }
    expect(await site.vigile.users.disable(id, as, evenSo)).toEqual(refused)
    expect(await site.vigile.users.delete(id, as, evenSo)).toEqual(refused)
    expect((await visitor.me()).status).toBe(200)
    // With another one there it is theirs to do.
    await administrator()
    expect((await visitor.post(`/api/admin/users/${id}/disable`, {})).status).toBe(200)
  })

  test.each(['disable', 'delete'] as const)(
    'RBAC-5 attack: two administrators %s each other at the same moment, on two nodes: one stays',
    async (act) => {
      for (let times = 0; times < 3; times += 1) {
        const [one, two] = [await administrator(), await administrator()]
        const done = await Promise.all([
          site.vigile.users[act](two.id, asUser(one.id)),
          other.users[act](one.id, asUser(two.id)),
        ])
        expect(done.filter(({ ok }) => ok)).toHaveLength(1)
        const left = await Promise.all([one, two].map(({ id }) => site.vigile.users.find(id)))
        expect(left.filter((user) => user?.isActive)).toHaveLength(1)
        for (const { id } of [one, two]) await site.vigile.users.delete(id, by, evenSo)
      }
    },
  )

  test.runIf(kind !== 'embedded')(
    'RBAC-5 attack: an act that waits reaches somebody who has become more meanwhile',
    async () => {
      await administrator()
      const [clerk, person] = [await member(site, 'clerk'), await member(site)]
      const lock = await holdLock(site, 'select * from roles_state for update')
      await lock.run(`insert into user_roles (user_id, role_id, granted_at, granted_by)
        select '${person.id}', id, 1, 'test' from roles where name = 'admin'`)
      const act = clerk.visitor.post(`/api/admin/users/${person.id}/disable`, {})
      await lock.untilWaiting(1)
      await lock.release('commit')
      const { status, body } = await act
      expect([status, body.permission]).toEqual([403, 'products:*'])
      expect(await site.vigile.users.find(person.id)).toMatchObject({ isActive: true })
    },
  )
})

test('S-15 attack: a session from before a role that takes a second factor acts on those who hold it', async () => {
  const site = await openSite('embedded', {
    permissions,
    roles,
    accounts: { secondFactor: { requiredFor: ['system:admin'] } },
  })
  try {
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'clerk', permissions: [...clerkPermissions, 'roles:manage'] }, by)
    const [clerk, person, admin] = [await member(site, 'clerk'), await member(site), await member(site)]
    for (const { id } of [clerk, admin]) await site.vigile.roles.grant(id, 'admin', by)
    const disable = async ({ id }: { id: string }) => {
      const { status, body } = await clerk.visitor.post(`/api/admin/users/${id}/disable`, {})
      return status === 200 ? status : [status, body.permission]
    }
    // By the database's roles they hold as much by now; by the session they came with they don't.
    expect((await clerk.visitor.me()).body.roles).not.toContain('admin')
    expect(await disable(admin)).toEqual([403, 'products:*'])
    expect(await disable(person)).toBe(200)
    const user = (await site.vigile.roles.list()).find(({ name }) => name === 'user')
    const taken = await clerk.visitor.send('DELETE', `/api/admin/users/${admin.id}/roles/${user?.id}`)
    expect([taken.status, taken.body.permission]).toEqual([403, 'products:*'])
  } finally {
    await site.close()
  }
})
