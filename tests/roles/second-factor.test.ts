// A second factor for those who may do much, and for nobody else (S-15).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp, stepMs } from '../support/totp.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { by, permissions, roles } from './scene.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    const accounts = { secondFactor: { requiredFor: ['system:admin'] } } as const
    site = await openSite(kind, { permissions, roles, accounts })
    await site.vigile.roles.seed(by)
  })
  afterAll(() => site?.close())

  let people = 0
  const signedUp = async () => {
    people += 1
    const [visitor, email] = [site.visitor(), `guarded-${people}@example.com`]
    const { id } = (await visitor.signUp(email)).body.user as { id: UserId }
    return { visitor, email, id }
  }
  const may = async (visitor: Visitor, permission: string) => {
    const cookie = visitor.jar
      .for('/x')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const request = new Request(`${site.publicUrl}/x`, { headers: { cookie } })
    const found = await site.vigile.requirePermission(request, permission as 'system:admin')
    return found.ok ? 'yes' : ((await found.response.json()) as { code: string }).code
  }

  test('S-15 attack: a session from before the role, which was asked for no second factor, does what takes one', async () => {
    const { visitor, email, id } = await signedUp()
    await site.vigile.roles.grant(id, 'admin', by)
    expect(await may(visitor, 'system:admin')).toBe('reauthentication_required')
    expect(await may(visitor, 'products:delete')).toBe('reauthentication_required')
    expect(await may(visitor, 'products:read')).toBe('yes')
    expect(await may(visitor, 'audit:read')).toBe('permission_denied')
    expect((await visitor.me()).body).toMatchObject({ roles: ['user'], permissions: roles.user })
    // Nor after a refresh, or a new password, which is no new sign-in where a factor is due.
    site.move(61_000)
    expect((await visitor.refresh()).status).toBe(200)
    const change = { currentPassword: 'quiet-harbour-lantern-42', newPassword: 'calm-meadow-window-17' }
    expect((await visitor.post('/api/auth/password/change', change)).status).toBe(200)
    expect(await may(visitor, 'system:admin')).toBe('reauthentication_required')

    const { secret } = await addApp(visitor, site.now())
    expect(await may(visitor, 'system:admin')).toBe('reauthentication_required')
    site.move(stepMs)
    const next = site.visitor()
    expect((await next.signIn(email, change.newPassword)).body).toMatchObject({ next: 'second_factor', enrol: false })
    expect((await passTotp(next, secret, site.now())).status).toBe(200)
    expect(await may(next, 'system:admin')).toBe('yes')
    expect((await next.me()).body.roles).toEqual(['admin', 'user'])
    // What the role is given later, or is called, keeps nobody out who has proved a factor.
    site.move(1_000)
    for (const to of [{ description: 'The owners' }, { permissions: ['*'] as const }]) {
      await site.vigile.roles.change('admin', to, by)
      expect(await may(next, 'system:admin')).toBe('yes')
    }
    await site.vigile.roles.seed(by)
  })

  test('S-15 forward authentication says of a role too that it takes a sign-in with a second factor, and puts no denial on record', async () => {
    const { visitor, id } = await signedUp()
    await site.vigile.roles.grant(id, 'admin', by)
    const asked = async (query: string) => (await visitor.get(`/api/auth/forward?${query}`, own)).body?.code
    const own = { headers: { origin: site.publicUrl } }
    for (const query of [
      'role=admin',
      'permission=system:admin',
      'role=admin&permission=system:admin',
      'role=user&role=admin',
    ])
      expect([query, await asked(query)]).toEqual([query, 'reauthentication_required'])
    const { entries } = await site.vigile.audit.search({ userId: id, action: 'permission:denied' })
    expect(entries).toEqual([])
    // What no sign-in would bring is denied, and nobody is sent to sign in for it.
    for (const query of ['role=admin&role=nobody', 'role=nobody', 'role=admin&permission=audit:read'])
      expect([query, await asked(query)]).toEqual([query, 'permission_denied'])
  })

  test('S-15 the last factor of whoever has to have one stays; it may go with the role', async () => {
    const { visitor, id } = await signedUp()
    await addApp(visitor, site.now())
    expect((await visitor.get('/api/auth/factors')).body.required).toBe(false)
    await site.vigile.roles.grant(id, 'admin', by)
    expect((await visitor.get('/api/auth/factors')).body.required).toBe(true)
    expect((await visitor.send('DELETE', '/api/auth/factors/totp')).status).toBe(403)
    await site.vigile.roles.revoke(id, 'admin', by, { leaveNoAdministrator: true })
    expect((await visitor.send('DELETE', '/api/auth/factors/totp')).status).toBe(204)
  })

  test('S-15 TOK-11 a change of password keeps what the session has proved', async () => {
    const { visitor, email, id } = await signedUp()
    const { secret } = await addApp(visitor, site.now())
    await site.vigile.roles.grant(id, 'admin', by)
    site.move(stepMs)
    const next = site.visitor()
    await next.signIn(email)
    await passTotp(next, secret, site.now())
    const change = { currentPassword: 'quiet-harbour-lantern-42', newPassword: 'calm-meadow-window-17' }
    expect((await next.post('/api/auth/password/change', change)).status).toBe(200)
    expect(await may(next, 'system:admin')).toBe('yes')
  })
})

test('S-15 attack: a session from before a second factor was asked for goes on administering, through changes of password', async () => {
  const site = await openSite('PostgreSQL and Redis', { permissions, roles })
  try {
    await site.vigile.roles.seed(by)
    let node = site.vigile
    const visitor = createVisitor({ ...site, vigile: () => node, address: '203.0.113.7' })
    const { id } = (await visitor.signUp('before@example.com')).body.user as { id: UserId }
    await site.vigile.roles.grant(id, 'admin', by)
    site.move(1_000)
    await visitor.signIn('before@example.com')
    expect((await visitor.get('/api/admin/users')).status).toBe(200)
    node = await site.node({ accounts: { secondFactor: { requiredFor: ['system:admin'] } } })
    const codes = async () => [
      (await visitor.get('/api/admin/users')).body.code,
      (await visitor.post('/api/admin/keys/rotate', {})).body.code,
    ]
    expect(await codes()).toEqual(['reauthentication_required', 'reauthentication_required'])
    const change = { currentPassword: 'quiet-harbour-lantern-42', newPassword: 'calm-meadow-window-17' }
    expect((await visitor.post('/api/auth/password/change', change)).status).toBe(200)
    expect(await codes()).toEqual(['reauthentication_required', 'reauthentication_required'])
    expect((await visitor.me()).body.roles).toEqual(['user'])
  } finally {
    await site.close()
  }
})
