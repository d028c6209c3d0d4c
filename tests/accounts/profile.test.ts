// What people change of their own account, and the sessions that they end elsewhere.
import { createTestVigile } from '@vigile/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, type StoreKind, storeKinds, testSecret } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'

describe.each(storeKinds)('one’s own account, %s', (kind: StoreKind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  const change = (visitor: ReturnType<Site['visitor']>, body: unknown) =>
    visitor.send('PATCH', '/api/auth/me', { body })

  test('UI-1 I18N-1 name and language are changed, each alone or together, and found by the new name', async () => {
    const ada = site.visitor()
    await ada.signUp('ada@example.com')
    expect((await change(ada, { name: ' Ada Lovelace ' })).body.user).toMatchObject({
      name: 'Ada Lovelace',
      locale: null,
    })
    expect((await change(ada, { locale: 'fr' })).body.user).toMatchObject({ name: 'Ada Lovelace', locale: 'fr' })
    expect((await ada.me()).body.user).toMatchObject({ name: 'Ada Lovelace', locale: 'fr' })
    expect((await site.vigile.users.list({ search: 'lovelace' })).users).toHaveLength(1)
    expect((await change(ada, { name: null })).body.user.name).toBe(null)
    expect((await site.vigile.users.list({ search: 'lovelace' })).users).toHaveLength(0)
  })

  test('VAL-1 H-2 S-86 nothing else of the account can be written so', async () => {
    const eve = site.visitor()
    const { body } = await eve.signUp('eve@example.com')
    for (const extra of ['id', 'email', 'emailVerified', 'isActive', 'image', 'role'])
      expect((await change(eve, { name: 'Eve', [extra]: 'x' })).body.errors[0].path).toBe(extra)
    for (const name of ['', ' ', 'a\nb', 'a\u202eb', 'x'.repeat(201), 7])
      expect((await change(eve, { name })).status).toBe(400)
    expect((await change(eve, { locale: 'xx' })).status).toBe(400)
    expect((await eve.me()).body.user).toEqual(body.user)
  })

  test('CSRF-1 a change of profile needs the CSRF token', async () => {
    const ada = site.visitor()
    await ada.signUp('csrf@example.com')
    const refused = await ada.send('PATCH', '/api/auth/me', { body: { name: 'Mallory' }, csrf: null })
    expect(refused.body.code).toBe('csrf_failed')
  })

  test('S-37 TOK-5 S-40 the other sessions are ended, and this one goes on', async () => {
    const [here, there] = [site.visitor(), site.visitor()]
    await here.signUp('others@example.com')
    await there.signIn('others@example.com')
    const bystander = site.visitor()
    await bystander.signUp('bystander@example.com')
    site.move(20 * 60_000)
    await there.refresh()
    expect((await here.send('DELETE', '/api/auth/sessions', { body: {} })).status).toBe(204)
    await expect.poll(async () => (await there.me()).status).toBe(401)
    expect((await there.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'ended_from_another_device' })
    expect([(await here.refresh()).status, (await bystander.refresh()).status]).toEqual([200, 200])
  })

  test.skipIf(kind === 'embedded')('ACC-9 another node never shows the old name', async () => {
    const node = await site.node()
    const ada = site.visitor()
    await ada.signUp('nodes@example.com')
    const address = '198.51.100.9'
    const elsewhere = createVisitor({ vigile: () => node, publicUrl: site.publicUrl, now: site.now, address })
    for (const cookie of ada.jar.all()) elsewhere.jar.put(cookie)
    expect((await elsewhere.me()).body.user.name).toBe(null)
    expect((await change(ada, { name: 'Ada' })).status).toBe(200)
    await expect.poll(async () => (await elsewhere.me()).body.user.name).toBe('Ada')
  })
})

test('ACC-9 TOK-6 a change that no node was told of is seen within 3 s and one look-up', async () => {
  const site = await openSite('PostgreSQL and Redis')
  // It tells through PostgreSQL what the node listens for on Redis.
  const { vigile: deaf } = createTestVigile({
    publicUrl: site.publicUrl,
    secrets: testSecret,
    database: site.database,
    role: 'command',
  })
  const ada = site.visitor()
  const { id } = (await ada.signUp('ada@example.com')).body.user
  const isVerified = async () => (await ada.me()).body.user.emailVerified
  expect(await isVerified()).toBe(false)
  expect((await deaf.users.verifyEmail(id, { kind: 'operator', name: 'test' })).ok).toBe(true)
  await expect.poll(isVerified, { timeout: 10_000, interval: 100 }).toBe(true)
  await deaf.close()
  await site.close()
})
