// Sessions, keys and the record, over HTTP, for those who may.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { clerkPermissions, type Member, member } from './people.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let clerk: Member
  let person: Member
  let admin: Member
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    await site.vigile.roles.seed(by)
    await site.vigile.roles.create({ name: 'clerk', permissions: clerkPermissions }, by)
    await site.vigile.roles.create({ name: 'operations', permissions: ['system:*', 'audit:read'] }, by)
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    ;[clerk, person, admin] = [await member(site, 'clerk', 'user'), await member(site), await member(site, 'admin')]
  })

  const path = '/api/admin/sessions'
  const sessionOf = async ({ visitor }: Member) => (await visitor.me()).body.session.id as string
  const remove = ({ visitor }: Member, id: string) => visitor.send('DELETE', `${path}/${id}`, { body: {} })
  const brief = ({ status, body }: Awaited<ReturnType<Member['visitor']['get']>>) => [
    status,
    ...(body?.code ? [body.code] : []),
    ...(body?.permission ? [body.permission] : []),
  ]

  test('S-38 AUD-2 one session of a user ends, the others go on; on record with who and from where', async () => {
    const second = site.visitor()
    await second.signIn(person.email)
    const listed = (await clerk.visitor.get(`${path}?user=${person.id}`)).body.sessions
    const id = await sessionOf(person)
    expect(listed.map((one: { id: string }) => one.id).sort()).toEqual(
      [id, second.cookie('refresh')?.split('.')[2]].sort(),
    )
    expect((await remove(clerk, id)).status).toBe(204)
    expect((await person.visitor.refresh()).body.reason).toBe('ended_by_operator')
    expect((await second.me()).status).toBe(200)
    expect(brief(await remove(clerk, id))).toEqual([404, 'not_found'])
    const { entries } = await site.vigile.audit.search({ action: 'session:end', resourceId: id })
    const details = { by: `user:${clerk.id}`, reason: 'ended_by_operator' }
    expect(entries).toMatchObject([{ userId: person.id, ip: clerk.visitor.address, details }])
    const looked = await site.vigile.audit.search({ action: 'session:list', resourceId: person.id })
    expect(looked.entries).toMatchObject([{ userId: clerk.id }])
  })

  test('VAL-1 attack: a NUL in what is searched, or a page that is none, is refused on every database', async () => {
    const operations = await member(site, 'operations')
    const audit = ['action', 'resource', 'resourceId', 'ip'].map((name) => `audit?${name}=%00`)
    const wrong = [...audit, 'audit?after=zzz%00', 'audit/export?ip=a%00b']
    for (const query of wrong)
      expect([query, (await operations.visitor.get(`/api/admin/${query}`)).status]).toEqual([query, 400])
    for (const query of [
      'users?search=%00',
      'users?after=zzz%00',
      'users?after=zzz',
      'sessions?ip=%00',
      'sessions?after=1',
    ])
      expect([query, (await clerk.visitor.get(`/api/admin/${query}`)).status]).toEqual([query, 400])
  })

  test('S-38 sessions of everyone, of a user, from an address: a page at a time, no token nor hash, on record', async () => {
    const get = async (query: string) => (await clerk.visitor.get(`${path}?${query}`)).body
    const ids = ({ sessions }: { sessions: { id: string }[] }) => sessions.map(({ id }) => id)
    const all = await get('')
    expect(ids(all)).toEqual(expect.arrayContaining(await Promise.all([clerk, person, admin].map(sessionOf))))
    const first = await get('limit=1')
    const second = await get(`limit=1&after=${first.next}`)
    expect([...ids(first), ...ids(second)]).toEqual(ids(all).slice(0, 2))
    const near = await get(`ip=${person.visitor.address}`)
    expect(near).toMatchObject({ sessions: [{ userId: person.id, ip: person.visitor.address }], next: null })
    expect(ids(await get(`ip=${person.visitor.address}&user=${clerk.id}`))).toEqual([])
    const shown = ['id', 'createdAt', 'lastUsedAt', 'authenticatedAt', 'idleExpiresAt', 'expiresAt', 'browser']
    expect(Object.keys(near.sessions[0]).sort()).toEqual([...shown, 'system', 'device', 'ip', 'userId'].sort())
    for (const query of ['after=x', 'limit=0', 'user=x', 'ip='])
      expect([query, (await clerk.visitor.get(`${path}?${query}`)).status]).toEqual([query, 400])
    const looked = await site.vigile.audit.search({ action: 'session:list', userId: clerk.id })
    expect(looked.entries.map(({ resourceId }) => resourceId).sort()).toEqual([clerk.id, null].sort())
    expect(brief(await person.visitor.get(path))).toEqual([403, 'permission_denied', 'users:read'])
  })

  test('RBAC-5 attack: an administrator of users ends a session of somebody who holds more', async () => {
    expect(brief(await remove(clerk, await sessionOf(admin)))).toEqual([403, 'permission_denied', 'products:*'])
    expect((await admin.visitor.me()).status).toBe(200)
    expect(brief(await clerk.visitor.post(`${path}/end-all`, {}))).toEqual([403, 'permission_denied', 'system:admin'])
  })

  test('TOK-9 keys are seen without their material, and rotated on record', async () => {
    const operations = await member(site, 'operations')
    const reply = await operations.visitor.get('/api/admin/keys')
    expect(reply.body.keys.at(-1)).toMatchObject({ state: 'signing' })
    expect(Object.keys(reply.body.keys[0]).sort()).toEqual(['algorithm', 'createdAt', 'id', 'signsFrom', 'state'])
    const rotated = (await operations.visitor.post('/api/admin/keys/rotate', {})).body
    const { keys } = (await operations.visitor.get('/api/admin/keys')).body
    expect(keys.at(-1)).toMatchObject({ id: rotated.id, signsFrom: rotated.signsFrom, state: 'next' })
    const { entries } = await site.vigile.audit.search({ action: 'keys:rotate' })
    expect(entries[0]).toMatchObject({
      ...{ resourceId: rotated.id, ip: operations.visitor.address },
      details: { by: `user:${operations.id}` },
    })
    expect((await person.visitor.get('/api/admin/keys')).body.permission).toBe('system:read')
  })

  test('AUD-4 the record is searched by each filter, a page at a time; who reads it is on record', async () => {
    const operations = await member(site, 'operations')
    await site.visitor('203.0.113.9').signIn(person.email, 'not-the-password-at-all')
    const get = async (query: string) => operations.visitor.get(`/api/admin/audit?${query}`)
    const actions = async (query: string) =>
      (await get(query)).body.entries.map(({ action }: { action: string }) => action)
    expect(await actions('ip=203.0.113.9&failed=true')).toEqual(['session:sign-in:failed'])
    expect(await actions(`user=${person.id}&action=user:`)).toContain('user:sign-up')
    expect(await actions(`resourceId=${person.id}&to=1`)).toEqual([])
    const first = (await get(`user=${person.id}&limit=1`)).body
    const second = (await get(`user=${person.id}&limit=1&after=${first.next}`)).body
    expect(second.entries[0].id).not.toBe(first.entries[0].id)
    for (const query of ['after=x', 'from=yesterday', 'limit=0', 'user=x', 'failed=false', 'ip='])
      expect([query, (await get(query)).status]).toEqual([query, 400])
    const read = await site.vigile.audit.search({ action: 'audit:read', userId: operations.id })
    expect(read.entries).toHaveLength(1)
    expect(brief(await clerk.visitor.get('/api/admin/audit'))).toEqual([403, 'permission_denied', 'audit:read'])
  })

  test('S-38 every session of everyone ends, the administrator’s own too', async () => {
    const operations = await member(site, 'operations')
    const { status, body } = await operations.visitor.post(`${path}/end-all`, {})
    expect([status, body.endedSessions >= 4]).toEqual([200, true])
    for (const { visitor } of [operations, admin, clerk, person])
      expect((await visitor.refresh()).body.reason).toBe('ended_by_operator')
    const { entries } = await site.vigile.audit.search({ action: 'session:end-everyones' })
    expect(entries).toMatchObject([{ ip: operations.visitor.address, details: { by: `user:${operations.id}` } }])
  })
})
