// Roles over HTTP: made, changed, given and taken, within what whoever does it holds (RBAC-5).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { type Member, member } from './people.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let admin: Member
  let manager: Member
  let person: Member
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    await site.vigile.roles.seed(by)
    const held = ['roles:read', 'roles:manage', 'products:read', 'profile:update'] as const
    await site.vigile.roles.create({ name: 'manager', permissions: held }, by)
    await site.vigile.roles.create({ name: 'all', permissions: ['*'] }, by)
    admin = await member(site, 'all')
    manager = await member(site, 'manager')
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    person = await member(site)
  })

  const path = '/api/admin/roles'
  const idOf = async (name: string) => (await site.vigile.roles.list()).find((role) => role.name === name)?.id ?? ''
  const ofUser = async ({ id }: Pick<Member, 'id'>, role: string) => `/api/admin/users/${id}/roles/${await idOf(role)}`
  const put = ({ visitor }: Member, at: string) => visitor.send('PUT', at, { body: {} })
  const remove = ({ visitor }: Member, at: string) => visitor.send('DELETE', at, { body: {} })
  const brief = ({ status, body }: Awaited<ReturnType<Member['visitor']['get']>>) => [
    status,
    ...(body?.code ? [body.code] : []),
    ...(body?.permission ? [body.permission] : []),
  ]
  const denied = (permission: string) => [403, 'permission_denied', permission]
  const newest = async (action: string) => (await site.vigile.audit.search({ action, limit: 1 })).entries[0]

  test('RBAC-1 RBAC-5 made, changed and deleted, each on record with before and after, who and from where', async () => {
    const permissionsOfIt = ['products:read']
    const made = await admin.visitor.post(path, { name: 'reader', description: 'Reads.', permissions: permissionsOfIt })
    expect([made.status, made.body.role]).toMatchObject([201, { name: 'reader', permissions: permissionsOfIt }])
    const { id } = made.body.role
    const before = { role: 'reader', description: 'Reads.', permissions: permissionsOfIt }
    const origin = { ip: admin.visitor.address }
    const actor = { by: `user:${admin.id}` }
    expect(await newest('role:create')).toMatchObject({ ...origin, details: { ...actor, before: null, after: before } })
    const listed = (await manager.visitor.get(path)).body
    expect(listed.roles.find((role: { id: string }) => role.id === id)).toEqual(made.body.role)
    expect(listed.permissions).toContain('products:publish')

    const changed = await admin.visitor.send('PATCH', `${path}/${id}`, { body: { permissions: ['products:*'] } })
    expect([changed.status, changed.body.role.permissions, changed.body.role.description]).toEqual([
      ...[200, ['products:*']],
      'Reads.',
    ])
    const after = { ...before, permissions: ['products:*'] }
    expect(await newest('role:change')).toMatchObject({ ...origin, details: { ...actor, before, after } })
    const bare = await admin.visitor.send('PATCH', `${path}/${id}`, { body: { description: null } })
    expect(bare.body.role).toMatchObject({ description: null, permissions: ['products:*'] })
    expect((await remove(admin, `${path}/${id}`)).status).toBe(204)
    expect(await newest('role:delete')).toMatchObject({ ...origin, details: { ...actor, after: null } })
    expect(brief(await remove(admin, `${path}/${id}`))).toEqual([404, 'not_found'])
  })

  test('RBAC-1 RBAC-4 given and taken: seen by the very next request of who has it, and on record', async () => {
    const at = await ofUser(person, 'content-editor')
    const given = await put(admin, at)
    expect([given.status, given.body]).toEqual([200, { changed: true, roles: ['content-editor', 'user'] }])
    expect((await person.visitor.me()).body.roles).toEqual(['content-editor', 'user'])
    expect((await put(admin, at)).body.changed).toBe(false)
    expect(await newest('user:role-grant')).toMatchObject({
      ...{ userId: person.id, ip: admin.visitor.address },
      details: { by: `user:${admin.id}`, before: ['user'], after: ['content-editor', 'user'] },
    })
    expect((await remove(admin, at)).body).toEqual({ changed: true, roles: ['user'] })
    expect((await person.visitor.me()).body.permissions).not.toContain('products:update')
    for (const wrong of [
      `/api/admin/users/${person.id}/roles/${'A'.repeat(22)}`,
      await ofUser({ id: 'x' as never }, 'user'),
    ])
      expect(brief(await put(admin, wrong))).toEqual([404, 'not_found'])
  })

  test('RBAC-5 attack: whoever manages roles makes more of themselves than they are', async () => {
    const body = (more: object) => ({ name: 'boss', permissions: [], ...more })
    expect(brief(await manager.visitor.post(path, body({ permissions: ['*'] })))).toEqual(denied('*'))
    expect(brief(await manager.visitor.post(path, body({ permissions: ['roles:*'] })))).toEqual(denied('roles:*'))
    const own = `${path}/${await idOf('manager')}`
    const more = { permissions: ['roles:manage', 'users:delete'] }
    expect(brief(await manager.visitor.send('PATCH', own, { body: more }))).toEqual(denied('users:delete'))
    expect(brief(await put(manager, await ofUser(manager, 'all')))).toEqual(denied('*'))
    expect(brief(await remove(manager, await ofUser(admin, 'all')))).toEqual(denied('*'))
    expect(brief(await remove(manager, `${path}/${await idOf('all')}`))).toEqual(denied('*'))
    // What they hold they give; who may only see roles changes none.
    expect((await put(manager, await ofUser(person, 'user'))).status).toBe(200)
    expect(brief(await put(person, await ofUser(person, 'user')))).toEqual(denied('roles:manage'))
    expect((await manager.visitor.me()).body.roles).toEqual(['manager', 'user'])
  })

  test('RBAC-5 attack: whoever manages roles gives to, or takes from, somebody who holds more, what they hold themselves', async () => {
    await site.vigile.roles.create({ name: 'banned', permissions: [] }, by)
    expect(brief(await put(manager, await ofUser(admin, 'banned')))).toEqual(denied('*'))
    expect(brief(await remove(manager, await ofUser(admin, 'user')))).toEqual(denied('*'))
    expect((await admin.visitor.me()).body.roles).toEqual(['all', 'user'])
    expect((await put(manager, await ofUser(person, 'banned'))).status).toBe(200)
    await site.vigile.roles.delete('banned', by)
  })

  test('RBAC-1 a change that changes nothing is not made, nor on record', async () => {
    const { id, updatedAt } = (await site.vigile.roles.list()).find(({ name }) => name === 'user') ?? {}
    const last = await newest('role:change')
    for (const body of [{}, { permissions: [...roles.user].reverse() }, { description: null }]) {
      site.move(1)
      const same = await admin.visitor.send('PATCH', `${path}/${id}`, { body })
      expect([same.status, same.body.role.updatedAt]).toEqual([200, updatedAt])
    }
    expect(await newest('role:change')).toEqual(last)
  })

  test('RBAC-5 attack: the role that a name stood for is another one by now', async () => {
    const { roles: acts } = site.vigile
    await acts.create({ name: 'helper', permissions: ['products:read'] }, by)
    const at = await ofUser(person, 'helper')
    await acts.delete('helper', by)
    await acts.create({ name: 'helper', permissions: ['*'] }, by)
    expect(brief(await put(admin, at))).toEqual([404, 'not_found'])
    expect(await acts.of(person.id)).toEqual(['user'])
    await acts.delete('helper', by)
  })

  test('RBAC-5 the last who may manage roles stays, by whatever act over HTTP', async () => {
    const { roles: acts, users } = site.vigile
    await users.disable(manager.id, by)
    const all = `${path}/${await idOf('all')}`
    for (const reply of [
      await remove(admin, await ofUser(admin, 'all')),
      await remove(admin, all),
      await admin.visitor.send('PATCH', all, { body: { permissions: ['users:read'] } }),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([403, 'permission_denied'])
      expect(reply.body.detail).toContain('the last who may manage roles')
    }
    expect((await admin.visitor.me()).body.permissions).toContain('*')
    await users.enable(manager.id, by)
    expect(await acts.of(admin.id)).toEqual(['all', 'user'])
  })

  test('VAL-1 H-13 a role that is not well made is refused, and a name that is taken', async () => {
    const post = async (body: object) => {
      const { status, body: problem } = await admin.visitor.post(path, { name: 'one', permissions: [], ...body })
      return [status, problem.code, problem.errors?.[0]?.path, problem.errors?.[0]?.code]
    }
    const refused = (field: string, code: string) => [400, 'validation_failed', field, code]
    expect(await post({ permissions: ['products:craete'] })).toEqual(refused('permissions', 'unknown_permission'))
    expect(await post({ name: 'One' })).toEqual(refused('name', 'invalid'))
    expect(await post({ description: 'one\ntwo' })).toEqual(refused('description', 'invalid'))
    expect(await post({ isDefault: true })).toEqual(refused('isDefault', 'unknown'))
    expect((await post({ permissions: Array(501).fill('a') }))[0]).toBe(400)
    expect(await post({ name: 'user' })).toEqual([409, 'name_taken', undefined, undefined])
    // No act over HTTP leaves nobody, whatever is asked.
    const body = { leaveNoAdministrator: true }
    expect((await admin.visitor.send('DELETE', `${path}/${await idOf('all')}`, { body })).status).toBe(400)
  })
})
