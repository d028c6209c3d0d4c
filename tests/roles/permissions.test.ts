// What users may do, as /me tells it and as an application asks it: at once, on every node, and never by what could not be checked.
import { createVigile, StoreUnavailableError, type UserId, type Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { createDatabase, startPostgres } from '../services/postgres.ts'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import type { createVisitor, Visitor } from '../support/visitor.ts'
import { by, permissions, person, roles } from './scene.ts'

/** What other nodes see comes soon (TOK-6); a busy machine may take its time. */
const patience = { timeout: 8_000, interval: 20 }
const publicUrl = 'http://localhost:3000'

/** A request to a route of the application, as this browser would send it. */
const requestOf = (visitor: Visitor, method = 'GET', headers: Record<string, string> = {}): Request => {
  const cookie = visitor.jar
    .for('/products')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
  const csrf = visitor.cookie('csrf')
  const change = method === 'GET' || csrf === undefined ? {} : { 'x-csrf-token': csrf, origin: publicUrl }
  return new Request(`${publicUrl}/products`, { method, headers: { cookie, ...change, ...headers } })
}

let people = 0
const signedUp = async (site: Pick<Site, 'visitor' | 'vigile'>, ...names: readonly string[]) => {
  people += 1
  const visitor = site.visitor()
  const { id } = (await visitor.signUp(`holder-${people}@example.com`)).body.user as { id: UserId }
  for (const name of names) expect(await site.vigile.roles.grant(id, name, by)).toMatchObject({ ok: true })
  return { visitor, id }
}

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let vigile: Vigile
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles })
    vigile = site.vigile
    database = await openDatabase(site)
    await vigile.roles.seed(by)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const refusal = async (
    request: Request,
    options = {},
    permission: 'products:create' | 'users:read' = 'products:create',
  ) => {
    const found = await vigile.requirePermission(request, permission, options)
    if (found.ok) return 'permitted'
    const { code, permission: lacking } = (await found.response.json()) as { code: string; permission?: string }
    return [found.response.status, code, ...(lacking === undefined ? [] : [lacking])]
  }

  test('RBAC-3 a user may do what any role holds, and /me says so', async () => {
    const { visitor, id } = await signedUp(site)
    const before = await visitor.me()
    expect(before.body).toMatchObject({ roles: ['user'], permissions: ['products:read', 'profile:update'] })
    expect(await refusal(requestOf(visitor))).toEqual([403, 'permission_denied', 'products:create'])
    await vigile.roles.create({ name: 'auditor', permissions: ['audit:*'] }, by)
    await vigile.roles.grant(id, 'content-editor', by)
    await vigile.roles.grant(id, 'auditor', by)
    const { body } = await visitor.me()
    expect(body.roles).toEqual(['auditor', 'content-editor', 'user'])
    const union = ['audit:*', 'products:create', 'products:read', 'products:update', 'profile:update']
    expect(body.permissions).toEqual(union)
    const found = await vigile.requirePermission(requestOf(visitor), 'products:create')
    expect(found).toMatchObject({ ok: true, user: { id }, session: { id: body.session.id } })
    expect(await vigile.hasPermission(id, 'audit:read')).toBe(true)
    await vigile.roles.delete('auditor', by)
  })

  test('S-87 RBAC-4 a role that is taken, changed, deleted or given counts at the very next request', async () => {
    const { visitor, id } = await signedUp(site)
    const { roles: acts } = vigile
    const may = async () => [await refusal(requestOf(visitor)), await vigile.hasPermission(id, 'products:create')]
    const [yes, no] = [
      ['permitted', true],
      [[403, 'permission_denied', 'products:create'], false],
    ]
    expect(await may()).toEqual(no)
    await acts.create({ name: 'maker', permissions: ['products:create'] }, by)
    await acts.grant(id, 'maker', by)
    expect(await may()).toEqual(yes)
    await acts.change('maker', { permissions: ['products:delete'] }, by)
    expect(await may()).toEqual(no)
    await acts.change('maker', { permissions: ['products:*'] }, by)
    expect(await may()).toEqual(yes)
    await acts.revoke(id, 'maker', by)
    expect(await may()).toEqual(no)
    await acts.grant(id, 'maker', by)
    expect(await may()).toEqual(yes)
    await acts.delete('maker', by)
    expect(await may()).toEqual(no)
  })

  test('H-13 attack: names that look like wider ones open nothing, and a permission that nobody declared is refused as misspelt', async () => {
    const { visitor, id } = await signedUp(site)
    const { roles: acts } = vigile
    await acts.create({ name: 'odd', permissions: [] }, by)
    await acts.grant(id, 'odd', by)
    // As somebody with the database, or an engine that declared more, could have written them.
    const odd = ['product:*', 'products', 'products:', ':*', 'products:createx', 'PRODUCTS:*', 'users:*', '*:create']
    await database.run(`update roles set permissions = '${JSON.stringify(odd)}' where name = 'odd'`)
    await database.run('update roles_state set version = version + 1')
    await vi.waitFor(async () => expect((await visitor.me()).body.permissions).toContain('product:*'), patience)
    expect(await refusal(requestOf(visitor))).toEqual([403, 'permission_denied', 'products:create'])
    expect(await refusal(requestOf(visitor), {}, 'users:read')).toBe('permitted')
    for (const name of ['products:craete', '*', 'products:*', 'constructor', 'toString:x', '']) {
      await expect(vigile.requirePermission(requestOf(visitor), name as never)).rejects.toThrow(TypeError)
      await expect(vigile.hasPermission(id, name as never)).rejects.toThrow(TypeError)
    }
    await acts.delete('odd', by)
  })

  test('S-86 a change needs the CSRF token, an allowed origin and, where asked for, a recent sign-in (TOK-11)', async () => {
    const { visitor } = await signedUp(site, 'content-editor')
    expect(await refusal(requestOf(visitor, 'POST'))).toBe('permitted')
    expect(await refusal(requestOf(visitor, 'POST', { 'x-csrf-token': 'x' }))).toEqual([403, 'csrf_failed'])
    expect(await refusal(requestOf(visitor, 'DELETE', { origin: 'https://evil.example' }))).toEqual([
      403,
      'origin_refused',
    ])
    const recent = { recentSignIn: true }
    expect(await refusal(requestOf(visitor, 'POST'), recent)).toBe('permitted')
    expect(await refusal(requestOf(visitor, 'POST', { 'x-csrf-token': 'x' }), recent)).toEqual([403, 'csrf_failed'])
    const form = { ...recent, csrf: 'origin' } as const
    expect(await refusal(requestOf(visitor, 'POST', { 'x-csrf-token': 'x' }), form)).toBe('permitted')
    for (const origin of ['https://evil.example', 'null'])
      expect(await refusal(requestOf(visitor, 'POST', { origin }), form)).toEqual([403, 'origin_refused'])
    site.move(11 * 60_000)
    try {
      for (const how of [recent, form])
        expect(await refusal(requestOf(visitor, 'POST'), how)).toEqual([403, 'reauthentication_required'])
      expect(await refusal(requestOf(visitor, 'POST'))).toBe('permitted')
      expect(await refusal(requestOf(visitor), recent)).toBe('permitted')
    } finally {
      site.move(-11 * 60_000)
    }
  })

  test('S-86 what takes a session alone lets whoever has one pass, with the CSRF token for a change, and nobody else', async () => {
    const { visitor, id } = await signedUp(site)
    const asked = async (request: Request, options = {}) => {
      const found = await vigile.requireSession(request, options)
      return found.ok ? found.user.id : ((await found.response.json()) as { code: string }).code
    }
    expect(await asked(requestOf(visitor))).toBe(id)
    expect(await asked(requestOf(visitor, 'POST'))).toBe(id)
    expect(await asked(requestOf(visitor, 'POST', { 'x-csrf-token': 'x' }))).toBe('csrf_failed')
    expect(await asked(requestOf(visitor, 'POST', { origin: 'https://evil.example' }))).toBe('origin_refused')
    expect(await asked(requestOf(site.visitor()))).toBe('unauthenticated')
    site.move(11 * 60_000)
    try {
      expect(await asked(requestOf(visitor, 'POST'), { recentSignIn: true })).toBe('reauthentication_required')
    } finally {
      site.move(-11 * 60_000)
    }
    await vigile.users.disable(id, by)
    await vi.waitFor(async () => expect(await asked(requestOf(visitor))).toBe('unauthenticated'), patience)
  })

  test('CSRF-2 a form that can carry no token needs an origin of ours, which is there', async () => {
    const { visitor } = await signedUp(site, 'content-editor')
    const cookie = `vigile_access=${visitor.cookie('access')}`
    const post = (headers: Record<string, string>) =>
      refusal(new Request(`${publicUrl}/products`, { method: 'POST', headers }), { csrf: 'origin' })
    expect(await post({ cookie, origin: publicUrl })).toBe('permitted')
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3001'])
      expect(await post({ cookie, origin })).toEqual([403, 'origin_refused'])
    for (const site of [{}, { 'sec-fetch-site': 'same-origin' }])
      expect(await post({ cookie, ...site } as Record<string, string>)).toEqual([403, 'origin_refused'])
    expect(await post({ origin: publicUrl })).toEqual([401, 'unauthenticated'])
    expect(await refusal(requestOf(visitor), { csrf: 'origin' })).toBe('permitted')
  })

  test('S-86 without a session 401, whatever is asked; a refusal is a problem that names what lacks, in the reader’s language', async () => {
    expect(await refusal(requestOf(site.visitor()))).toEqual([401, 'unauthenticated'])
    expect(await refusal(requestOf(site.visitor(), 'POST'))).toEqual([401, 'unauthenticated'])
    expect(await refusal(requestOf(site.visitor(), 'GET', { authorization: 'Bearer x' }))).toEqual([
      401,
      'unauthenticated',
    ])
    const { visitor } = await signedUp(site)
    const found = await vigile.requirePermission(requestOf(visitor, 'GET', { 'accept-language': 'fr' }), 'system:admin')
    if (found.ok) throw new Error('nobody gave it')
    expect(found.response.headers.get('content-type')).toContain('application/problem+json')
    expect(found.response.headers.get('cache-control')).toContain('no-store')
    const { detail } = (await found.response.json()) as { detail: string }
    expect(detail).toBe('Ceci demande la permission system:admin.')
  })

  test('S-90 denied access is on record with the address, once in a quarter of an hour however often it is tried', async () => {
    const { visitor, id } = await signedUp(site)
    const tries = Array.from({ length: 20 }, () => refusal(requestOf(visitor), { address: '203.0.113.9' }))
    await Promise.all(tries)
    const entries = () =>
      database.run(`select * from audit_entries where action = 'permission:denied' and user_id = '${id}'`)
    const [entry, ...more] = await entries()
    expect(more).toEqual([])
    expect(entry).toMatchObject({ resource_id: 'products:create', ip: '203.0.113.9' })
    const details = { permission: 'products:create', method: 'GET', path: '/products' }
    expect(JSON.parse(String(entry?.details))).toEqual(details)
    await refusal(requestOf(visitor), {}, 'users:read')
    expect(await entries()).toHaveLength(2)
  })

  test('RBAC-3 nobody who is not there, and nobody who is disabled, may do anything', async () => {
    const id = await person(site, 'admin')
    await person(site, 'admin')
    expect(await vigile.hasPermission(id, 'products:create')).toBe(true)
    await vigile.users.disable(id, by)
    expect(await vigile.hasPermission(id, 'products:create')).toBe(false)
    for (const nobody of ['', 'x', 'A'.repeat(22)])
      expect(await vigile.hasPermission(nobody, 'products:read')).toBe(false)
  })
})

test('RBAC-4 S-87 a permission that one node takes from a role is refused by the other, also where it could not be told', async () => {
  const site = await openSite('PostgreSQL and Redis', { permissions, roles })
  try {
    await site.vigile.roles.seed(by)
    const node = await site.node()
    // Its messages go by the database, where nobody listens.
    const alone = await site.node({ redis: undefined, limitsRedis: undefined })
    const { visitor, id } = await signedUp(site, 'content-editor')
    const may = async () => {
      const found = await node.requirePermission(requestOf(visitor), 'products:create')
      return found.ok ? 200 : found.response.status
    }
    const is = (status: number) => vi.waitFor(async () => expect(await may()).toBe(status), patience)
    const has = (held: boolean) =>
      vi.waitFor(async () => expect(await node.hasPermission(id, 'products:create')).toBe(held), patience)
    for (const teller of [site.vigile, alone]) {
      await Promise.all([is(200), has(true)])
      await teller.roles.change('content-editor', { permissions: ['products:read'] }, by)
      await Promise.all([is(403), has(false)])
      await site.vigile.roles.change('content-editor', { permissions: ['products:create'] }, by)
      await Promise.all([is(200), has(true)])
      await teller.roles.revoke(id, 'content-editor', by)
      await Promise.all([is(403), has(false)])
      await site.vigile.roles.grant(id, 'content-editor', by)
    }
  } finally {
    await site.close()
  }
})

test('S-90 where the database is down a permission is neither granted nor denied: 503', async () => {
  const postgres = await startPostgres()
  const site = await openSite('PostgreSQL and Redis', {
    permissions,
    roles,
    database: await createDatabase(postgres.url),
  })
  try {
    await site.vigile.roles.seed(by)
    const { visitor, id } = await signedUp(site, 'content-editor')
    // This one holds nothing of it yet.
    const fresh = await site.node()
    await postgres.stop()
    const found = await fresh.requirePermission(requestOf(visitor), 'products:create')
    expect(found.ok ? 200 : [found.response.status, found.response.headers.has('retry-after')]).toEqual([503, true])
    await expect(fresh.hasPermission(id, 'products:create')).rejects.toThrow(StoreUnavailableError)
    // What the first one holds it may use while it is fresh; then it says the same.
    await vi.waitFor(async () => {
      const later = await site.vigile.requirePermission(requestOf(visitor), 'products:create')
      expect(later.ok ? 200 : later.response.status).toBe(503)
    }, patience)
    await vi.waitFor(
      () => expect(site.vigile.hasPermission(id, 'products:create')).rejects.toThrow(StoreUnavailableError),
      patience,
    )
  } finally {
    await site.close()
  }
})

test('RBAC-3 requirePermission of a permission that was not declared does not compile', () => {
  const compiled = async (visitor: ReturnType<typeof createVisitor>) => {
    const vigile = createVigile({ publicUrl, secrets: testSecret, production: false, permissions })
    await vigile.requirePermission(requestOf(visitor), 'products:create')
    await vigile.hasPermission('id', 'users:read')
    // @ts-expect-error misspelt
    await vigile.requirePermission(requestOf(visitor), 'products:craete')
    // @ts-expect-error a wildcard is for roles
    await vigile.hasPermission('id', 'products:*')
    // @ts-expect-error not declared here
    await vigile.hasPermission('id', 'shops:read')
  }
  expect(compiled).toBeTypeOf('function')
})
