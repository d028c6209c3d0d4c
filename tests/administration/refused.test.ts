// What administrators are refused: it is on record, it changes nothing, and it is asked once more in the transaction of the act.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { holdLock } from '../accounts/held-lock.ts'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { clerkPermissions, type Member, member } from './people.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  let owner: Member
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    database = await openDatabase(site)
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'clerk', permissions: [...clerkPermissions, 'roles:manage'] }, by)
    await site.vigile.roles.create({ name: 'operations', permissions: ['system:*'] }, by)
    owner = await member(site, 'admin')
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const roleId = async (role: string) => (await site.vigile.roles.list()).find(({ name }) => name === role)?.id
  const deniedTo = async ({ id }: Member) =>
    (await site.vigile.audit.search({ action: 'permission:denied', userId: id })).entries

  test('S-90 AUD-2 attack: a clerk tries again and again to become more: each act is on record, once in a window', async () => {
    const clerk = await member(site, 'clerk')
    const admin = await roleId('admin')
    const session = (await owner.visitor.me()).body.session.id
    const acts = [
      ['PUT', `/api/admin/users/${clerk.id}/roles/${admin}`],
      ['PATCH', `/api/admin/roles/${admin}`],
      ['DELETE', `/api/admin/roles/${admin}`],
      ['POST', '/api/admin/roles', { name: 'boss', permissions: ['*'] }],
      ['POST', `/api/admin/users/${owner.id}/disable`],
      ['POST', `/api/admin/users/${owner.id}/reset-password`],
      ['POST', `/api/admin/users/${owner.id}/remove-factors`],
      ['DELETE', `/api/admin/users/${owner.id}`],
      ['DELETE', `/api/admin/sessions/${session}`],
    ] as const
    for (let times = 0; times < 2; times += 1)
      for (const [method, path, body = {}] of acts)
        expect([path, (await clerk.visitor.send(method, path, { body })).status]).toEqual([path, 403])
    const told = (await deniedTo(clerk)).map(({ ip, details }) => `${ip} ${details?.method} ${details?.path}`)
    expect(told.sort()).toEqual(acts.map(([method, path]) => `${clerk.visitor.address} ${method} ${path}`).sort())
    site.move(16 * 60_000)
    await clerk.visitor.signIn(clerk.email)
    await clerk.visitor.send('DELETE', `/api/admin/users/${owner.id}`)
    expect(await deniedTo(clerk)).toHaveLength(acts.length + 1)
  })

  test('S-90 that the last administrator was to go is on record', async () => {
    const clerks = (await site.vigile.users.list({ search: 'member-' })).users
    expect(clerks.length).toBeGreaterThan(1)
    await site.vigile.roles.change('clerk', { permissions: clerkPermissions }, by)
    await owner.visitor.signIn(owner.email)
    expect((await owner.visitor.send('DELETE', `/api/admin/users/${owner.id}`, { body: {} })).status).toBe(403)
    const details = { permission: 'last_administrator', method: 'DELETE' }
    expect((await deniedTo(owner))[0]).toMatchObject({ resourceId: 'last_administrator', details })
    await site.vigile.roles.change('clerk', { permissions: [...clerkPermissions, 'roles:manage'] }, by)
  })

  test('RBAC-5 attack: a refused act makes every node forget whom it was about', async () => {
    const clerk = await member(site, 'clerk')
    const version = async () => (await database.run(`select updated_at from users where id = '${owner.id}'`))[0]
    const before = await version()
    for (const [method, path] of [
      ['POST', `/api/admin/users/${owner.id}/disable`],
      ['DELETE', `/api/admin/users/${owner.id}/roles/${await roleId('admin')}`],
      ['PUT', `/api/admin/users/${owner.id}/roles/${'A'.repeat(22)}`],
    ] as const)
      expect((await clerk.visitor.send(method, path, { body: {} })).status).toBeGreaterThanOrEqual(403)
    expect(await version()).toEqual(before)
  })

  test('LIM-1 S-19 attack: a stolen session of an administrator fills a mailbox with links, all of them good', async () => {
    const [clerk, person] = [await member(site, 'clerk'), await member(site)]
    const ask = async (who: Member) => {
      const { status, body } = await clerk.visitor.post(`/api/admin/users/${who.id}/reset-password`, {})
      return status === 202 ? 'sent' : body.code
    }
    const asked = [await ask(person), await ask(person), await ask(person), await ask(person)]
    expect(asked).toEqual(['sent', 'sent', 'sent', 'rate_limited'])
    const live = `select 1 from one_time_tokens where user_id = '${person.id}' and purpose = 'reset_password' and used_at is null`
    expect(await database.run(live)).toHaveLength(1)
    const { entries } = await site.vigile.audit.search({ action: 'user:password-forgot', resourceId: person.id })
    expect(entries.map(({ details }) => details?.outcome)).toEqual(['limited', 'sent', 'sent', 'sent'])
    // What was refused is not counted, and whoever runs the installation is not bounded.
    expect([await ask(owner), await ask(owner), await ask(owner), await ask(owner)]).not.toContain('rate_limited')
    expect(await site.vigile.users.sendPasswordReset(person.id, by)).toMatchObject({ ok: true })
  })

  test('AUD-2 looking at one person is on record, and at a second one too', async () => {
    const [clerk, one, two] = [await member(site, 'clerk'), await member(site), await member(site)]
    for (const { id } of [one, two, one]) expect((await clerk.visitor.get(`/api/admin/users/${id}`)).status).toBe(200)
    const { entries } = await site.vigile.audit.search({ action: 'user:read', userId: clerk.id })
    expect(entries.map(({ resourceId }) => resourceId).sort()).toEqual([one.id, two.id].sort())
  })

  test.runIf(kind !== 'embedded').each(['keys/rotate', 'sessions/end-all'])(
    'RBAC-5 attack: rights that are lost after the guard let the act pass are used once more: %s',
    async (act) => {
      const operations = await member(site, 'operations')
      const keys = await site.vigile.keys.list()
      const lock = await holdLock(site, 'select * from roles_state for update')
      await lock.run(`delete from user_roles where user_id = '${operations.id}'`)
      const asked = operations.visitor.post(`/api/admin/${act}`, {})
      await lock.untilWaiting(1)
      await lock.release('commit')
      const { status, body } = await asked
      expect([status, body.permission]).toEqual([403, 'system:admin'])
      expect(await site.vigile.keys.list()).toEqual(keys)
      expect((await owner.visitor.refresh()).status).toBe(200)
    },
  )
})
