// All that is held of a person, for that person alone (ACC-7).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { openSite, type Site, type StoreKind, storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { openDatabase } from './database.ts'

const operator = { kind: 'operator', name: 'grace' } as const

describe.each(storeKinds)('data export, %s', (kind: StoreKind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  const exported = (visitor: Visitor, body = {}) => visitor.post('/api/auth/export', body)

  test('ACC-7 account, sessions, devices, letters and activity, as a file that no cache keeps', async () => {
    const ada = site.visitor()
    await ada.signUp('ada@example.com')
    await ada.send('PATCH', '/api/auth/me', { body: { name: 'Ada', locale: 'fr' } })
    await ada.post('/api/auth/password/forgot', { email: 'ada@example.com' })
    const { passkey } = (await addPasskey(ada, createAuthenticator(site.publicUrl))).body
    const reply = await exported(ada)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="account.json"')
    expect(reply.headers.get('cache-control')).toContain('no-store')
    const { data, activity, next } = reply.body
    expect(data.account).toMatchObject({ email: 'ada@example.com', name: 'Ada', locale: 'fr', hasPassword: true })
    expect(data.sessions).toMatchObject([{ browser: 'Firefox' }])
    expect(data.devices).toHaveLength(1)
    expect([data.passkeys, data.authenticatorApp]).toEqual([[passkey], null])
    const kinds = data.letters.map(({ kind }: { kind: string }) => kind)
    expect(kinds.toSorted()).toEqual(['factor_added', 'reset_password'])
    const actions = activity.map(({ action }: { action: string }) => action)
    expect(actions).toEqual(expect.arrayContaining(['user:sign-up', 'user:profile-change', 'user:password-forgot']))
    expect(next).toBe(null)
  })

  test('ACC-7 S-44 nothing secret: no hash, key or token of what the database holds', async () => {
    const ada = site.visitor()
    await ada.signUp('secret@example.com')
    const { text } = await exported(ada)
    expect(text).not.toMatch(/argon2|"passwordHash"|"boundKey"|"keyId"|tokenHash|sealed/)
    const database = await openDatabase(site)
    const secrets = [
      ...(await database.run('select password_hash as secret from users')),
      ...(await database.run('select device_hash as secret from known_devices')),
    ]
    await database.close()
    for (const { secret } of secrets) if (secret !== null) expect(text).not.toContain(secret)
    for (const cookie of ada.jar.all()) if (cookie.value.length > 1) expect(text).not.toContain(cookie.value)
  })

  test('ACC-7 S-86 nothing of others: who tried the password, and which operator acted, is not told', async () => {
    const ada = site.visitor()
    const { body } = await ada.signUp('others@example.com')
    await site.visitor('203.0.113.77').signIn('others@example.com', 'not-the-password-1')
    await site.visitor('203.0.113.78').post('/api/auth/password/forgot', { email: 'others@example.com' })
    await site.vigile.users.verifyEmail(body.user.id, operator)
    await site.visitor().signUp('stranger@example.com')
    const { text, body: page } = await exported(ada)
    expect(text).not.toMatch(/203\.0\.113|grace|stranger/)
    const actions = page.activity.map(({ action }: { action: string }) => action)
    expect(actions).toEqual(expect.arrayContaining(['session:sign-in:failed', 'user:verify-email']))
    expect(page.activity.find(({ action }: { action: string }) => action === 'user:verify-email').details.by).toBe(
      'operator',
    )
  })

  test('ACC-7 a long record comes in pages: each entry once, and none over the bound', async () => {
    const ada = site.visitor()
    const { body } = await ada.signUp('long@example.com')
    const database = await openDatabase(site)
    const rows = Array.from(
      { length: 1_200 },
      (_, n) => `('entry${n}', ${1_000 + (n % 7)}, '${body.user.id}', 'app:act', '{}')`,
    )
    await database.run(`insert into audit_entries (id, at, user_id, action, details) values ${rows.join(',')}`)
    await database.close()
    const seen: number[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = (await exported(ada, after === undefined ? {} : { after })).body
      expect([page.data === null, page.activity.length <= 500]).toEqual([after !== undefined, true])
      seen.push(page.activity.length)
      after = page.next
    }
    expect(seen.slice(0, 2)).toEqual([500, 500])
    expect(seen.reduce((sum, length) => sum + length)).toBeGreaterThanOrEqual(1_200)
    for (const after of ['x', '1', '1.', 'a.b', '1.%', `${'9'.repeat(20)}.a`])
      expect([after, (await exported(ada, { after })).status]).toEqual([after, 400])
  })

  test('TOK-11 CSRF-1 ACC-7 it takes a recent sign-in and the CSRF token: a copied access cookie reads nobody’s file', async () => {
    const ada = site.visitor()
    await ada.signUp('recent@example.com')
    expect((await ada.post('/api/auth/export', {}, { csrf: null })).body.code).toBe('csrf_failed')
    site.move(11 * 60_000)
    expect((await exported(ada)).body.code).toBe('reauthentication_required')
  })
})
