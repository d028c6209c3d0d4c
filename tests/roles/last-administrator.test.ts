// RBAC-5: somebody can always manage roles, whatever is asked, in whatever order, on however many nodes.
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { asUser, by, permissions, person, roles } from './scene.ts'

const refused = { ok: false, error: 'last_administrator' }
const evenSo = { leaveNoAdministrator: true }

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  /** One node on the embedded database, two on the other. */
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    nodes = kind === 'embedded' ? [site.vigile, site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  const administrators: UserId[] = []
  const administrator = async () => {
    const id = await person(site, 'admin')
    administrators.push(id)
    return id
  }
  beforeEach(async () => {
    await site.vigile.roles.seed(by)
  })
  afterEach(async () => {
    for (const id of administrators.splice(0)) await site.vigile.users.delete(id, by, evenSo)
  })

  type Way = readonly [how: string, act: (vigile: Vigile, id: UserId, options?: typeof evenSo) => Promise<unknown>]
  const ways: readonly Way[] = [
    ['the role is taken away', ({ roles: acts }, id, options) => acts.revoke(id, 'admin', by, options)],
    ['the role holds less', ({ roles: acts }, _, options) => acts.change('admin', { permissions: [] }, by, options)],
    ['the role is deleted', ({ roles: acts }, _, options) => acts.delete('admin', by, options)],
    ['the user is disabled', ({ users }, id, options) => users.disable(id, by, options)],
    ['the user is deleted', ({ users }, id, options) => users.delete(id, by, options)],
  ]

  test.each(ways)('RBAC-5 the last one stays: %s', async (_, act) => {
    const id = await administrator()
    expect(await act(site.vigile, id)).toEqual(refused)
    expect(await site.vigile.users.find(id)).toMatchObject({ isActive: true })
    expect(await site.vigile.roles.of(id)).toEqual(['admin', 'user'])
    // Nobody whom it leaves is in the way.
    expect(await act(site.vigile, id, evenSo)).toMatchObject({ ok: true })
    expect(await act(site.vigile, id)).not.toEqual(refused)
  })

  test('RBAC-5 seeding does not take from the last one what was declared otherwise', async () => {
    const { roles: acts } = site.vigile
    await acts.change('admin', { permissions: [] }, by)
    await acts.create({ name: 'keeper', permissions: ['roles:manage'] }, by)
    await acts.change('user', { permissions: ['*'] }, by)
    const id = await person(site)
    expect(await acts.seed(by)).toEqual(refused)
    expect((await acts.list()).find(({ name }) => name === 'user')?.permissions).toEqual(['*'])
    await acts.grant(id, 'keeper', by)
    expect(await acts.seed(by)).toMatchObject({ ok: true })
    await acts.delete('keeper', by, evenSo)
  })

  test('RBAC-5 a disabled one does not count, and one who has the right by two roles may lose one', async () => {
    const { users, roles: acts } = site.vigile
    const [id, other] = [await administrator(), await administrator()]
    expect(await users.disable(other, by)).toMatchObject({ ok: true })
    expect(await acts.revoke(id, 'admin', by)).toEqual(refused)
    expect(await users.delete(other, by)).toMatchObject({ ok: true })
    await acts.create({ name: 'second', permissions: ['*'] }, by)
    await acts.grant(id, 'second', by)
    expect(await acts.revoke(id, 'admin', by)).toMatchObject({ ok: true })
    expect(await acts.delete('second', by)).toEqual(refused)
    await acts.delete('second', by, evenSo)
  })

  test('RBAC-5 an owner who is the last one cannot close the account, and is told why', async () => {
    const visitor = site.visitor()
    const { user } = (await visitor.signUp(`owner-${kind.length}@example.com`)).body
    administrators.push(user.id)
    await site.vigile.roles.grant(user.id, 'admin', by)
    const { status, body } = await visitor.post('/api/auth/account/delete')
    expect([status, body.code]).toEqual([403, 'permission_denied'])
    expect(body.detail).toContain('last who may manage roles')
    expect((await visitor.me()).status).toBe(200)
    await administrator()
    expect((await visitor.post('/api/auth/account/delete')).status).toBe(200)
  })

  test('RBAC-5 attack: administrators who remove each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await administrator(), await administrator()]
      const [first, second] = nodes as [Vigile, Vigile]
      const done = await Promise.all([
        first.roles.revoke(two, 'admin', asUser(one)),
        second.roles.revoke(one, 'admin', asUser(two)),
      ])
      expect(done.map(({ ok }) => ok).sort()).toEqual([false, true])
      const left = await Promise.all([one, two].map((id) => site.vigile.roles.of(id)))
      expect(left.filter((names) => names.includes('admin'))).toHaveLength(1)
      for (const id of administrators.splice(0)) await site.vigile.users.delete(id, by, evenSo)
    }
  })

  test('RBAC-5 attack: every way at once, on every node, and one administrator is left', async () => {
    for (const [, act] of ways.slice(0, 1).concat(ways.slice(3))) {
      for (const [, other] of ways) {
        await site.vigile.roles.seed(by)
        const ids = [await administrator(), await administrator(), await administrator()]
        await Promise.all(ids.map((id, index) => (index % 2 ? act : other)(nodes[index % 2] as Vigile, id)))
        const { roles: acts, users } = site.vigile
        const managing = (await acts.list()).filter(({ permissions: all }) => all.includes('roles:manage'))
        const left: UserId[] = []
        for (const id of ids) {
          const names = await acts.of(id)
          const isActive = (await users.find(id))?.isActive === true
          if (isActive && managing.some(({ name }) => names.includes(name))) left.push(id)
        }
        expect(left.length).toBeGreaterThanOrEqual(1)
        for (const id of administrators.splice(0)) await site.vigile.users.delete(id, by, evenSo)
      }
    }
  })
})
