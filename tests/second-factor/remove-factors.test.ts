// Somebody who has lost every second factor: an operator takes them away, on record, and the owner is told.
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { addPasskey, assertion } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp, stepMs } from '../support/totp.ts'

const by = { kind: 'operator', name: 'test' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: false } })
  })
  afterAll(() => site?.close())

  test('ACC-5 S-16 every factor goes, every session and waiting sign-in ends, and the owner is told', async () => {
    const email = 'ada@example.com'
    const home = site.visitor()
    const { id } = (await home.signUp(email)).body.user as { id: UserId }
    const { secret, recoveryCodes } = await addApp(home, site.now())
    const authenticator = createAuthenticator(site.publicUrl)
    await addPasskey(home, authenticator)
    site.move(stepMs)
    const waiting = site.visitor()
    expect((await waiting.signIn(email)).body).toMatchObject({ next: 'second_factor' })

    expect(await site.vigile.users.removeFactors(id, by)).toEqual({ ok: true, value: { endedSessions: 1 } })
    expect((await home.me()).status).toBe(401)
    expect((await home.refresh()).body.reason).toBe('ended_by_operator')
    // What waited is over, whatever it brings; a passkey alone opens nothing.
    expect((await passTotp(waiting, secret, site.now())).body.code).toBe('unauthenticated')
    const code = recoveryCodes?.[0] ?? ''
    const byCode = await waiting.post('/api/auth/second-factor', { method: 'recovery_code', code })
    expect(byCode.body.code).toBe('unauthenticated')
    const stranger = site.visitor()
    const response = await assertion(stranger, authenticator)
    expect((await stranger.post('/api/auth/passkey/login', { response })).status).toBe(401)

    const database = await openDatabase(site)
    onTestFinished(() => database.close())
    const all = await database.run("select * from audit_entries where action = 'factor:remove'")
    expect(all.map(({ user_id, details }) => [user_id, JSON.parse(String(details))])).toEqual([
      [id, { by: 'operator:test', factor: 'all', totp: true, passkeys: 1, recoveryCodes: 10, endedSessions: 1 }],
    ])

    const told = await letterTo([site.vigile], email, 'app, passkeys, recovery codes')
    expect(told.subject).toContain('was removed')
    const again = site.visitor()
    expect((await again.signIn(email)).body.user.email).toBe(email)
    expect((await again.get('/api/auth/factors')).body).toMatchObject({
      totp: null,
      passkeys: [],
      recoveryCodesLeft: 0,
    })
  })

  test('nobody, somebody disabled, somebody without a factor: refused, and nothing happens', async () => {
    const browser = site.visitor()
    const { id } = (await browser.signUp('bob@example.com')).body.user as { id: UserId }
    expect(await site.vigile.users.removeFactors(id, by)).toEqual({ ok: false, error: 'no_factor' })
    expect((await browser.me()).status).toBe(200)
    await site.vigile.users.disable(id, by)
    for (const who of [id, 'A'.repeat(22) as UserId])
      expect(await site.vigile.users.removeFactors(who, by)).toEqual({ ok: false, error: 'not_found' })
  })
})
