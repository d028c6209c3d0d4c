// The first administrator: by a link that works once, and never by a default account (S-14).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { by, permissions, person, roles } from './scene.ts'

const day = 24 * 60 * 60_000
const evenSo = { leaveNoAdministrator: true }

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind)
    database = await openDatabase(site)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })
  beforeEach(async () => {
    await site.vigile.roles.delete('admin', by, evenSo)
  })

  let people = 0
  const signedUp = async () => {
    people += 1
    const visitor = site.visitor()
    const { id } = (await visitor.signUp(`claims-${people}@example.com`)).body.user as { id: UserId }
    return { visitor, id }
  }
  const offered = async (): Promise<string> => {
    const token = await site.vigile.roles.offerClaim()
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    return token as string
  }
  const claim = async (visitor: Visitor, token: string) => {
    const { status, body } = await visitor.post('/api/auth/claim', { token })
    return status === 200 ? body.status : [status, body.code]
  }

  test('S-14 a fresh installation has no account and no role; its link makes who is signed in the administrator, at once', async () => {
    const fresh = await openSite('embedded')
    try {
      expect(await fresh.vigile.users.list({})).toEqual({ users: [], next: null })
      expect(await fresh.vigile.roles.list()).toEqual([])
    } finally {
      await fresh.close()
    }
    const token = await offered()
    const { visitor, id } = await signedUp()
    expect((await visitor.me()).body.permissions).toEqual([])
    expect(await claim(visitor, token)).toBe('claimed')
    expect((await visitor.me()).body).toMatchObject({ roles: ['admin'], permissions: ['*'] })
    expect(await site.vigile.hasPermission(id, 'roles:manage')).toBe(true)
    const [entry] = await database.run(
      `select * from audit_entries where action = 'system:claim' order by at desc limit 1`,
    )
    expect(entry).toMatchObject({ user_id: id, ip: visitor.address })
    // There is one now: no more links.
    expect(await site.vigile.roles.offerClaim()).toBeNull()
  })

  test('S-14 attack: the link is used again, by a second one, when there is an administrator, or when it is a day old', async () => {
    const [first, second] = [await signedUp(), await signedUp()]
    const used = await offered()
    expect(await claim(first.visitor, used)).toBe('claimed')
    expect(await claim(second.visitor, used)).toEqual([410, 'link_expired'])
    await site.vigile.roles.delete('admin', by, evenSo)
    expect(await claim(second.visitor, used)).toEqual([410, 'link_expired'])

    const replaced = await offered()
    const overtaken = await offered()
    expect(await claim(second.visitor, replaced)).toEqual([410, 'link_expired'])
    const admin = await person(site, 'admin')
    expect(await claim(second.visitor, overtaken)).toEqual([410, 'link_expired'])
    await site.vigile.roles.revoke(admin, 'admin', by, evenSo)

    const old = await offered()
    site.move(day)
    const late = await signedUp()
    expect(await claim(late.visitor, old)).toEqual([410, 'link_expired'])
    for (const wrong of ['x', 'A'.repeat(44), ''])
      expect(await claim(late.visitor, wrong)).toEqual([400, 'validation_failed'])
    expect(await claim(late.visitor, 'A'.repeat(43))).toEqual([410, 'link_expired'])
    expect((await late.visitor.me()).body.roles).toEqual([])
  })

  test('S-14 attack: many claim with one link at the same moment, and one is made administrator', async () => {
    const token = await offered()
    const all = await Promise.all(Array.from({ length: 6 }, signedUp))
    const done = await Promise.all(all.map(({ visitor }) => claim(visitor, token)))
    expect(done.filter((one) => one === 'claimed')).toHaveLength(1)
    const roles = await Promise.all(all.map(async ({ visitor }) => (await visitor.me()).body.roles))
    expect(roles.filter((names) => names.includes('admin'))).toHaveLength(1)
  })

  test('TOK-11 S-86 nobody claims without a session, its CSRF token and a recent sign-in, and then the link is not used up', async () => {
    const token = await offered()
    expect(await claim(site.visitor(), token)).toEqual([401, 'unauthenticated'])
    const { visitor } = await signedUp()
    const forged = await visitor.post('/api/auth/claim', { token }, { csrf: 'x' })
    expect([forged.status, forged.body.code]).toEqual([403, 'csrf_failed'])
    site.move(11 * 60_000)
    expect(await claim(visitor, token)).toEqual([403, 'reauthentication_required'])
    expect(await claim((await signedUp()).visitor, token)).toBe('claimed')
  })

  test('S-14 the token is hashed where it is stored, and a role admin that manages nothing is given to nobody', async () => {
    const token = await offered()
    const [row] = await database.run('select * from roles_state')
    expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value))).not.toContain(token)
    await site.vigile.roles.create({ name: 'admin', permissions: ['users:read'] }, by)
    const { visitor } = await signedUp()
    expect(await claim(visitor, token)).toEqual([403, 'permission_denied'])
    await site.vigile.roles.delete('admin', by)
    expect(await claim(visitor, token)).toBe('claimed')
  })
})

test('S-14 attack: the link gives everything though the declared admin holds less', async () => {
  const site = await openSite('embedded', { permissions, roles })
  try {
    const visitor = site.visitor()
    await visitor.signUp('owner@example.com')
    const token = await site.vigile.roles.offerClaim()
    expect((await visitor.post('/api/auth/claim', { token })).status).toBe(200)
    expect((await visitor.me()).body.permissions).toEqual([...roles.admin].sort())
  } finally {
    await site.close()
  }
})
