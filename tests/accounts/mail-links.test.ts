// Links by mail: to prove an address, to choose a new password (ACC-3, ACC-4).
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'

const newPassword = 'calm-meadow-window-17'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node({ accounts: { verifyEmail: true } })]
  })
  afterAll(() => site?.close())

  let visitors = 0
  const visitor = (): Visitor => {
    visitors += 1
    const vigile = nodes[visitors % nodes.length] as Vigile
    const address = `203.0.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address })
  }
  const verification = (to: string) => letterTo(nodes, to, '/verify-email#')
  const resetLetter = (to: string) => letterTo(nodes, to, '/reset-password#')
  const verify = (who: Visitor, email: string, verification: string, password = goodPassword) =>
    who.post('/api/auth/login', { email, password, verification })
  const reset = (who: Visitor, token: string, password = newPassword) =>
    who.post('/api/auth/password/reset', { token, password })
  const member = async (email: string) => {
    const who = visitor()
    await who.signUp(email)
    await verify(who, email, tokenIn(await verification(email)))
    return who
  }

  test('ACC-4 sign-up, the letter, the link with the password: signed in, and the email is verified', async () => {
    const ada = visitor()
    const signedUp = await ada.send('POST', '/api/auth/register', {
      body: { email: 'Ada@Example.com', password: goodPassword },
      headers: { 'accept-language': 'fr' },
    })
    expect([signedUp.status, signedUp.body]).toEqual([202, { status: 'verification_sent' }])
    expect((await ada.signIn('ada@example.com')).status).toBe(401)
    const { subject, text, html } = await verification('Ada@example.com')
    expect(subject).toBe('Confirmez votre adresse e-mail pour Vigile')
    const token = tokenIn({ text })
    expect(html).toContain(`href="${site.publicUrl}/verify-email#${token}"`)
    const verified = await verify(ada, 'ada@example.com', token)
    expect([verified.status, verified.body.user.emailVerified]).toEqual([200, true])
    expect((await ada.me()).status).toBe(200)
    expect((await verify(visitor(), 'ada@example.com', token)).status).toBe(410)
    expect((await visitor().signIn('ada@example.com')).status).toBe(200)
  })

  test('S-19 S-18 an operator starts a reset and never sets a password: the present one is good until the owner has chosen', async () => {
    await member('helped@example.com')
    const id = (await site.vigile.users.find('helped@example.com'))?.id as UserId
    const operator = { kind: 'operator', name: 'grace' } as const
    expect(await site.vigile.users.sendPasswordReset(id, operator)).toEqual({ ok: true, value: undefined })
    expect((await visitor().signIn('helped@example.com')).status).toBe(200)
    const token = tokenIn(await resetLetter('helped@example.com'))
    expect((await reset(visitor(), token)).body).toEqual({ status: 'password_changed' })
    expect((await visitor().signIn('helped@example.com')).status).toBe(401)
    expect((await visitor().signIn('helped@example.com', newPassword)).status).toBe(200)
    // Nothing that an operator or an application has can give an account that is there another password.
    const acts = Object.keys(site.vigile.users).toSorted()
    expect(acts).toEqual([
      'create',
      'delete',
      'disable',
      'enable',
      'find',
      'list',
      'removeFactors',
      'sendPasswordReset',
      'verifyEmail',
    ])
    const again = { email: 'helped@example.com', password: 'a-third-password-81' }
    expect(await site.vigile.users.create(again, operator)).toEqual({ ok: false, error: 'email_taken' })
    await site.vigile.users.disable(id, operator)
    expect(await site.vigile.users.sendPasswordReset(id, operator)).toEqual({ ok: false, error: 'not_found' })
  })

  test('H-3 an account that an attacker made with the victim’s email: her click opens nothing for him, her reset shuts him out', async () => {
    const [attacker, victim] = [visitor(), visitor()]
    await attacker.signUp('victim@example.com', 'attacker-chosen-words-99')
    const token = tokenIn(await verification('victim@example.com'))
    // She signs up herself; both letters are in her mailbox, and she tries the first link with her own password.
    await victim.signUp('victim@example.com')
    expect((await verify(victim, 'victim@example.com', token)).status).toBe(401)
    expect((await attacker.signIn('victim@example.com', 'attacker-chosen-words-99')).status).toBe(401)
    const asked = await victim.post('/api/auth/password/forgot', { email: 'victim@example.com' })
    expect([asked.status, asked.body]).toEqual([202, { status: 'sent' }])
    const mail = await resetLetter('victim@example.com')
    expect((await reset(victim, tokenIn(mail))).body).toEqual({ status: 'password_changed' })
    expect((await victim.signIn('victim@example.com', newPassword)).status).toBe(200)
    expect((await attacker.signIn('victim@example.com', 'attacker-chosen-words-99')).status).toBe(401)
    expect((await verify(attacker, 'victim@example.com', token, 'attacker-chosen-words-99')).status).toBe(410)
  })

  test('ACC-4 S-20 fifty parallel uses of one link, on every node: one winner', async () => {
    await member('raced@example.com')
    await visitor().post('/api/auth/password/forgot', { email: 'raced@example.com' })
    const mail = await resetLetter('raced@example.com')
    const token = tokenIn(mail)
    const replies = await Promise.all(Array.from({ length: 50 }, () => reset(visitor(), token)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // A busy machine may say 503 instead.
    expect(replies.filter(({ status }) => status === 410 || status === 503)).toHaveLength(49)
  })

  test('ACC-4 S-17 S-20 fifty parallel first sign-ins with one link, on every node: one winner', async () => {
    const email = 'first@example.com'
    await visitor().signUp(email)
    const token = tokenIn(await verification(email))
    const replies = await Promise.all(Array.from({ length: 50 }, () => verify(visitor(), email, token)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // A busy machine may say 503 instead; the limit of failures by account may be reached.
    expect(replies.filter(({ status }) => [401, 410, 429, 503].includes(status))).toHaveLength(49)
  })

  test('ACC-4 a reset ends every session and begins none; whoever holds the old password is out', async () => {
    const owner = await member('owner@example.com')
    await visitor().post('/api/auth/password/forgot', { email: 'owner@example.com' })
    const done = await reset(visitor(), tokenIn(await resetLetter('owner@example.com')))
    expect([done.status, done.setCookies]).toEqual([200, []])
    expect((await owner.me()).status).toBe(401)
    expect((await owner.refresh()).body.reason).toBe('password_changed')
    expect((await visitor().signIn('owner@example.com')).status).toBe(401)
    expect((await visitor().signIn('owner@example.com', newPassword)).status).toBe(200)
    const notice = await letterTo(nodes, 'owner@example.com', 'was changed')
    expect(notice.subject).toBe('Your password at Vigile was changed')
  })

  test('ACC-4 a weak password leaves the link good; an old link is not', async () => {
    await member('weak@example.com')
    await visitor().post('/api/auth/password/forgot', { email: 'weak@example.com' })
    const token = tokenIn(await resetLetter('weak@example.com'))
    const weak = await reset(visitor(), token, 'password')
    expect([weak.status, weak.body.errors[0].path]).toEqual([400, 'password'])
    site.move(3_600_001)
    const late = await reset(visitor(), token)
    expect([late.status, late.body.code]).toEqual([410, 'link_expired'])
    expect((await visitor().signIn('weak@example.com')).status).toBe(200)
  })

  test('ACC-4 a token is good for its purpose alone, and a GET uses nothing up', async () => {
    const who = visitor()
    await who.signUp('purpose@example.com')
    const token = tokenIn(await verification('purpose@example.com'))
    expect((await reset(visitor(), token)).status).toBe(410)
    expect((await who.get(`/api/auth/login?verification=${token}`)).status).toBe(405)
    expect((await verify(who, 'purpose@example.com', token)).status).toBe(200)
  })

  test('S-13 ACC-3 known and unknown addresses: the same answers, and mail to the known one alone', async () => {
    await member('known@example.com')
    const before = nodes.flatMap((node) => node.mailbox() ?? []).length
    for (const path of ['password/forgot', 'email/verify/request']) {
      const [known, unknown] = [
        await visitor().post(`/api/auth/${path}`, { email: 'known@example.com' }),
        await visitor().post(`/api/auth/${path}`, { email: 'unknown@example.com' }),
      ]
      expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
      expect([...known.headers.keys()].toSorted()).toEqual([...unknown.headers.keys()].toSorted())
    }
    await resetLetter('known@example.com')
    // A new password for the known one; nothing to verify, nothing to strangers.
    expect(nodes.flatMap((node) => node.mailbox() ?? []).length).toBe(before + 1)
  })

  test('LIM-1 nobody’s mailbox is filled: three links in a quarter of an hour, for known and unknown addresses', async () => {
    await member('filled@example.com')
    for (const email of ['filled@example.com', 'stranger@example.com']) {
      const seen: number[] = []
      for (let tries = 0; tries < 5; tries += 1)
        seen.push((await visitor().post('/api/auth/password/forgot', { email })).status)
      expect(seen).toEqual([202, 202, 202, 429, 429])
    }
  })

  test('H-6 S-56 links come from the configured address, whatever the request says', async () => {
    await member('host@example.com')
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    await visitor().post('/api/auth/password/forgot', { email: 'host@example.com' }, { headers })
    const { text, html } = await resetLetter('host@example.com')
    expect(text + html).not.toContain('evil')
    expect(text).toContain(`${site.publicUrl}/reset-password#`)
  })

  test('LIM-7 a reset opens a sign-in that strangers had closed', async () => {
    const rules = { signInIp: null, signInIpHour: null, signInAccount: null, signInBurst: null }
    const closed = await openSite(kind, { limits: { rules } })
    const email = 'closed@example.com'
    await closed.visitor().signUp(email)
    await Promise.all(Array.from({ length: 100 }, () => closed.visitor().signIn(email, 'wrong-words-here-12')))
    expect((await closed.visitor().signIn(email)).status).toBe(429)
    await closed.visitor().post('/api/auth/password/forgot', { email })
    const mail = await letterTo([closed.vigile], email, '/reset-password#')
    expect((await reset(closed.visitor(), tokenIn(mail))).status).toBe(200)
    expect((await closed.visitor().signIn(email, newPassword)).status).toBe(200)
    await closed.close()
  })
})
