// A second factor for those who may do much, and for nobody else (S-15).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp, stepMs } from '../support/totp.ts'
import type { Visitor } from '../support/visitor.ts'
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
    // What a role that takes one is given later waits for the next sign-in too.
    site.move(1_000)
    await site.vigile.roles.change('admin', { permissions: ['*'] }, by)
    expect(await may(next, 'system:admin')).toBe('reauthentication_required')
    await site.vigile.roles.seed(by)
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
})
