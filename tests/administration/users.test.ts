// The accounts of others, over HTTP: seen, disabled, signed out, helped and deleted, never beyond what whoever acts holds.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { by, permissions, roles } from '../roles/scene.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { clerkPermissions, type Member, member } from './people.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  let clerk: Member
  let person: Member
  let admin: Member
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    database = await openDatabase(site)
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'clerk', permissions: clerkPermissions }, by)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })
  beforeEach(async () => {
    ;[clerk, person, admin] = [await member(site, 'clerk', 'user'), await member(site), await member(site, 'admin')]
  })

  const path = ({ id }: Pick<Member, 'id'>, act = '') => `/api/admin/users/${id}${act && `/${act}`}`
  const acts = ['disable', 'enable', 'end-sessions', 'reset-password', 'remove-factors'] as const
  const denied = (permission: string) => [403, 'permission_denied', permission]
  const brief = ({ status, body }: Awaited<ReturnType<Member['visitor']['get']>>) => [
    status,
    ...(body?.code ? [body.code] : []),
    ...(body?.permission ? [body.permission] : []),
  ]
  const entries = async (action: string, of: Pick<Member, 'id'>) =>
    (await site.vigile.audit.search({ action, resourceId: of.id })).entries

  test('AUD-2 S-86 lists are paged, searched and filtered, and tell nothing secret', async () => {
    const get = async (query: string) => (await clerk.visitor.get(`/api/admin/users${query}`)).body
    const found = (await get(`?search=${encodeURIComponent(person.email)}`)).users
    expect(found).toMatchObject([{ id: person.id, email: person.email, isActive: true, roles: ['user'] }])
    expect(Object.keys(found[0]).sort()).toEqual(
      ['createdAt', 'email', 'emailVerified', 'id', 'image', 'isActive', 'locale', 'name', 'roles'].sort(),
    )
    await site.vigile.users.disable(person.id, by)
    const ids = async (query: string) => (await get(query)).users.map(({ id }: { id: string }) => id)
    expect(await ids('?active=false&limit=200')).toContain(person.id)
    expect(await ids('?active=true&limit=200')).not.toContain(person.id)
    expect(await ids('?role=admin&limit=200')).toContain(admin.id)
    expect(await ids('?role=admin&limit=200')).not.toContain(clerk.id)
    expect(await ids('?role=nothing')).toEqual([])
    const first = await get('?limit=1')
    expect(first.users).toHaveLength(1)
    expect(await ids(`?limit=1&after=${first.next}`)).not.toEqual([first.users[0].id])
    for (const query of [
      '?limit=0',
      '?limit=201',
      '?limit=1e2',
      '?active=yes',
      '?role=A',
      '?search=',
      '?after=1&after=2',
    ])
      expect([query, (await clerk.visitor.get(`/api/admin/users${query}`)).status]).toEqual([query, 400])
  })

  test('S-86 one account: what hangs on it as counts, no hash, no secret, no token', async () => {
    const reply = await clerk.visitor.get(path(person))
    expect(reply.body.user).toMatchObject({
      ...{ id: person.id, roles: ['user'], permissions: ['products:read', 'profile:update'], hasPassword: true },
      ...{ sessions: 1, factors: { totp: false, passkeys: 0, recoveryCodes: 0 }, identities: [] },
    })
    const [row] = await database.run(`select password_hash from users where id = '${person.id}'`)
    expect(reply.text).not.toContain(String(row?.password_hash))
    expect(reply.text).not.toMatch(/argon2|hash"|secret|token/)
    await person.visitor.signIn(person.email)
    const { lastSignInAt } = (await clerk.visitor.get(path(person))).body.user
    expect(Math.abs(lastSignInAt - site.now())).toBeLessThan(60_000)
  })

  test('AUD-2 who looks at lists and at people is on record, once in a window', async () => {
    for (let times = 0; times < 3; times += 1) {
      await clerk.visitor.get('/api/admin/users')
      await clerk.visitor.get(path(person))
    }
    expect(await entries('user:read', person)).toMatchObject([{ userId: clerk.id, ip: clerk.visitor.address }])
    const lists = await site.vigile.audit.search({ action: 'user:list', userId: clerk.id })
    expect(lists.entries).toHaveLength(1)
  })

  test('S-36 ACC-6 disabled: signed out at once, and no way in until enabled; on record with who, and from where', async () => {
    expect((await clerk.visitor.post(path(person, 'disable'), {})).body).toEqual({ endedSessions: 1 })
    expect((await person.visitor.me()).status).toBe(401)
    expect((await person.visitor.refresh()).body.reason).toBe('account_disabled')
    expect((await site.visitor().signIn(person.email)).status).toBe(401)
    const actor = { by: `user:${clerk.id}` }
    expect(await entries('user:disable', person)).toMatchObject([
      { userId: person.id, ip: clerk.visitor.address, details: { ...actor, endedSessions: 1 } },
    ])
    expect((await clerk.visitor.post(path(person, 'enable'), {})).status).toBe(204)
    expect(await entries('user:enable', person)).toMatchObject([{ details: actor }])
    const back = site.visitor()
    expect((await back.signIn(person.email)).status).toBe(200)
    // Where the administrator sat is nothing of theirs.
    const exported = await back.post('/api/auth/export', {})
    expect(exported.status).toBe(200)
    expect(exported.text).toContain('user:disable')
    expect(exported.text).not.toContain(clerk.visitor.address)
    expect(exported.text).not.toContain(clerk.id)
  })

  test('S-38 every session of a user ends at once', async () => {
    const second = site.visitor()
    await second.signIn(person.email)
    expect((await clerk.visitor.post(path(person, 'end-sessions'), {})).body).toEqual({ endedSessions: 2 })
    for (const browser of [person.visitor, second])
      expect((await browser.refresh()).body.reason).toBe('ended_by_operator')
    expect((await clerk.visitor.me()).status).toBe(200)
  })

  test('S-19 a reset goes to the owner alone: nobody else sets, sees or is sent anything', async () => {
    for (const body of [{ password: 'quiet-meadow-lantern-77' }, { email: clerk.email }, { sentTo: clerk.email }])
      expect((await clerk.visitor.post(path(person, 'reset-password'), body)).status).toBe(400)
    const reply = await clerk.visitor.post(path(person, 'reset-password'), {})
    expect([reply.status, reply.body]).toEqual([202, { status: 'sent' }])
    expect(tokenIn(await letterTo([site.vigile], person.email, 'reset-password'))).toHaveLength(43)
    expect((site.vigile.mailbox() ?? []).filter(({ to }) => to === clerk.email)).toEqual([])
    expect((await site.visitor().signIn(person.email, goodPassword)).status).toBe(200)
    expect(await entries('user:password-forgot', person)).toMatchObject([{ details: { by: `user:${clerk.id}` } }])
  })

  test('S-15 factors that are lost are taken away, and the owner is told; where there is none nothing happens', async () => {
    expect(brief(await clerk.visitor.post(path(person, 'remove-factors'), {}))).toEqual([404, 'not_found'])
    await database.run(
      `insert into recovery_codes (user_id, code_hash, created_at) values ('${person.id}', 'x${person.id}', 1)`,
    )
    expect((await clerk.visitor.post(path(person, 'remove-factors'), {})).body).toEqual({ endedSessions: 1 })
    const details = { by: `user:${clerk.id}`, factor: 'all', recoveryCodes: 1 }
    expect(await entries('factor:remove', person)).toMatchObject([{ ip: clerk.visitor.address, details }])
    expect((await person.visitor.me()).status).toBe(401)
  })

  test('ACC-7 deleted: gone with its sessions, and on record', async () => {
    expect((await clerk.visitor.send('DELETE', path(person), { body: {} })).status).toBe(204)
    expect((await person.visitor.me()).status).toBe(401)
    expect(await site.vigile.users.find(person.id)).toBeNull()
    expect(brief(await clerk.visitor.get(path(person)))).toEqual([404, 'not_found'])
    expect(await entries('user:delete', person)).toMatchObject([{ details: { by: `user:${clerk.id}` } }])
  })

  test('RBAC-5 attack: an administrator of users goes for somebody who holds more, by every act', async () => {
    const before = await site.vigile.users.find(admin.id)
    for (const act of acts)
      expect([act, brief(await clerk.visitor.post(path(admin, act), {}))]).toEqual([act, denied('products:*')])
    expect(brief(await clerk.visitor.send('DELETE', path(admin), { body: {} }))).toEqual(denied('products:*'))
    expect(await site.vigile.users.find(admin.id)).toEqual(before)
    expect((await admin.visitor.me()).status).toBe(200)
    for (const action of ['user:disable', 'user:password-forgot', 'factor:remove', 'user:delete'])
      expect(await entries(action, admin)).toEqual([])
    // The other way round it is theirs to do.
    expect((await admin.visitor.post(path(clerk, 'disable'), {})).status).toBe(200)
  })

  test('RBAC-5 attack: a right to read does nothing else, and a right to change deletes nobody', async () => {
    await site.vigile.roles.create({ name: 'reader', permissions: ['users:read'] }, by)
    await site.vigile.roles.create({ name: 'changer', permissions: ['users:update'] }, by)
    const [reader, changer] = [await member(site, 'reader'), await member(site, 'changer')]
    for (const act of acts)
      expect(brief(await reader.visitor.post(path(person, act), {}))).toEqual(denied('users:update'))
    for (const { visitor } of [reader, changer])
      expect(brief(await visitor.send('DELETE', path(person), { body: {} }))).toEqual(denied('users:delete'))
    expect(brief(await changer.visitor.get('/api/admin/users'))).toEqual(denied('users:read'))
    // A function that is given a user asks the same.
    const as = { kind: 'user', id: reader.id } as const
    const refused = { ok: false, error: 'permission_denied', permission: 'users:update' }
    expect(await site.vigile.users.disable(person.id, as, { leaveNoAdministrator: true })).toEqual(refused)
    await site.vigile.roles.delete('reader', by)
    await site.vigile.roles.delete('changer', by)
  })

  test('I10 TOK-5 attack: whoever acts was signed out, or disabled, while the act was under way', async () => {
    const { users } = site.vigile
    const sessionId = (await clerk.visitor.me()).body.session.id
    const as = { kind: 'user', id: clerk.id, sessionId } as const
    expect(await users.enable(person.id, as)).toMatchObject({ ok: true })
    await clerk.visitor.post('/api/auth/logout', {})
    const refused = { ok: false, error: 'unauthenticated' }
    expect(await users.disable(person.id, as)).toEqual(refused)
    expect(await users.sendPasswordReset(person.id, as)).toEqual(refused)
    expect(await users.delete(person.id, as)).toEqual(refused)
    await users.disable(clerk.id, by)
    expect(await users.delete(person.id, { kind: 'user', id: clerk.id })).toEqual(refused)
    expect((await person.visitor.me()).status).toBe(200)
  })

  test('AUD-2 what can’t be put on record is not done, and not shown', async () => {
    await database.run('alter table audit_entries rename to hidden')
    try {
      for (const act of ['disable', 'end-sessions', 'reset-password'])
        expect((await clerk.visitor.post(path(person, act), {})).status).toBeGreaterThanOrEqual(500)
      expect((await clerk.visitor.get(path(person))).status).toBeGreaterThanOrEqual(500)
    } finally {
      await database.run('alter table hidden rename to audit_entries')
    }
    expect((await person.visitor.me()).status).toBe(200)
    expect((await site.vigile.users.find(person.id))?.isActive).toBe(true)
  })
})
