// Sign-in by a link from the mailbox (ACC-3, ACC-4).
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { addPasskey, signInWithPasskey } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, passTotp, stepMs } from '../support/totp.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  const rules = { signInIp: null, signInIpHour: null, signInAccount: null, signInBurst: null }
  beforeAll(async () => {
    const options = { accounts: { verifyEmail: true }, limits: { rules } }
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
  const make = async (email: string, emailVerified = true) => {
    const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified }, by)
    if (!made.ok) throw new Error(made.error)
  }
  const ask = (who: Visitor, email: string) => who.post('/api/auth/magic-link', { email })
  const open = (who: Visitor, token: string, confirmed?: true) =>
    who.post('/api/auth/magic-link/login', { token, ...(confirmed && { confirmed }) })
  const linkTo = async (email: string) => tokenIn(await letterTo(nodes, email, '/magic-link#'))

  test('ACC-4 S-45 in the browser that asked, the link signs in; the mark of it is a cookie that no script reads', async () => {
    await make('ada@example.com')
    const ada = visitor()
    const asked = await ask(ada, 'ada@example.com')
    expect([asked.status, asked.body]).toEqual([202, { status: 'sent' }])
    expect(asked.setCookies).toEqual([
      expect.stringMatching(/^vigile_link=[\w-]{43}; Max-Age=600; Path=\/api\/auth; HttpOnly; SameSite=Lax$/),
    ])
    const token = await linkTo('ada@example.com')
    expect(asked.setCookies[0]).not.toContain(token)
    const entered = await open(ada, token)
    expect([entered.status, entered.body.user.email]).toEqual([200, 'ada@example.com'])
    expect((await ada.me()).status).toBe(200)
    // Again, in a second tab: it is used.
    expect((await open(ada, token)).body.code).toBe('link_expired')
    expect((await ada.me()).status).toBe(200)
  })

  test('CSRF-2 login CSRF by a mailed link: a browser that did not ask is told whose account it is, and nothing is used up', async () => {
    await make('eve@example.com')
    await ask(visitor(), 'eve@example.com')
    const token = await linkTo('eve@example.com')
    const victim = visitor()
    // A mark of another link is none of this one.
    await ask(victim, 'victim@example.com')
    for (let times = 0; times < 3; times += 1) {
      const told = await open(victim, token)
      expect([told.status, told.body, told.setCookies]).toEqual([
        200,
        { next: 'confirm', email: 'eve@example.com' },
        [],
      ])
    }
    expect((await victim.me()).status).toBe(401)
    // On her own other device.
    expect((await open(visitor(), token, true)).body.user.email).toBe('eve@example.com')
    const cross = await victim.post('/api/auth/magic-link/login', { token }, { origin: 'https://evil.example' })
    expect([cross.status, cross.body.code]).toEqual([403, 'origin_refused'])
  })

  test('ACC-4 S-17 S-21 a GET uses nothing up; it is good for ten minutes, and for its purpose alone', async () => {
    await make('late@example.com')
    const who = visitor()
    await ask(who, 'late@example.com')
    const token = await linkTo('late@example.com')
    expect((await who.get(`/api/auth/magic-link/login?token=${token}`)).status).toBe(405)
    expect((await who.post('/api/auth/password/reset', { token, password: 'calm-meadow-17' })).status).toBe(410)
    site.move(600_001)
    expect((await open(who, token)).body.code).toBe('link_expired')
    expect((await who.me()).status).toBe(401)
  })

  test('UI-1 ACC-4 who has no password is told so, and chooses the first by a mailed link', async () => {
    const email = 'no-password@example.com'
    await site.vigile.users.create({ email, emailVerified: true }, by)
    const who = visitor()
    const hasPassword = async () => (await who.get('/api/auth/factors')).body.hasPassword
    await ask(who, email)
    await open(who, await linkTo(email))
    expect(await hasPassword()).toBe(false)
    await who.post('/api/auth/password/forgot', { email })
    const token = tokenIn(await letterTo(nodes, email, '/reset-password#'))
    expect((await who.post('/api/auth/password/reset', { token, password: goodPassword })).status).toBe(200)
    expect((await who.signIn(email)).status).toBe(200)
    expect(await hasPassword()).toBe(true)
  })

  test('H-6 S-56 the link comes from the configured address, whatever the request says; a sign-in by link ends the older ones', async () => {
    await make('host@example.com')
    const who = visitor()
    await ask(who, 'host@example.com')
    const first = await linkTo('host@example.com')
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    await who.post('/api/auth/magic-link', { email: 'host@example.com' }, { headers })
    const letters = await vi.waitFor(() => {
      const found = nodes.flatMap((node) => node.mailbox() ?? []).filter(({ to }) => to === 'host@example.com')
      if (found.length < 2) throw new Error('not yet')
      return found
    })
    for (const { text, html } of letters) {
      expect(text + html).not.toContain('evil')
      expect(text).toContain(`${site.publicUrl}/magic-link#`)
    }
    const second = letters.map(tokenIn).find((token) => token !== first) ?? ''
    expect((await open(who, second, true)).status).toBe(200)
    expect((await open(who, first, true)).body.code).toBe('link_expired')
  })

  test('ACC-4 S-20 fifty parallel uses of one link, on every node: one winner', async () => {
    await make('raced@example.com')
    await ask(visitor(), 'raced@example.com')
    const token = await linkTo('raced@example.com')
    const replies = await Promise.all(Array.from({ length: 50 }, () => open(visitor(), token, true)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // A busy machine may say 503 instead.
    expect(replies.filter(({ status }) => status === 410 || status === 503)).toHaveLength(49)
  })

  test('H-3 an account that an attacker made with the victim’s email: her link opens it for her, and nothing of his is left', async () => {
    const attacker = visitor()
    await attacker.signUp('victim@example.com', 'attacker-chosen-words-99')
    const verification = tokenIn(await letterTo(nodes, 'victim@example.com', '/verify-email#'))
    const victim = visitor()
    await ask(victim, 'victim@example.com')
    const entered = await open(victim, await linkTo('victim@example.com'))
    expect([entered.status, entered.body.user.emailVerified]).toEqual([200, true])
    expect((await attacker.signIn('victim@example.com', 'attacker-chosen-words-99')).status).toBe(401)
    const late = { email: 'victim@example.com', password: 'attacker-chosen-words-99', verification }
    expect((await attacker.post('/api/auth/login', late)).status).toBe(410)
    expect((await letterTo(nodes, 'victim@example.com', 'was removed')).text).toContain('/not-me#')
    expect((await victim.me()).status).toBe(200)
  })

  test.each(['link', 'reset'] as const)(
    'H-3 where sign-up signs in without a proof: nothing that an attacker set up outlives the first proof, by %s',
    async (way) => {
      const open2 = await openSite(kind, { accounts: { verifyEmail: false } })
      onTestFinished(() => open2.close())
      const [attacker, key, victim] = [open2.visitor(), createAuthenticator(open2.publicUrl), open2.visitor()]
      const email = `${way}@example.com`
      expect((await attacker.signUp(email, 'attacker-chosen-words-99')).status).toBe(201)
      const { secret, recoveryCodes } = await addApp(attacker, open2.now())
      expect((await addPasskey(attacker, key)).status).toBe(201)
      open2.move(stepMs)
      const waiting = open2.visitor()
      expect((await waiting.signIn(email, 'attacker-chosen-words-99')).body.next).toBe('second_factor')

      await victim.post(way === 'link' ? '/api/auth/magic-link' : '/api/auth/password/forgot', { email })
      const path = way === 'link' ? '/magic-link#' : '/reset-password#'
      const token = tokenIn(await letterTo([open2.vigile], email, path))
      const password = 'calm-meadow-window-17'
      if (way === 'reset') expect((await victim.post('/api/auth/password/reset', { token, password })).status).toBe(200)
      const entered = way === 'link' ? await open(victim, token) : await victim.signIn(email, password)
      expect([entered.status, entered.body.user?.emailVerified]).toEqual([200, true])
      expect((await victim.get('/api/auth/factors')).body).toMatchObject({
        totp: null,
        passkeys: [],
        recoveryCodesLeft: 0,
      })
      expect((await attacker.me()).status).toBe(401)
      expect((await attacker.signIn(email, 'attacker-chosen-words-99')).status).toBe(401)
      expect((await passTotp(waiting, secret, open2.now())).status).toBe(401)
      const code = recoveryCodes?.[0]
      expect((await waiting.post('/api/auth/second-factor', { method: 'recovery_code', code })).status).toBe(401)
      expect((await signInWithPasskey(open2.visitor(), key)).body.code).toBe('invalid_credentials')
      await letterTo([open2.vigile], email, 'All that was asked for besides the password')
    },
  )

  test('LIM-7 a link opens a sign-in that strangers had closed', async () => {
    const email = 'closed@example.com'
    await make(email)
    await Promise.all(Array.from({ length: 100 }, () => visitor().signIn(email, 'wrong-words-here-12')))
    expect((await visitor().signIn(email)).status).toBe(429)
    const owner = visitor()
    await ask(owner, email)
    expect((await open(owner, await linkTo(email))).status).toBe(200)
    expect((await visitor().signIn(email)).status).toBe(200)
  })

  test('ACC-6 a disabled account gets no link, and one that it had opens nothing', async () => {
    await make('disabled@example.com')
    const who = visitor()
    await ask(who, 'disabled@example.com')
    const token = await linkTo('disabled@example.com')
    const { id } = (await site.vigile.users.find('disabled@example.com')) ?? { id: '' }
    await site.vigile.users.disable(id as never, by)
    expect((await open(who, token)).body.code).toBe('link_expired')
  })

  test('it can be turned off: there is no such way in', async () => {
    const off = await openSite(kind, { accounts: { magicLink: false } })
    expect((await ask(off.visitor(), 'ada@example.com')).status).toBe(404)
    expect((await open(off.visitor(), 'A'.repeat(43))).status).toBe(404)
    await off.close()
  })
})
