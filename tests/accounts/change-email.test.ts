// A change of email: asked for, told to both addresses, confirmed, or turned back by whoever reads the old one (ACC-4, S-16, S-39).
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    const options = { accounts: { verifyEmail: true } }
    site = await openSite(kind, options)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node(options)]
  })
  afterAll(() => site?.close())

  let visitors = 0
  const visitor = (): Visitor => {
    visitors += 1
    const vigile = nodes[visitors % nodes.length] as Vigile
    const address = `203.0.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address })
  }
  const member = async (email: string): Promise<Visitor> => {
    const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
    if (!made.ok) throw new Error(made.error)
    const who = visitor()
    expect((await who.signIn(email)).status).toBe(200)
    return who
  }
  const ask = (who: Visitor, email: string) => who.post('/api/auth/email/change', { email })
  const confirm = (who: Visitor, token: string) => who.post('/api/auth/email/change/confirm', { token })
  const linkTo = async (email: string) => tokenIn(await letterTo(nodes, email, '/change-email#'))
  const notMeOf = async (email: string, part: string) => tokenIn(await letterTo(nodes, email, part))
  const notMe = (token: string) => visitor().post('/api/auth/not-me', { token })

  test('ACC-4 S-16 H-4 asked for, both addresses told, confirmed: every node knows it, and other sessions end', async () => {
    const [ada, phone] = [await member('ada@example.com'), visitor()]
    await phone.signIn('ada@example.com')
    // Another spelling of one address: what is decided about is what mail is sent to.
    const asked = await ask(ada, ' Ada@EXÄMPLE.net ')
    expect([asked.status, asked.body]).toEqual([202, { status: 'sent' }])
    const told = await letterTo(nodes, 'ada@example.com', 'Ada@xn--exmple-cua.net')
    expect(told.subject).toBe('A new email for your account at Vigile')
    expect(told.text).toContain('/not-me#')
    const token = await linkTo('Ada@xn--exmple-cua.net')
    expect((await ada.me()).body.user.email).toBe('ada@example.com')
    // On the other node, which holds the account in memory.
    expect((await phone.me()).body.user.email).toBe('ada@example.com')
    const done = await confirm(ada, token)
    expect([done.status, done.body.user.email, done.body.user.emailVerified]).toEqual([
      200,
      'Ada@xn--exmple-cua.net',
      true,
    ])
    await expect.poll(async () => (await ada.me()).body.user?.email).toBe('Ada@xn--exmple-cua.net')
    await expect.poll(async () => (await phone.me()).status).toBe(401)
    expect((await phone.refresh()).body.reason).toBe('email_changed')
    expect((await letterTo(nodes, 'ada@example.com', 'now has the address')).text).toContain('/not-me#')
    expect((await visitor().signIn('ada@example.com')).status).toBe(401)
    expect((await visitor().signIn('ada@exämple.NET')).status).toBe(200)
    expect((await confirm(ada, token)).status).toBe(410)
  })

  test('S-39 TOK-11 asking for it needs a recent sign-in', async () => {
    const who = await member('recent@example.com')
    site.move(11 * 60_000)
    const refused = await ask(who, 'recent@example.net')
    expect([refused.status, refused.body.code]).toEqual([403, 'reauthentication_required'])
  })

  test('H-3 a link clicked by a stranger, or by somebody signed in to another account, binds nobody to their address', async () => {
    const eve = await member('eve@example.com')
    await ask(eve, 'victim@example.net')
    const token = await linkTo('victim@example.net')
    expect((await confirm(visitor(), token)).status).toBe(401)
    const other = await confirm(await member('somebody@example.com'), token)
    expect([other.status, other.body.code]).toEqual([403, 'permission_denied'])
    expect((await eve.me()).body.user.email).toBe('eve@example.com')
  })

  test('S-13 an address that has an account: the answer is the same, and its owner alone is told', async () => {
    await member('owner@example.com')
    const eve = await member('asks@example.com')
    const [known, unknown] = [await ask(eve, 'owner@example.com'), await ask(eve, 'free@example.com')]
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
    expect((await letterTo(nodes, 'owner@example.com', 'already has')).text).not.toContain('#')
    const same = await ask(eve, 'ASKS@example.com')
    expect([same.status, same.body.errors[0].code]).toEqual([400, 'email_unchanged'])
  })

  test('LIM-1 nobody’s mailbox is filled by changes asked for, neither the new one nor the present one', async () => {
    const who = await member('fills@example.com')
    const seen: number[] = []
    for (let count = 0; count < 5; count += 1) seen.push((await ask(who, `filled-${count}@example.net`)).status)
    expect(seen).toEqual([202, 202, 202, 429, 429])
  })

  test('ACC-4 S-20 fifty parallel uses of one link, on every node: one winner; of two accounts one gets the address', async () => {
    const [one, two] = [await member('one@example.com'), await member('two@example.com')]
    await ask(one, 'wanted@example.com')
    const first = await linkTo('wanted@example.com')
    await ask(two, 'Wanted@example.com')
    const second = await linkTo('Wanted@example.com')
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? confirm(one, first) : confirm(two, second))),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // A busy machine may say 503 instead.
    expect(replies.filter(({ status }) => [409, 410, 503].includes(status))).toHaveLength(49)
    const owners = [(await one.me()).body.user.email, (await two.me()).body.user.email]
    expect(owners.filter((email) => email.toLowerCase() === 'wanted@example.com')).toHaveLength(1)
  })

  test('ACC-4 links that the old address still holds end with the change; the link is good for an hour', async () => {
    const who = await member('old@example.com')
    await visitor().post('/api/auth/password/forgot', { email: 'old@example.com' })
    const reset = tokenIn(await letterTo(nodes, 'old@example.com', '/reset-password#'))
    await ask(who, 'late@example.net')
    const late = await linkTo('late@example.net')
    await ask(who, 'new@example.net')
    expect((await confirm(who, await linkTo('new@example.net'))).status).toBe(200)
    expect(
      (await visitor().post('/api/auth/password/reset', { token: reset, password: 'calm-meadow-17' })).status,
    ).toBe(410)
    expect((await confirm(who, late)).status).toBe(410)
    await ask(who, 'expired@example.net')
    const token = await linkTo('expired@example.net')
    site.move(3_600_001)
    await who.signIn('new@example.net')
    expect((await confirm(who, token)).body.code).toBe('link_expired')
  })

  test('S-16 a thief changes the email, squats on the old address, and changes it again: the owner’s link gives it all back', async () => {
    const owner = await member('robbed@example.com')
    const thief = visitor()
    await thief.signIn('robbed@example.com')
    for (const email of ['thief-1@example.net', 'thief-2@example.net']) {
      await ask(thief, email)
      expect((await confirm(thief, await linkTo(email))).status).toBe(200)
    }
    await visitor().signUp('robbed@example.com', 'the-thief-sits-here-1')
    expect((await owner.me()).status).toBe(401)
    const token = await notMeOf('robbed@example.com', 'thief-1@example.net. Letters')
    const done = await notMe(token)
    expect([done.status, done.body]).toEqual([200, { status: 'secured' }])
    expect((await thief.me()).status).toBe(401)
    // Neither his password nor the link in his own mailbox turns it back.
    for (const email of ['robbed@example.com', 'thief-2@example.net'])
      for (const password of [goodPassword, 'the-thief-sits-here-1'])
        expect((await visitor().signIn(email, password)).status).toBe(401)
    expect((await notMe(await notMeOf('thief-1@example.net', 'thief-2@example.net. Letters'))).status).toBe(410)
    const reset = tokenIn(await letterTo(nodes, 'robbed@example.com', '/reset-password#'))
    const password = 'calm-meadow-window-17'
    expect((await visitor().post('/api/auth/password/reset', { token: reset, password })).status).toBe(200)
    const back = await visitor().signIn('robbed@example.com', password)
    expect([back.status, back.body.user.email]).toEqual([200, 'robbed@example.com'])
    expect((await notMe(token)).status).toBe(410)
  })

  test('S-16 a thief changes the email and closes the account: the owner’s link opens it again; what an operator disabled stays so', async () => {
    await member('closed@example.com')
    const thief = visitor()
    await thief.signIn('closed@example.com')
    await ask(thief, 'closer@example.net')
    await confirm(thief, await linkTo('closer@example.net'))
    expect((await thief.post('/api/auth/account/delete', {})).status).toBe(200)
    const disabled = await member('disabled@example.com')
    await ask(disabled, 'disabled@example.net')
    await confirm(disabled, await linkTo('disabled@example.net'))
    const { id = '' } = (await site.vigile.users.find('disabled@example.net')) ?? {}
    await site.vigile.users.disable(id as UserId, by)

    expect((await notMe(await notMeOf('disabled@example.com', 'now has the address'))).status).toBe(410)
    expect((await notMe(await notMeOf('closed@example.com', 'now has the address'))).status).toBe(200)
    const token = tokenIn(await letterTo(nodes, 'closed@example.com', '/reset-password#'))
    const password = 'calm-meadow-window-17'
    expect((await visitor().post('/api/auth/password/reset', { token, password })).status).toBe(200)
    expect((await visitor().signIn('closed@example.com', password)).status).toBe(200)
  })

  test('S-16 an address that was left counts for a week, and no more', async () => {
    const who = await member('left@example.com')
    const body = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
    await who.post('/api/auth/password/change', body)
    const token = await notMeOf('left@example.com', 'signed out everywhere')
    await ask(who, 'moved@example.net')
    await confirm(who, await linkTo('moved@example.net'))
    const moved = await notMeOf('left@example.com', 'now has the address')
    site.move(7 * 86_400_000)
    expect((await notMe(token)).status).toBe(410)
    expect((await notMe(moved)).status).toBe(410)
    expect((await visitor().signIn('moved@example.net', 'brand-new-harbour-7')).status).toBe(200)
  })

  test('S-16 a change of password is told; "this was not me" shuts out whoever did it, once, and a GET does nothing', async () => {
    const who = await member('told@example.com')
    const newPassword = 'brand-new-harbour-7'
    await who.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })
    const token = await notMeOf('told@example.com', 'signed out everywhere')
    expect((await visitor().get('/api/auth/not-me')).status).toBe(405)
    const replies = await Promise.all(Array.from({ length: 50 }, () => notMe(token)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 410 || status === 503)).toHaveLength(49)
    await expect.poll(async () => (await who.me()).status).toBe(401)
    expect((await who.refresh()).body.reason).toBe('reported')
    expect((await visitor().signIn('told@example.com', newPassword)).status).toBe(401)
    await letterTo(nodes, 'told@example.com', '/reset-password#')
  })
})
