// S-15: no way around the second factor. Each way in × each state of the factor; a new way in or a new factor is one line more.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProviderSite, type ProviderSite, signInWith } from '../oauth/provider-site.ts'
import { addPasskey, assertion } from '../passkeys/people.ts'
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { type Site, storeKinds } from '../support/site.ts'
import { addApp, codeAt, passTotp, stepMs } from '../support/totp.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

const newPassword = 'calm-meadow-window-17'

/** Somebody with an account, signed in once a moment ago, in a browser of their own. */
type Person = {
  readonly email: string
  readonly browser: Visitor
  readonly authenticator: Authenticator
  secret: string | null
}

type State = {
  readonly state: string
  readonly policy: 'optional' | 'required' | 'by permission'
  /** Brings the account into the state. */
  prepare(site: Site, person: Person): Promise<void>
  /** What a right first factor leads to. */
  readonly leadsTo: 'a session' | 'the second factor' | 'setting one up'
  /** What is offered then. */
  readonly factors?: readonly string[]
}

const add = async (site: Site, person: Person) => {
  person.secret = (await addApp(person.browser, site.now())).secret
  site.move(stepMs)
}

const addKey = async (_site: Site, { browser, authenticator }: Person) =>
  expect((await addPasskey(browser, authenticator)).body.recoveryCodes).toHaveLength(10)

/** A role: `admin` holds everything, and so what takes a second factor. */
const give = async ({ vigile }: Site, { browser }: Person, role: 'admin' | 'reader') => {
  const by = { kind: 'operator', name: 'test' } as const
  await vigile.roles.create({ name: 'reader', permissions: ['users:read'] }, by)
  const { id } = (await browser.me()).body.user
  expect(await vigile.roles.grant(id, role, by)).toMatchObject({ ok: true })
}

const states: readonly State[] = [
  { state: 'none', policy: 'optional', prepare: async () => {}, leadsTo: 'a session' },
  { state: 'an app', policy: 'optional', prepare: add, leadsTo: 'the second factor' },
  {
    state: 'an app that was never confirmed',
    policy: 'optional',
    prepare: async (_site, { browser }) => void (await browser.post('/api/auth/factors/totp')),
    leadsTo: 'a session',
  },
  {
    state: 'an app that was removed',
    policy: 'optional',
    prepare: async (site, person) => {
      await add(site, person)
      expect((await person.browser.send('DELETE', '/api/auth/factors/totp')).status).toBe(204)
    },
    leadsTo: 'a session',
  },
  {
    state: 'a passkey',
    policy: 'optional',
    prepare: addKey,
    leadsTo: 'the second factor',
    factors: ['passkey', 'recovery_code'],
  },
  {
    state: 'a passkey that was removed',
    policy: 'optional',
    prepare: async (site, person) => {
      await addKey(site, person)
      const [passkey] = (await person.browser.get('/api/auth/factors')).body.passkeys
      const { status } = await person.browser.send('DELETE', `/api/auth/factors/passkeys/${passkey.id}`)
      expect(status).toBe(204)
    },
    leadsTo: 'a session',
  },
  {
    state: 'an app and a passkey',
    policy: 'optional',
    prepare: async (site, person) => {
      await add(site, person)
      expect((await addPasskey(person.browser, person.authenticator)).body.recoveryCodes).toBeNull()
    },
    leadsTo: 'the second factor',
    factors: ['totp', 'passkey', 'recovery_code'],
  },
  { state: 'none, but required', policy: 'required', prepare: async () => {}, leadsTo: 'setting one up' },
  { state: 'an app, and required', policy: 'required', prepare: add, leadsTo: 'the second factor' },
  {
    state: 'none, but required for what the person may do',
    policy: 'by permission',
    prepare: (site, person) => give(site, person, 'admin'),
    leadsTo: 'setting one up',
  },
  {
    state: 'an app, and required for what the person may do',
    policy: 'by permission',
    prepare: async (site, person) => {
      await give(site, person, 'admin')
      await add(site, person)
    },
    leadsTo: 'the second factor',
  },
  {
    state: 'none, and required for what others may do',
    policy: 'by permission',
    prepare: (site, person) => give(site, person, 'reader'),
    leadsTo: 'a session',
  },
]

const passKey = async (browser: Visitor, authenticator: Authenticator) => {
  const { body } = await browser.post('/api/auth/second-factor/passkey')
  return browser.post('/api/auth/second-factor', { method: 'passkey', response: authenticator.get(body) })
}

type WayIn = {
  readonly way: string
  /** Takes it in a new browser, and gives the answer to the first factor. */
  take(site: ProviderSite, person: Person, browser: Visitor): Promise<Reply>
}

/** Asks for a link by mail, and gives its token. */
const link = async (site: Site, browser: Visitor, email: string, ask: string, path: string) => {
  const asked = await browser.post(ask, { email })
  expect([asked.status, asked.body]).toEqual([202, { status: 'sent' }])
  return tokenIn(await letterTo([site.vigile], email, `${path}#`))
}

const proveMailbox = async (site: Site, email: string) => {
  const elsewhere = site.visitor()
  const verification = await link(site, elsewhere, email, '/api/auth/email/verify/request', '/verify-email')
  expect((await elsewhere.post('/api/auth/login', { email, password: goodPassword, verification })).status).toBe(200)
}

const ways: readonly WayIn[] = [
  { way: 'password', take: (_site, { email }, browser) => browser.signIn(email) },
  {
    way: 'password and the link that proves the email',
    take: async (site, { email }, browser) => {
      const verification = await link(site, browser, email, '/api/auth/email/verify/request', '/verify-email')
      return browser.post('/api/auth/login', { email, password: goodPassword, verification })
    },
  },
  {
    way: 'a link by mail',
    take: async (site, { email }, browser) => {
      await proveMailbox(site, email)
      const token = await link(site, browser, email, '/api/auth/magic-link', '/magic-link')
      return browser.post('/api/auth/magic-link/login', { token })
    },
  },
  {
    way: 'an account at a provider',
    take: async (site, { email }, browser) => {
      // The provider vouches for the email that the account has proven: it is connected by this very sign-in.
      await proveMailbox(site, email)
      const username = email.slice(0, email.indexOf('@'))
      site.discord.people.set(username, { id: username.replace('someone', '5000'), username, email, verified: true })
      return signInWith(browser, 'discord', { account: username })
    },
  },
  {
    way: 'a new password by a link, then sign-in',
    take: async (site, { email }, browser) => {
      // Of a mailbox that was proven before: at its first proof whatever the account had is somebody else's, and goes (H-3).
      await proveMailbox(site, email)
      const token = await link(site, browser, email, '/api/auth/password/forgot', '/reset-password')
      const reset = await browser.post('/api/auth/password/reset', { token, password: newPassword })
      expect([reset.status, reset.setCookies]).toEqual([200, []])
      expect((await browser.me()).status).toBe(401)
      return browser.signIn(email, newPassword)
    },
  },
]

const cases = ways.flatMap(({ way, take }) => states.map((state) => ({ way, take, ...state })))
const sessionCookies = ['access', 'refresh', 'csrf', 'hint', 'device'] as const

describe.each(storeKinds)('on %s', (kind) => {
  const sites: Partial<Record<State['policy'], ProviderSite>> = {}
  beforeAll(async () => {
    // Unverified emails may sign in here, so that each way meets each state.
    const limits = { rules: { change: null, refreshIp: null } }
    sites.optional = await openProviderSite(kind, { limits, accounts: { verifyEmail: false } })
    // Each its own database: a letter goes out by whichever node is quicker.
    const { redis } = sites.optional
    const shared = redis ? { redis } : {}
    const accounts = { verifyEmail: false, secondFactor: 'required' as const }
    sites.required = await openProviderSite(kind, { ...shared, limits, accounts })
    const secondFactor = { requiredFor: ['system:admin'] } as const
    sites['by permission'] = await openProviderSite(kind, {
      ...shared,
      limits,
      accounts: { verifyEmail: false, secondFactor },
    })
  })
  afterAll(async () => {
    await sites['by permission']?.close()
    await sites.required?.close()
    await sites.optional?.close()
  })

  let people = 0
  const someone = async (site: Site, policy: State['policy']): Promise<Person> => {
    people += 1
    const person: Person = {
      email: `someone${people}@example.com`,
      browser: site.visitor(),
      authenticator: createAuthenticator(site.publicUrl),
      secret: null,
    }
    const reply = await person.browser.signUp(person.email)
    if (policy !== 'required') expect([reply.status, 'user' in reply.body]).toEqual([201, true])
    return person
  }

  /** Nothing that asks for a session takes what waits for one, under whichever name it comes. */
  const expectNoSession = async (site: Site, browser: Visitor, reply: Reply) => {
    expect(reply.body).not.toHaveProperty('user')
    expect(reply.body).not.toHaveProperty('accessToken')
    for (const name of sessionCookies) expect(browser.cookie(name)).toBeUndefined()
    const pending = browser.cookie('pending') ?? ''
    expect(pending).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const cookie = ['pending', 'access', 'refresh'].map((name) => `vigile_${name}=${pending}`).join('; ')
    const open = ['anyone', 'own origin', 'own origin; CSRF where a session cookie came', "proof of the browser's key"]
    for (const { method, path, guard } of site.vigile.routes()) {
      if (open.includes(guard) || guard.startsWith('a sign-in that waits')) continue
      const asked = path.replace('{id}', 'A'.repeat(22))
      const body = method === 'GET' ? {} : { body: {} }
      for (const ask of [body, { ...body, cookie }, { ...body, headers: { authorization: `Bearer ${pending}` } }])
        expect([path, (await browser.send(method, asked, ask)).status]).toEqual([path, 401])
    }
    expect(await site.vigile.pageState(new Request(site.publicUrl, { headers: { cookie } }), '/account')).toEqual({
      state: 'signed_out',
      location: '/sign-in?returnTo=%2Faccount',
    })
  }

  test.each(cases)('ACC-5 S-15 S-18 H-1 by $way, the second factor being: $state', async (one) => {
    const site = sites[one.policy] as ProviderSite
    const person = await someone(site, one.policy)
    if (one.policy === 'required') {
      // The first sign-up had to set one up; an account from before the policy has none.
      if (one.leadsTo === 'the second factor') person.secret = await setUpAtSignIn(site, person.browser)
      else await person.browser.post('/api/auth/logout', {})
    } else {
      await one.prepare(site, person)
    }
    site.move(stepMs)

    const browser = site.visitor()
    const reply = await one.take(site, person, browser)
    expect(reply.status).toBe(200)
    if (one.leadsTo === 'a session') {
      expect(reply.body).toHaveProperty('user')
      expect((await browser.me()).status).toBe(200)
      return
    }
    const enrol = one.leadsTo === 'setting one up'
    const factors = enrol ? [] : (one.factors ?? ['totp', 'recovery_code'])
    const { returnTo: _, ...body } = reply.body
    expect(body).toEqual({ next: 'second_factor', email: person.email, factors, enrol, expiresIn: 600 })
    await expectNoSession(site, browser, reply)

    if (enrol) {
      await setUpAtSignIn(site, browser)
    } else {
      // A password alone adds no second factor beside the one that is asked for.
      expect((await browser.post('/api/auth/second-factor/totp')).status).toBe(403)
      const confirm = await browser.post('/api/auth/second-factor/totp/confirm', { code: '123456' })
      expect(confirm.status).toBe(403)
      await expectNoSession(site, browser, reply)
      expect((await browser.post('/api/auth/second-factor/passkeys/options')).status).toBe(403)
      const passed = await (person.secret === null
        ? passKey(browser, person.authenticator)
        : passTotp(browser, person.secret, site.now()))
      expect([passed.status, passed.body.user?.email]).toEqual([200, person.email])
    }
    expect((await browser.me()).status).toBe(200)
    expect((await browser.refresh()).status).toBe(200)
    expect(browser.cookie('pending')).toBeUndefined()
  })

  const setUpAtSignIn = async (site: Site, browser: Visitor): Promise<string> => {
    const offer = await browser.post('/api/auth/second-factor/totp')
    expect(offer.status).toBe(200)
    const { secret } = offer.body as { secret: string }
    const wrong = await browser.post('/api/auth/second-factor/totp/confirm', { code: '000000' })
    expect([wrong.status, wrong.body.errors?.[0].code]).toEqual([400, 'wrong_code'])
    const code = codeAt(secret, site.now())
    const confirmed = await browser.post('/api/auth/second-factor/totp/confirm', { code })
    expect([confirmed.status, confirmed.body.recoveryCodes?.length]).toEqual([200, 10])
    site.move(stepMs)
    return secret
  }

  /** It is two factors: nothing waits for a second one (decisions/0016). */
  const byPasskeyAlone = [
    ['a passkey', 200],
    ['an app and a passkey', 200],
    ['a passkey that was removed', 401],
  ] as const
  test.each(byPasskeyAlone)('ACC-5 S-15 by a passkey alone, the second factor being: %s', async (state, status) => {
    const site = sites.optional as Site
    const person = await someone(site, 'optional')
    await states.find((one) => one.state === state)?.prepare(site, person)
    const browser = site.visitor()
    const response = await assertion(browser, person.authenticator)
    const reply = await browser.post('/api/auth/passkey/login', { response })
    expect([reply.status, reply.body.user?.email]).toEqual([status, status === 200 ? person.email : undefined])
    expect((await browser.me()).status).toBe(status)
  })

  test('ACC-5 S-15 where a second factor is required, a passkey can be the first one, made before there is a session', async () => {
    const site = sites.required as Site
    const { browser, authenticator, email } = await someone(site, 'required')
    const { body } = await browser.post('/api/auth/second-factor/passkeys/options')
    const none = { email, factors: [], enrol: true, expiresIn: expect.any(Number) }
    expect((await browser.get('/api/auth/second-factor')).body).toEqual(none)
    const made = await browser.post('/api/auth/second-factor/passkeys', { response: authenticator.create(body) })
    expect([made.status, made.body.user?.email, made.body.recoveryCodes?.length]).toEqual([200, email, 10])
    expect(browser.cookie('pending')).toBeUndefined()
    const [passkey] = (await browser.get('/api/auth/factors')).body.passkeys
    // The last one stays.
    const removed = await browser.send('DELETE', `/api/auth/factors/passkeys/${passkey.id}`)
    expect([removed.status, removed.body.code]).toEqual([403, 'permission_denied'])
    const next = site.visitor()
    expect((await next.signIn(email)).body.factors).toEqual(['passkey', 'recovery_code'])
    expect((await passKey(next, authenticator)).status).toBe(200)
  })

  test('TOK-11 a change of password keeps the session, and is no fresh sign-in where a second factor is due', async () => {
    const site = sites.optional as Site
    for (const withApp of [false, true]) {
      const person = await someone(site, 'optional')
      if (withApp) await add(site, person)
      const before = (await person.browser.me()).body.session
      site.move(60_000)
      const body = { currentPassword: goodPassword, newPassword }
      const changed = await person.browser.post('/api/auth/password/change', body)
      expect(changed.status).toBe(200)
      expect(changed.body.session.id).not.toBe(before.id)
      expect(changed.body.session.authenticatedAt === before.authenticatedAt).toBe(withApp)
      expect((await person.browser.me()).status).toBe(200)
      // And whoever comes with the new password alone gets no further.
      const reply = await site.visitor().signIn(person.email, newPassword)
      expect('next' in reply.body).toBe(withApp)
    }
  })
})
