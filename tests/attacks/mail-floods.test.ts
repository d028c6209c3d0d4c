// Who fills somebody's mailbox, or keeps letters from it by asking for others (ACC-4, LIM-1).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp, stepMs } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
  })
  afterAll(() => site?.close())

  const lettersTo = (to: string) => (site.vigile.mailbox() ?? []).filter((letter) => letter.to === to)
  const member = async (email: string): Promise<Visitor> => {
    const who = site.visitor()
    await who.signUp(email)
    const verification = tokenIn(await letterTo([site.vigile], email, '/verify-email#'))
    expect((await who.post('/api/auth/login', { email, password: goodPassword, verification })).status).toBe(200)
    return who
  }
  const againIn = async (email: string): Promise<Visitor> => {
    const who = site.visitor()
    expect((await who.signIn(email)).status).toBe(200)
    return who
  }
  const ask = async (path: string, email: string) => (await site.visitor().post(`/api/auth/${path}`, { email })).status

  test('LIM-1 ACC-4 links of one kind that strangers ask for keep the owner from none of another kind', async () => {
    const email = 'kept-from-links@example.com'
    await member(email)
    // The address is proven: no letter is written for these.
    for (const status of [202, 202, 202, 429]) expect(await ask('email/verify/request', email)).toBe(status)
    expect(await ask('password/forgot', email)).toBe(202)
    await letterTo([site.vigile], email, '/reset-password#')
    expect(await ask('magic-link', email)).toBe(202)
    await letterTo([site.vigile], email, '/magic-link#')
    expect(lettersTo(email)).toHaveLength(3)
    for (const status of [202, 202, 202, 429])
      expect(await ask('email/verify/request', 'nobody-at-all@example.com')).toBe(status)
    expect(await ask('password/forgot', 'nobody-at-all@example.com')).toBe(202)
  })

  test('S-13 LIM-1 forty sign-ups with somebody’s address, each from elsewhere: three letters with the first one, and the same answer to all', async () => {
    const email = 'signed-up-again@example.com'
    await member(email)
    const free = await site.visitor().signUp('free-address@example.com')
    const answers = await Promise.all(Array.from({ length: 40 }, () => site.visitor().signUp(email)))
    for (const { status, text } of answers) expect([status, text]).toEqual([free.status, free.text])
    const told = () => lettersTo(email).filter(({ text }) => text.includes('already has an account'))
    await expect.poll(() => told().length).toBe(2)
    // What was posted before this has gone out with it.
    await ask('password/forgot', email)
    await letterTo([site.vigile], email, '/reset-password#')
    expect(told()).toHaveLength(2)
  })

  test('S-13 a sign-up with the address of a disabled account writes to nobody', async () => {
    const email = 'disabled@example.com'
    const by = { kind: 'operator', name: 'test' } as const
    const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
    if (!made.ok) throw new Error(made.error)
    await site.vigile.users.disable(made.value.id as UserId, by)
    expect((await site.visitor().signUp(email)).status).toBe(202)
    await site.visitor().signUp('after-the-disabled@example.com')
    await letterTo([site.vigile], 'after-the-disabled@example.com', '/verify-email#')
    expect(lettersTo(email)).toEqual([])
  })

  test('S-16 ACC-8 sixty renewals of the recovery codes: five letters; they hide neither another change nor a new browser', async () => {
    const email = 'renewed-codes@example.com'
    const owner = await member(email)
    const app = await addApp(owner, site.now())
    for (let count = 0; count < 60; count += 1)
      expect((await owner.post('/api/auth/factors/recovery-codes')).status).toBe(200)
    const told = (text: string) => lettersTo(email).filter((letter) => letter.text.includes(text)).length
    const stranger = site.visitor()
    site.move(stepMs)
    await stranger.signIn(email)
    expect((await passTotp(stranger, app.secret, site.now())).status).toBe(200)
    await letterTo([site.vigile], email, 'from a browser that it did not know')
    expect((await owner.send('DELETE', '/api/auth/factors/totp', { body: {} })).status).toBe(204)
    await letterTo([site.vigile], email, 'It can no longer be used')
    expect([told('Recovery codes'), told('An authenticator app')]).toEqual([5, 2])
    site.move(3_600_001)
    await addApp(await againIn(email), site.now())
    await expect.poll(() => told('An authenticator app')).toBe(3)
  })
})
