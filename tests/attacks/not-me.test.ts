// Who took an account over, and what any one letter's "this was not me" leaves of it (S-16, ACC-8).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { addPasskey, signInWithPasskey } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const newPassword = 'calm-meadow-window-17'
const day = 86_400_000
const by = { kind: 'operator', name: 'test' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
  })
  afterAll(() => site?.close())

  const letter = (to: string, text: string) => letterTo([site.vigile], to, text)
  const notMe = (token: string) => site.visitor().post('/api/auth/not-me', { token })
  const notMeOf = async (email: string, text: string) => tokenIn(await letter(email, text))
  const later = () => site.move(60_000)
  const member = async (email: string): Promise<Visitor> => {
    const who = site.visitor()
    await who.signUp(email)
    const verification = tokenIn(await letter(email, '/verify-email#'))
    expect((await who.post('/api/auth/login', { email, password: goodPassword, verification })).status).toBe(200)
    later()
    return who
  }
  /** The mailbox holds earlier links too: those are used. */
  const reset = async (email: string, password = newPassword): Promise<void> =>
    vi.waitFor(async () => {
      const links = (site.vigile.mailbox() ?? []).filter(
        ({ to, text }) => to === email && text.includes('/reset-password#'),
      )
      const replies = links.map((one) =>
        site.visitor().post('/api/auth/password/reset', { token: tokenIn(one), password }),
      )
      expect((await Promise.all(replies)).map(({ status }) => status)).toContain(200)
    }, 10_000)
  /** Signs in with the stolen password, and adds a passkey. */
  const breakIn = async (email: string) => {
    const [thief, key] = [site.visitor(), createAuthenticator(site.publicUrl)]
    expect((await thief.signIn(email)).status).toBe(200)
    later()
    expect((await addPasskey(thief, key)).status).toBe(201)
    later()
    return { thief, key }
  }
  const changeEmail = async (thief: Visitor, to: string) => {
    await thief.post('/api/auth/email/change', { email: to })
    const token = tokenIn(await letter(to, '/change-email#'))
    expect((await thief.post('/api/auth/email/change/confirm', { token })).status).toBe(200)
    later()
  }
  const expectOutside = async (key: Parameters<typeof signInWithPasskey>[1]) => {
    const reply = await signInWithPasskey(site.visitor(), key)
    expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
  }
  const expectBack = async (email: string) => {
    await reset(email)
    const reply = await site.visitor().signIn(email, newPassword)
    expect([reply.status, reply.body.user?.email]).toEqual([200, email])
  }

  test('S-16 ACC-8 a thief’s passkey does not outlive the new-device letter', async () => {
    const email = 'new-device@example.com'
    await member(email)
    const { key } = await breakIn(email)
    expect((await notMe(await notMeOf(email, 'from a browser that it did not know'))).status).toBe(200)
    await expectOutside(key)
    await expectBack(email)
  })

  test('S-16 a thief’s passkey does not outlive the email-changed letter: it came before the change', async () => {
    const email = 'moved@example.com'
    await member(email)
    const { thief, key } = await breakIn(email)
    await changeEmail(thief, 'moved@thief.example')
    expect((await notMe(await notMeOf(email, 'now has the address'))).status).toBe(200)
    await expectOutside(key)
    await expectBack(email)
  })

  test('S-16 a thief’s passkey does not outlive the newest letter, which tells of new recovery codes', async () => {
    const email = 'newest@example.com'
    await member(email)
    const { thief, key } = await breakIn(email)
    expect((await thief.post('/api/auth/factors/recovery-codes')).status).toBe(200)
    const ofTheDevice = await notMeOf(email, 'from a browser that it did not know')
    expect((await notMe(await notMeOf(email, 'Recovery codes'))).status).toBe(200)
    await expectOutside(key)
    await expectBack(email)
    // What the other letters could do is done.
    const other = await notMe(ofTheDevice)
    expect([other.status, other.body.code]).toEqual([410, 'link_expired'])
  })

  test('S-16 letters in any order: an older one, opened after the email was changed, gives it back as the newest would', async () => {
    const email = 'order@example.com'
    await member(email)
    const { thief, key } = await breakIn(email)
    await changeEmail(thief, 'order@thief.example')
    expect((await notMe(await notMeOf(email, 'A way to sign in was added'))).status).toBe(200)
    await expectOutside(key)
    expect((await thief.me()).status).toBe(401)
    await expectBack(email)
    expect(await site.vigile.users.find('order@thief.example')).toBeNull()
  })

  test('S-18 a mailbox alone still gets around no factor of more than a week', async () => {
    const email = 'careful@example.com'
    const owner = await member(email)
    const { secret } = await addApp(owner, site.now())
    site.move(8 * day)
    await site.visitor().post('/api/auth/password/forgot', { email })
    await reset(email)
    expect((await notMe(await notMeOf(email, 'signed out everywhere'))).status).toBe(200)
    await reset(email, 'brass-lantern-orchard-8')
    const who = site.visitor()
    expect((await who.signIn(email, 'brass-lantern-orchard-8')).body.next).toBe('second_factor')
    expect((await passTotp(who, secret, site.now())).status).toBe(200)
  })

  test('S-18 a mailbox alone gets around no app when its owner changes phones: the former one is asked for again', async () => {
    const email = 'new-phone@example.com'
    const owner = await member(email)
    const former = await addApp(owner, site.now())
    site.move(30 * day)
    await owner.signIn(email)
    expect((await passTotp(owner, former.secret, site.now())).status).toBe(200)
    const present = await addApp(owner, site.now())
    later()
    expect((await notMe(await notMeOf(email, 'A way to sign in was added'))).status).toBe(200)
    await reset(email)
    const thief = site.visitor()
    expect((await thief.signIn(email, newPassword)).body).toMatchObject({
      next: 'second_factor',
      factors: ['totp', 'recovery_code'],
    })
    expect((await passTotp(thief, present.secret, site.now())).body.code).toBe('invalid_code')
    expect((await passTotp(thief, former.secret, site.now())).status).toBe(200)
  })

  test('S-16 S-18 a thief replaces the app once the letters come to him: the owner’s letter of the change puts it back', async () => {
    const email = 'replaced@example.com'
    const owner = await member(email)
    const { secret } = await addApp(owner, site.now())
    site.move(30 * day)
    const thief = site.visitor()
    await thief.signIn(email)
    expect((await passTotp(thief, secret, site.now())).status).toBe(200)
    await changeEmail(thief, 'replaced@thief.example')
    const his = [await addApp(thief, site.now())]
    later()
    his.push(await addApp(thief, site.now()))
    later()
    expect((await notMe(await notMeOf(email, 'now has the address'))).status).toBe(200)
    await reset(email)
    const back = site.visitor()
    expect((await back.signIn(email, newPassword)).body.next).toBe('second_factor')
    for (const app of his) expect((await passTotp(back, app.secret, site.now())).status).toBe(401)
    expect((await passTotp(back, secret, site.now())).body.user.email).toBe(email)
  })

  test('S-16 a squatter on the old address: one that the owner confirmed himself is lost only if he says so', async () => {
    const email = 'squatted@example.com'
    await member(email)
    const { thief, key } = await breakIn(email)
    await changeEmail(thief, 'squatter@thief.example')
    await site.visitor().signUp(email, 'the-thief-sits-here-1')
    // The owner comes to the account that stands where his was.
    await site.visitor().post('/api/auth/password/forgot', { email })
    await reset(email)
    const owner = site.visitor()
    const squat = (await owner.signIn(email, newPassword)).body.user
    expect(squat.email).toBe(email)
    const token = await notMeOf(email, 'now has the address')
    const refused = await notMe(token)
    expect([refused.status, refused.body.code]).toEqual([409, 'email_taken'])
    // Nothing has changed, for anybody.
    expect((await owner.me()).body.user.id).toBe(squat.id)
    expect((await thief.me()).body.user.email).toBe('squatter@thief.example')
    expect((await owner.post('/api/auth/account/delete', {})).status).toBe(200)
    expect((await notMe(token)).status).toBe(200)
    expect((await thief.me()).status).toBe(401)
    await expectOutside(key)
    await reset(email)
    const back = (await site.visitor().signIn(email, newPassword)).body.user
    expect([back.email, back.id === squat.id]).toEqual([email, false])
    expect(await site.vigile.users.find('squatter@thief.example')).toBeNull()
  })

  test('ACC-7 AUD-2 a squatter who makes way is deleted as anybody is: his session’s end on record, and nobody’s address', async () => {
    const open = await openSite(kind, { accounts: { verifyEmail: false } })
    onTestFinished(() => open.close())
    const email = 'given-back@example.com'
    const [owner, thief, squatter] = [open.visitor(), open.visitor(), open.visitor()]
    await open.vigile.users.verifyEmail((await owner.signUp(email)).body.user.id, by)
    await thief.signIn(email)
    await thief.post('/api/auth/email/change', { email: 'thief@thief.example' })
    const change = tokenIn(await letterTo([open.vigile], 'thief@thief.example', '/change-email#'))
    expect((await thief.post('/api/auth/email/change/confirm', { token: change })).status).toBe(200)
    const { id } = (await squatter.signUp(email)).body.user
    const token = tokenIn(await letterTo([open.vigile], email, 'now has the address'))
    expect((await owner.post('/api/auth/not-me', { token })).status).toBe(200)
    expect((await squatter.me()).status).toBe(401)
    expect((await squatter.refresh()).status).toBe(401)
    const database = await openDatabase(open)
    onTestFinished(() => database.close())
    const entries = await database.run(`select * from audit_entries where user_id = '${id}'`)
    const of = (action: string) => entries.filter((one) => one.action === action).map((one) => String(one.details))
    expect(of('session:end').map((details) => JSON.parse(details).reason)).toEqual(['account_deleted'])
    expect(of('user:delete').map((details) => JSON.parse(details).reason)).toEqual(['address_given_back'])
    expect(entries.filter(({ ip, user_agent }) => ip !== null || user_agent !== null)).toEqual([])
  })

  test('S-16 ACC-6 a link that was refused is still good: an operator disabled the stolen account, and enables it again', async () => {
    const email = 'enabled@example.com'
    await member(email)
    const { key } = await breakIn(email)
    const id = (await site.vigile.users.find(email))?.id as UserId
    await site.vigile.users.disable(id, by)
    const token = await notMeOf(email, 'A way to sign in was added')
    expect((await notMe(token)).status).toBe(410)
    await site.vigile.users.enable(id, by)
    expect((await notMe(token)).status).toBe(200)
    await expectOutside(key)
    expect((await notMe(token)).status).toBe(410)
  })
})
