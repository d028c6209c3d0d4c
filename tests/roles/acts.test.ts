// Roles as functions: seeded, made, changed, given and taken, each on record (RBAC-1, RBAC-2, RBAC-5).
import { ConfigurationError, createVigile, definePermissions, type UserId, type VigileOptions } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import { asUser, by, permissions, person, roles } from './scene.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    database = await openDatabase(site)
    expect(await site.vigile.roles.seed(by)).toMatchObject({ ok: true })
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const rows = () => database.run('select * from roles order by name')
  const newest = async (action: string) => {
    const [row] = await database.run(
      `select * from audit_entries where action = '${action}' order by at desc, id limit 1`,
    )
    return { userId: row?.user_id, resourceId: row?.resource_id, details: JSON.parse(String(row?.details)) }
  }

  test("RBAC-2 C's roles seeded twice give the same rows; what is declared is what they hold, and other roles stay", async () => {
    const { roles: acts } = site.vigile
    const seeded = await rows()
    expect(seeded.map(({ name }) => name)).toEqual(['admin', 'content-editor', 'user'])
    const names = Object.keys(roles)
    expect(await acts.seed(by)).toEqual({ ok: true, value: { created: [], changed: [], unchanged: names } })
    expect(await rows()).toEqual(seeded)

    await acts.create({ name: 'helper', permissions: ['users:read'] }, by)
    await acts.change('user', { permissions: ['*'], description: 'everybody' }, by)
    await acts.delete('content-editor', by)
    const value = { created: ['content-editor'], changed: ['user'], unchanged: ['admin'] }
    expect(await acts.seed(by)).toEqual({ ok: true, value })
    const held = Object.fromEntries((await acts.list()).map((role) => [role.name, role.permissions]))
    const declared = Object.fromEntries(Object.entries(roles).map(([name, all]) => [name, [...all].sort()]))
    expect(held).toEqual({ ...declared, helper: ['users:read'] })
    expect((await acts.list()).find(({ name }) => name === 'user')?.description).toBe('everybody')
    await acts.delete('helper', by)
  })

  test('RBAC-1 a user has any number of roles, each once, and none that is not there', async () => {
    const { roles: acts } = site.vigile
    const id = await person(site)
    expect(await acts.of(id)).toEqual(['user'])
    const value = { changed: true, roles: ['content-editor', 'user'] }
    expect(await acts.grant(id, 'content-editor', by)).toEqual({ ok: true, value })
    expect(await acts.grant(id, 'content-editor', by)).toEqual({ ok: true, value: { ...value, changed: false } })
    expect(await acts.revoke(id, 'user', by)).toMatchObject({ value: { changed: true, roles: ['content-editor'] } })
    expect(await acts.revoke(id, 'user', by)).toMatchObject({ value: { changed: false, roles: ['content-editor'] } })
    for (const act of [acts.grant, acts.revoke]) {
      expect(await act(id, 'nothing', by)).toEqual({ ok: false, error: 'not_found' })
      expect(await act('A'.repeat(22) as UserId, 'user', by)).toEqual({ ok: false, error: 'not_found' })
    }
    await site.vigile.users.delete(id, by)
    expect(await database.run(`select 1 from user_roles where user_id = '${id}'`)).toEqual([])
  })

  test('RBAC-5 S-90 each change is on record with who did it, before and after', async () => {
    const { roles: acts } = site.vigile
    const admin = await person(site, 'admin')
    const id = await person(site)
    await acts.create({ name: 'reader', permissions: ['products:read'] }, asUser(admin))
    const reader = { role: 'reader', description: null, permissions: ['products:read'] }
    const byAdmin = `user:${admin}`
    expect((await newest('role:create')).details).toEqual({ by: byAdmin, before: null, after: reader })
    await acts.change('reader', { permissions: ['products:*', 'products:*'] }, by)
    const after = { ...reader, permissions: ['products:*'] }
    expect((await newest('role:change')).details).toEqual({ by: 'operator:test', before: reader, after })
    await acts.grant(id, 'reader', asUser(admin))
    expect(await newest('user:role-grant')).toEqual({
      ...{ userId: id, resourceId: id },
      details: {
        by: byAdmin,
        role: 'reader',
        permissions: ['products:*'],
        before: ['user'],
        after: ['reader', 'user'],
      },
    })
    await acts.revoke(id, 'user', asUser(admin))
    const details = { by: byAdmin, role: 'user', before: ['reader', 'user'], after: ['reader'] }
    expect((await newest('user:role-revoke')).details).toEqual(details)
    await acts.delete('reader', asUser(admin))
    expect((await newest('role:delete')).details).toEqual({ by: byAdmin, before: after, after: null })
  })

  test('RBAC-5 AUD-2 what could not be put on record was not done', async () => {
    const id = await person(site)
    await database.run('alter table audit_entries rename to hidden')
    try {
      await expect(site.vigile.roles.grant(id, 'admin', by)).rejects.toThrow()
    } finally {
      await database.run('alter table hidden rename to audit_entries')
    }
    expect(await site.vigile.roles.of(id)).toEqual(['user'])
  })

  test('RBAC-5 attack: whoever may manage roles makes more of himself than he is, by any act', async () => {
    const { roles: acts } = site.vigile
    await acts.create({ name: 'clerk', permissions: ['roles:manage', 'products:read'] }, by)
    await acts.create({ name: 'products', permissions: ['products:*'] }, by)
    const clerk = await person(site, 'clerk')
    const friend = await person(site)
    const admin = await person(site, 'admin')
    const refused = (permission: string) => ({ ok: false, error: 'permission_denied', permission })
    const as = asUser(clerk)

    expect(await acts.grant(clerk, 'admin', as)).toEqual(refused('products:*'))
    expect(await acts.grant(friend, 'products', as)).toEqual(refused('products:*'))
    expect(await acts.revoke(admin, 'admin', as)).toEqual(refused('products:*'))
    expect(await acts.create({ name: 'boss', permissions: ['*'] }, as)).toEqual(refused('*'))
    expect(await acts.create({ name: 'boss', permissions: ['roles:*'] }, as)).toEqual(refused('roles:*'))
    expect(await acts.change('clerk', { permissions: ['roles:manage', 'users:read'] }, as)).toEqual(
      refused('users:read'),
    )
    expect(await acts.change('admin', { permissions: ['roles:manage'] }, as)).toEqual(refused('products:*'))
    expect(await acts.delete('products', as)).toEqual(refused('products:*'))
    // What he holds he gives, and a user who may not manage roles gives nothing.
    expect(await acts.grant(friend, 'clerk', as)).toMatchObject({ ok: true })
    const nobody = asUser(await person(site))
    expect(await acts.grant(friend, 'user', nobody)).toEqual(refused('roles:manage'))
    expect(await acts.create({ name: 'mine', permissions: [] }, nobody)).toEqual(refused('roles:manage'))
    const made = (await acts.list()).map(({ name }) => name)
    expect(made).toEqual(['admin', 'clerk', 'content-editor', 'products', 'user'])
    await acts.delete('clerk', by)
    await acts.delete('products', by)
  })

  test('RBAC-5 attack: an administrator who was disabled, or whose session is over, still has an act under way', async () => {
    const { users, roles: acts } = site.vigile
    const friend = await person(site)
    const disabled = await person(site, 'admin')
    await users.disable(disabled, by)
    const refused = { ok: false, error: 'unauthenticated' }
    expect(await acts.grant(friend, 'user', asUser(disabled))).toEqual(refused)

    const visitor = site.visitor()
    const { user, session } = (await visitor.signUp('ended@example.com')).body
    await acts.grant(user.id, 'admin', by)
    const as = { kind: 'user', id: user.id, sessionId: session.id } as const
    expect(await acts.grant(friend, 'content-editor', as)).toMatchObject({ ok: true })
    await visitor.post('/api/auth/logout')
    expect(await acts.grant(friend, 'admin', as)).toEqual(refused)
    const other = await person(site, 'admin')
    expect(await acts.grant(friend, 'admin', { ...as, id: other })).toEqual(refused)
  })

  test('S-14 attack: an operator gives admin where there is no such role yet: it holds more than was declared', async () => {
    const { roles: acts } = site.vigile
    await acts.delete('admin', by, { leaveNoAdministrator: true })
    const id = await person(site)
    expect(await acts.grant(id, 'admin', asUser(id))).toMatchObject({ ok: false })
    expect(await acts.grant(id, 'admin', by)).toMatchObject({ ok: true })
    expect((await acts.list()).find(({ name }) => name === 'admin')?.permissions).toEqual([...roles.admin].sort())
    expect(await acts.seed(by)).toMatchObject({ ok: true, value: { changed: [] } })
  })

  test.each([
    [{ name: 'A', permissions: [] }, 'name', 'A'],
    [{ name: '', permissions: [] }, 'name', ''],
    [{ name: 'x'.repeat(65), permissions: [] }, 'name', 'x'.repeat(64)],
    [{ name: 'a', permissions: [], description: 'one\ntwo' }, 'description', 'one\ntwo'],
    [{ name: 'a', permissions: [], description: 'one\u2028two' }, 'description', 'one\u2028two'],
    [{ name: 'a', permissions: [], description: '\u202enimda' }, 'description', '\u202enimda'],
    [{ name: 'a', permissions: [], description: 'half \ud800' }, 'description', 'half \ud800'],
    [{ name: 'a', permissions: ['products:read', 'products:craete'] }, 'permissions', 'products:craete'],
    [{ name: 'a', permissions: ['produkts:*'] }, 'permissions', 'produkts:*'],
    [{ name: 'a', permissions: ['products:rea*'] }, 'permissions', 'products:rea*'],
    [{ name: 'a', permissions: ['**'] }, 'permissions', '**'],
    [{ name: 'a', permissions: ['toString:*'] }, 'permissions', 'toString:*'],
  ] as const)('H-13 RBAC-3 a role that is not well made is refused: %j', async (role, path, value) => {
    const refused = { ok: false, error: 'validation_failed', path, value }
    // As JavaScript would: no compiler stands in between.
    expect(await site.vigile.roles.create(role as never, by)).toEqual(refused)
  })
})

describe('what is refused at start', () => {
  const faultsOf = (more: Partial<VigileOptions>): ConfigurationError['faults'] => {
    try {
      void createVigile({ publicUrl: 'http://localhost:3000', secrets: testSecret, production: false, ...more }).close()
    } catch (error) {
      if (error instanceof ConfigurationError) return error.faults
      throw error
    }
    return []
  }

  test.each([
    [{ roles: { user: ['products:craete'] } }, 'roles.user', 'there is no permission "products:craete"'],
    [{ roles: { user: ['shops:*'] } }, 'roles.user', 'there is no permission "shops:*"'],
    [{ roles: { User: [] } }, 'roles.User', 'it is no name of a role'],
    [{ roles: { admin: ['products:read'] } }, 'roles.admin', 'it lacks roles:manage'],
    [
      { accounts: { secondFactor: { requiredFor: ['system:amdin'] } } },
      'accounts.secondFactor',
      'there is no permission "system:amdin"',
    ],
    [{ accounts: { secondFactor: { requiredFor: [] } } }, 'accounts.secondFactor', 'it names no permission'],
    [
      { accounts: { secondFactor: { requiredOf: ['system:admin'] } } },
      'accounts.secondFactor',
      'it has the wrong kind',
    ],
    [{ permissions: { users: ['ban'] } }, 'permissions.users', "this resource is the engine's own"],
    [{ permissions: { products: ['Read'] } }, 'permissions.products', '"Read" is no name'],
    [{ permissions: { products: ['*'] } }, 'permissions.products', '"*" is no name'],
    [{ permissions: { 'a:b': ['read'] } }, 'permissions.a:b', '"a:b" is no name'],
  ])('RBAC-3 OPS-1 %j', (more, setting, wrong) => {
    const faults = faultsOf({ permissions: { products: ['read'] }, ...more } as never)
    expect(faults).toMatchObject([{ setting, wrong }])
  })
})

test('RBAC-3 a permission that was not declared does not compile', () => {
  const declared = definePermissions({ products: ['read', 'create'] })
  const options = { publicUrl: 'http://localhost:3000', secrets: testSecret, production: false } as const
  const compiled = () => {
    const vigile = createVigile({ ...options, permissions: declared, roles: { user: ['products:read'], boss: ['*'] } })
    void vigile.roles.create({ name: 'a', permissions: ['products:*', 'users:read'] }, by)
    // @ts-expect-error misspelt
    void vigile.roles.create({ name: 'a', permissions: ['products:craete'] }, by)
    // @ts-expect-error of nothing that there is
    void vigile.roles.create({ name: 'a', permissions: ['produkts:*'] }, by)
    // @ts-expect-error misspelt
    void createVigile({ ...options, permissions: declared, roles: { user: ['products:craete'] } })
    // @ts-expect-error where nothing was declared there are the engine's own
    void createVigile({ ...options, roles: { user: ['products:read'] } })
  }
  expect(compiled).toBeTypeOf('function')
})
