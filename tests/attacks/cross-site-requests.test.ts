// Another site's pages make the victim's browser send requests with the victim's cookies.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { dumpOfState } from '../http/dump.ts'
import { waitToo } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const sister = 'https://app.example.com'
let site: DocumentedSite
let victim: Visitor
let people = 0

const signedUp = async (): Promise<Visitor> => {
  const visitor = site.visitor()
  people += 1
  await visitor.signUp(`someone${people}@example.com`)
  await visitor.ack()
  await visitor.me()
  return visitor
}
const newPassword = 'another-quiet-lantern-43'
/** Every change that the interface knows, as an attacker would have it made. */
const changes = (visitor: Visitor) =>
  [
    ['POST', '/api/auth/register', { email: 'mallory@example.com', password: goodPassword }],
    ['POST', '/api/auth/login', { email: 'someone1@example.com', password: goodPassword }],
    ['POST', '/api/auth/refresh', {}],
    ['POST', '/api/auth/ack', {}],
    ['POST', '/api/auth/logout', {}],
    ['POST', '/api/auth/logout-all', {}],
    ['POST', '/api/auth/password/forgot', { email: 'someone1@example.com' }],
    ['POST', '/api/auth/password/reset', { token: 'A'.repeat(43), password: newPassword }],
    ['POST', '/api/auth/email/verify/request', { email: 'someone1@example.com' }],
    ['POST', '/api/auth/password/change', { currentPassword: goodPassword, newPassword }],
    ['DELETE', `/api/auth/sessions/${sessionOf(visitor)}`, undefined],
    ['DELETE', '/api/auth/sessions', {}],
    ['POST', '/api/auth/magic-link', { email: 'someone1@example.com' }],
    ['POST', '/api/auth/magic-link/login', { token: 'A'.repeat(43) }],
    ['POST', '/api/auth/email/change', { email: 'mallory@example.com' }],
    ['POST', '/api/auth/email/change/confirm', { token: 'A'.repeat(43) }],
    ['POST', '/api/auth/not-me', { token: 'A'.repeat(43) }],
    ['POST', '/api/auth/export', {}],
    ['POST', '/api/auth/account/delete', {}],
    ['POST', '/api/auth/account/keep', { token: 'A'.repeat(43) }],
    ['POST', '/api/auth/claim', { token: 'A'.repeat(43) }],
    ['DELETE', `/api/admin/limits/${'A'.repeat(16)}`, undefined],
    ['PATCH', '/api/auth/me', { name: 'Mallory' }],
    ['POST', '/api/auth/passkey/options', undefined],
    ['POST', '/api/auth/passkey/login', { response: {} }],
    ['POST', '/api/auth/second-factor', { method: 'totp', code: '123456' }],
    ['POST', '/api/auth/second-factor/totp', undefined],
    ['POST', '/api/auth/second-factor/totp/confirm', { code: '123456' }],
    ['POST', '/api/auth/second-factor/passkey', undefined],
    ['POST', '/api/auth/second-factor/passkeys/options', undefined],
    ['POST', '/api/auth/second-factor/passkeys', { response: {} }],
    ['POST', '/api/auth/factors/totp', undefined],
    ['POST', '/api/auth/factors/totp/confirm', { code: '123456' }],
    ['DELETE', '/api/auth/factors/totp', undefined],
    ['POST', '/api/auth/factors/recovery-codes', undefined],
    ['POST', '/api/auth/factors/passkeys/options', undefined],
    ['POST', '/api/auth/factors/passkeys', { response: {} }],
    ['PATCH', `/api/auth/factors/passkeys/${somePasskey}`, { name: 'Mallory' }],
    ['DELETE', `/api/auth/factors/passkeys/${somePasskey}`, undefined],
    ['POST', '/api/auth/exchange-session', { sessionId: someHandle }],
    ['POST', '/api/auth/oauth/discord/again', {}],
    ['POST', '/api/auth/oauth/discord/link', {}],
    ['POST', '/api/auth/identities/offer', { handle: someHandle }],
    ['POST', '/api/auth/identities', { handle: someHandle }],
    ['DELETE', `/api/auth/identities/${somePasskey}`, undefined],
    ['DELETE', `/api/admin/users/${somePasskey}`, undefined],
    ['POST', '/api/admin/sessions/end-all', undefined],
    ['DELETE', `/api/admin/sessions/${somePasskey}`, undefined],
    ['POST', '/api/admin/keys/rotate', undefined],
    ['POST', `/api/admin/alerts/${somePasskey}/acknowledge`, undefined],
    ['POST', '/api/admin/roles', { name: 'mallory', permissions: ['*'] }],
    ['PATCH', `/api/admin/roles/${somePasskey}`, { permissions: ['*'] }],
    ['DELETE', `/api/admin/roles/${somePasskey}`, undefined],
    ['PUT', `/api/admin/users/${somePasskey}/roles/${somePasskey}`, undefined],
    ['DELETE', `/api/admin/users/${somePasskey}/roles/${somePasskey}`, undefined],
    ...['disable', 'enable', 'end-sessions', 'remove-factors', 'reset-password'].map(
      (act) => ['POST', `/api/admin/users/${somePasskey}/${act}`, undefined] as const,
    ),
  ] as const
const somePasskey = 'A'.repeat(22)
const someHandle = 'a'.repeat(64)
/** What the browser itself calls (DBSC), whoever's page made it: authorised by a signature that no page can make. */
const byBrowser = ['/api/auth/dbsc/registration', '/api/auth/dbsc/refresh']
/** People come to these by links and redirects. */
const byLink = ['/api/auth/oauth/{provider}', '/api/auth/oauth/{provider}/callback']
const sessionOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[2]

beforeAll(async () => {
  site = await openDocumentedSite('embedded', {
    publicUrl: 'https://shop.example.com',
    production: true,
    accounts: { verifyEmail: false },
    allowedOrigins: [sister],
    limits: { allow: ['203.0.0.0/16'] },
  })
  victim = await signedUp()
  await waitToo(site, victim, 'with-an-app@example.com')
})
afterAll(() => site?.close())

/** The path as the table of routes has it. */
const named = (path: string) =>
  path
    .replace(/(sessions|passkeys|identities|users|roles|alerts)\/[\w-]{22}(?=$|\/)/g, '$1/{id}')
    .replace('/roles/{id}', path.includes('/users/') ? '/roles/{roleId}' : '/roles/{id}')
    .replace(/(limits)\/[\w-]{16}$/, '$1/{id}')
    .replace('/discord/', '/{provider}/')

test('the list of changes is whole', () => {
  const known = changes(victim).map(([method, path]) => `${method} ${named(path)}`)
  const all = site.vigile.routes().filter(({ method }) => method !== 'GET')
  expect([...known, ...byBrowser.map((path) => `POST ${path}`)].toSorted()).toEqual(
    all.map(({ method, path }) => `${method} ${path}`).toSorted(),
  )
})

describe.each([
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['a sub-domain', { origin: 'https://blog.shop.example.com' }],
  ['the parent domain', { origin: 'https://example.com' }],
  ['another port', { origin: 'https://shop.example.com:8443' }],
  ['plain http', { origin: 'http://shop.example.com' }],
  ['a form whose browser sends no Origin', { 'sec-fetch-site': 'cross-site' }],
  ['a form of a sister site whose browser sends no Origin', { 'sec-fetch-site': 'same-site' }],
])('CSRF-2 S-54 every change is refused from %s', (_, headers) => {
  test('even with the victim’s cookies and token, and nothing changes', async () => {
    const before = await dumpOfState(site)
    const jar = victim.jar.snapshot()
    for (const [method, path, body] of changes(victim)) {
      const reply = await victim.send(method, path, { body, origin: null, headers })
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'origin_refused'])
      expect(reply.setCookies).toEqual([])
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    }
    for (const path of byBrowser) {
      const { status, setCookies } = await victim.send('POST', path, { origin: null, headers })
      expect([path, status, setCookies]).toEqual([path, 401, []])
    }
    expect(victim.jar.snapshot()).toEqual(jar)
    expect(await dumpOfState(site)).toEqual(before)
    expect((await victim.me()).status).toBe(200)
  })
})

describe('CSRF-1 every change that a cookie authorises needs the token of its session', () => {
  const authorised = (visitor: Visitor) => {
    const open = site.vigile.routes().filter(({ guard }) => guard.endsWith('own origin'))
    return changes(visitor).filter(([, path]) => !open.some((route) => route.path === path))
  }
  const refused = async (csrf: string | null, planted: string | null = csrf) => {
    const before = await dumpOfState(site)
    for (const [method, path, body] of authorised(victim)) {
      const own = victim.jar.for(path).filter(({ name }) => !name.endsWith('_csrf'))
      const all = [...own.map(({ name, value }) => `${name}=${value}`), `__Host-vigile_csrf=${planted}`]
      const reply = await victim.send(method, path, { body, csrf, cookie: all.join('; ') })
      expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'csrf_failed'])
      expect(reply.setCookies).toEqual([])
    }
    expect(await dumpOfState(site)).toEqual(before)
  }

  test('none', () => refused(null, victim.cookie('csrf')))
  test('the header without the cookie', () => refused(victim.cookie('csrf') ?? '', null))
  test('an invented pair', () => refused('planted'))
  test('a pair of the right form', () => refused(`${'A'.repeat(11)}.${'B'.repeat(22)}.${'C'.repeat(43)}`))
  test('a planted pair that an attacker fetched without a session', async () => {
    const { body } = await site.visitor().get('/api/auth/csrf')
    await refused(body.csrfToken)
  })
  test('a planted pair of the attacker’s own session', async () => {
    const attacker = await signedUp()
    await refused(attacker.cookie('csrf') ?? '')
  })
  test('the token of another session of the same user', async () => {
    const other = site.visitor()
    await other.signIn('someone1@example.com')
    await refused(other.cookie('csrf') ?? '')
  })
  test('the token of the session before: signing in again makes a new one', async () => {
    const visitor = await signedUp()
    const before = visitor.cookie('csrf') ?? ''
    await visitor.signIn(`someone${people}@example.com`)
    const cookie = visitor.jar.for('/api/auth').map(({ name, value }) => `${name}=${value}`)
    const reply = await visitor.refresh(
      {},
      { csrf: before, cookie: [...cookie, `__Host-vigile_csrf=${before}`].join('; ') },
    )
    expect(reply.body.code).toBe('csrf_failed')
  })
  test('sign-out, where of the session’s cookies only that of the path `/` came', async () => {
    const visitor = await signedUp()
    const cookie = `__Host-vigile_access=${visitor.cookie('access')}; __Host-vigile_csrf=${visitor.cookie('csrf')}`
    const planted = await visitor.post('/api/auth/logout', {}, { cookie, csrf: null })
    expect([planted.body.code, planted.setCookies]).toEqual(['csrf_failed', []])
    expect((await visitor.me()).status).toBe(200)
    expect((await visitor.post('/api/auth/logout', {}, { cookie })).status).toBe(204)
    expect((await visitor.me()).status).toBe(401)
  })
  test('the right one passes, planted ones beside it', async () => {
    const visitor = await signedUp()
    const own = visitor.jar.for('/api/auth').map(({ name, value }) => `${name}=${value}`)
    const cookie = [`__Host-vigile_csrf=planted`, ...own, `__Host-vigile_csrf=other`].join('; ')
    expect((await visitor.refresh({}, { cookie })).status).toBe(200)
    expect((await visitor.post('/api/auth/logout', {}, { cookie })).status).toBe(204)
  })
})

describe('login CSRF: the victim is signed in to the attacker’s account', () => {
  test('CSRF-2 a form of another site cannot, signed in or not', async () => {
    const attacker = await signedUp()
    const email = `someone${people}@example.com`
    for (const visitor of [site.visitor(), victim]) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        const reply = await visitor.post(
          '/api/auth/login',
          { email, password: goodPassword },
          { origin: null, headers },
        )
        expect(reply.status).toBe(403)
        expect(reply.setCookies).toEqual([])
      }
    }
    expect((await victim.me()).body.user.email).toBe('someone1@example.com')
    expect((await attacker.me()).status).toBe(200)
  })

  test('S-46 a session planted by a sub-domain is not taken where the prefix forbids it', async () => {
    const attacker = await signedUp()
    const planted = [
      `vigile_access=${attacker.cookie('access')}`,
      `__Secure-vigile_access=${attacker.cookie('access')}`,
    ]
    const stranger = site.visitor()
    expect((await stranger.get('/api/auth/me', { cookie: planted.join('; ') })).status).toBe(401)
    const own = `__Host-vigile_access=${victim.cookie('access')}`
    const both = await stranger.get('/api/auth/me', { cookie: [...planted, own].join('; ') })
    expect(both.body.user.email).toBe('someone1@example.com')
  })
})

test('CSRF-1 S-79 a bearer token needs no CSRF token, and no cookie counts beside it', async () => {
  const [ada, bob] = [await signedUp(), await signedUp()]
  const adas = (await ada.me()).body.user.id
  const bearer = { authorization: `Bearer ${ada.cookie('access')}` }
  expect((await bob.get('/api/auth/me', { headers: bearer })).body.user.id).toBe(adas)
  for (const wrong of ['x', 'null', `${bob.cookie('access')}x`]) {
    const reply = await bob.get('/api/auth/me', { headers: { authorization: `Bearer ${wrong}` } })
    expect(reply.status).toBe(401)
  }
  const [, session] = [sessionOf(bob), sessionOf(ada)]
  const headers = { ...bearer, 'sec-fetch-site': 'cross-site' }
  const ended = await bob.send('DELETE', `/api/auth/sessions/${session}`, { headers, csrf: null, origin: null })
  expect(ended.status).toBe(204)
  expect((await ada.me()).status).toBe(401)
  expect((await bob.me()).status).toBe(200)
})

describe('S-54 what a form can send is not read', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'JSON as "%s"',
    async (type) => {
      for (const [method, path, body] of changes(victim)) {
        if (body === undefined || Object.keys(body).length === 0) continue
        const reply = await victim.send(method, path, { raw: JSON.stringify(body), headers: { 'content-type': type } })
        // Whoever is no administrator is told so first; `tests/administration` has the rest.
        expect([path, reply.status]).toEqual([path, path.startsWith('/api/admin/') ? 403 : 415])
      }
      expect((await victim.me()).status).toBe(200)
    },
  )

  test('a GET changes nothing, whatever cookies come', async () => {
    const visitor = await signedUp()
    await visitor.signIn('with-an-app@example.com')
    const before = await dumpOfState(site)
    for (const { method, path } of site.vigile.routes().filter((route) => route.method === 'GET')) {
      for (const headers of [{}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }]) {
        const query = path.endsWith('/continue') ? '?returnTo=/' : ''
        await visitor.send(method, `${path}${query}`, { headers, lands: false })
        await visitor.send('HEAD', `${path}${query}`, { headers, lands: false })
      }
    }
    // What may only be posted is not done by a GET, or by a method that a proxy is told to put in its place.
    const reads = site.vigile.routes().filter(({ method }) => method === 'GET')
    for (const [, path] of changes(visitor)) {
      const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'DELETE', 'x-http-method': 'POST' }
      const reply = await visitor.get(path, { headers })
      const isRead = reads.some((read) => read.path === named(path))
      // Who is no administrator reads nothing either.
      expect([path, reply.status]).toEqual([path, isRead ? (path.startsWith('/api/admin/') ? 403 : 200) : 405])
    }
    expect(await dumpOfState(site)).toEqual(before)
  })
})

describe('CSRF-3 S-53 which pages may read an answer', () => {
  const paths = [
    ...new Set(['/api/auth/nowhere', ...['/api/auth/me', '/api/auth/csrf', '/api/auth/login', '/api/auth/refresh']]),
  ]
  const all = () => [...paths, ...site.vigile.routes().map(({ path }) => path.replace('{id}', 'x'.repeat(22)))]

  test.each([
    'https://evil.example',
    'null',
    'https://shop.example.com.evil.example',
    'https://app.example.com:8443',
    '*',
  ])('%s may read none, and no preflight lets it send any', async (origin) => {
    for (const path of all()) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const headers = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token' }
        const reply = await victim.send(method, path, { origin, headers, lands: false })
        const named = [...reply.headers.keys()].filter((name) => name.startsWith('access-control-'))
        expect([method, path, named]).toEqual([method, path, []])
      }
    }
  })

  test('a listed origin may read every answer, refusals too, by its name alone', async () => {
    for (const path of all().filter((one) => !byLink.includes(one))) {
      for (const method of ['GET', 'OPTIONS']) {
        const reply = await victim.send(method, path, { origin: sister, lands: false })
        expect([path, reply.headers.get('access-control-allow-origin')]).toEqual([path, sister])
        expect(reply.headers.get('access-control-allow-credentials')).toBe('true')
        expect(reply.headers.get('vary')).toContain('Origin')
      }
    }
  })

  test('S-65 the way to a provider and back is read by no page, of a listed origin neither', async () => {
    for (const path of byLink) {
      const reply = await victim.get(path, { origin: sister, lands: false })
      expect([path, reply.headers.get('access-control-allow-origin')]).toEqual([path, null])
    }
  })

  test('a preflight of a listed origin names methods and headers, and is kept for ten minutes', async () => {
    const reply = await site.visitor().send('OPTIONS', '/api/auth/sessions/x', { origin: sister })
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      allow: 'DELETE',
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-headers': expect.stringContaining('X-CSRF-Token'),
      'access-control-max-age': '600',
    })
    expect(reply.status).toBe(204)
    const several = await site
      .visitor()
      .send('OPTIONS', `/api/auth/factors/passkeys/${somePasskey}`, { origin: sister })
    expect(several.headers.get('access-control-allow-methods')).toBe('PATCH, DELETE')
  })

  test('a listed origin makes changes with the token, and none without', async () => {
    const visitor = await signedUp()
    expect((await visitor.refresh({}, { origin: sister, csrf: null })).body.code).toBe('csrf_failed')
    expect((await visitor.refresh({}, { origin: sister })).status).toBe(200)
  })
})
