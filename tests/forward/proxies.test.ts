// Real proxies with the documented configurations, in front of an application that believes them.
import { createServer, type IncomingHttpHeaders, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pageRoutes } from '../../server/src/pages/routes.ts'
import { type BrowserSite, openBrowserSite } from '../browser/site.ts'
import { startCaddy } from '../services/caddy.ts'
import { startNginx } from '../services/nginx.ts'
import { freePort } from '../services/place.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { type Application, openApplication } from './application.ts'
import { documentedCaddy, documentedNginx, documentedTraefik, type Upstreams } from './documented.ts'

type Proxy = { readonly port: number; stop(): Promise<void> }
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
type Ask = { readonly method?: string; readonly headers?: Record<string, string | string[]>; readonly body?: string }

const proxies: readonly [string, (to: Upstreams) => Promise<Proxy>][] = [
  ['nginx', (to) => startNginx((port) => documentedNginx(port, to))],
  ['Caddy', (to) => startCaddy((port) => documentedCaddy(port, to))],
]
const navigation = { 'sec-fetch-mode': 'navigate', accept: 'text/html' }

/** As it is: `fetch` would add headers of its own, and tidy up the path. */
const ask = (port: number, path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const host = `localhost:${port}`
    const asking = send({ host: '127.0.0.1', port, path, method, headers: { host, ...headers } }, (reply) => {
      let text = ''
      reply.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }))
    })
    asking.on('error', reject)
    asking.end(body)
  })

/** A WebSocket's handshake, or another upgrade: 101 only once what is sent through it comes back. */
const shake = (port: number, headers: Record<string, string | string[]>): Promise<number> =>
  new Promise((resolve, reject) => {
    const asking = send({
      host: '127.0.0.1',
      port,
      path: '/ws',
      headers: { host: `localhost:${port}`, connection: 'Upgrade', upgrade: 'websocket', ...headers },
    })
    asking.on('response', (reply) => resolve(reply.resume().statusCode ?? 0))
    asking.on('upgrade', (_reply, socket) => {
      socket.on('data', () => {
        socket.destroy()
        resolve(101)
      })
      socket.write('is anybody there?')
    })
    asking.on('error', reject)
    asking.end()
  })
const websocket = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' }

describe.each(proxies)('behind %s', (name, start) => {
  let application: Application
  let proxy: Proxy
  let site: BrowserSite
  let ada: Visitor
  let cookie: string
  let userId: string

  const cookiesOf = ({ jar }: Visitor) =>
    jar
      .for('/wiki')
      .map((one) => `${one.name}=${one.value}`)
      .join('; ')
  const signedUp = async (email: string) => {
    const { vigile, publicUrl } = site.server
    const visitor = createVisitor({ vigile: () => vigile, publicUrl, now: Date.now, address: '198.51.100.7' })
    const { body } = await visitor.signUp(email)
    return { visitor, cookie: cookiesOf(visitor), userId: body.user.id as string }
  }
  const through = (path: string, options?: Ask) => ask(proxy.port, path, options)
  const last = () => application.reached.at(-1)
  let before = 0
  const reached = () => application.reached.length - before

  beforeAll(async () => {
    application = await openApplication()
    const vigile = await freePort()
    proxy = await start({ vigile, application: application.port })
    const publicUrl = `http://localhost:${proxy.port}`
    site = await openBrowserSite('embedded', {
      publicUrl,
      trustedProxies: ['127.0.0.1'],
      ...({ port: vigile } as object),
    })
    ;({ visitor: ada, cookie, userId } = await signedUp('ada@example.com'))
  })
  afterAll(async () => {
    await Promise.all([site?.close(), proxy?.stop(), application?.close()])
  })
  beforeEach(() => {
    before = application.reached.length
  })

  test('who is signed in reaches the application, which is told who it is; what was sent arrives whole', async () => {
    const answer = await through('/wiki/a?page=2&role=admin', { headers: { cookie } })
    expect(answer.status).toBe(200)
    expect(last()).toMatchObject({ method: 'GET', url: '/wiki/a?page=2&role=admin', body: '' })
    const { session } = (await ada.me()).body
    expect(last()?.headers).toMatchObject({ 'x-auth-user': userId, 'x-auth-session': session.id })
    const sent = { cookie, origin: site.server.publicUrl, 'content-type': 'text/plain' }
    const posted = await through('/wiki', { method: 'POST', headers: sent, body: 'a page' })
    expect([posted.status, last()?.method, last()?.body]).toEqual([200, 'POST', 'a page'])
    expect(last()?.headers['x-auth-user']).toBe(userId)
    expect((await through('/wiki', { method: 'HEAD', headers: { cookie } })).status).toBe(200)
  })

  test('what a client writes into X-Auth-… never arrives, however it is spelt', async () => {
    const forged = {
      'X-Auth-User': 'root',
      'x-auth-email': ['chief@example.com', 'second@example.com'],
      'X-AUTH-SESSION': 'stolen',
      'X-Auth-Roles': 'admin',
      X_Auth_User: 'root',
      'X_Auth-Email': 'chief@example.com',
      'X-Auth_Roles': 'admin',
      'X.Auth.User': 'root',
      'X.Auth_Roles': 'admin',
    }
    expect((await through('/wiki', { headers: { cookie, ...forged } })).status).toBe(200)
    const names = Object.entries(last()?.headers ?? {}).map(([key, value]) => [key.replaceAll(/[_.]/g, '-'), value])
    const told = names.filter(([key]) => String(key).startsWith('x-auth'))
    expect(told).toContainEqual(['x-auth-user', userId])
    expect(JSON.stringify(told)).not.toMatch(/root|chief|second|stolen|admin/)
    expect((await through('/wiki', { headers: forged })).status).toBe(401)
    expect(reached()).toBe(1)
  })

  test('signed out: a page leads to sign-in and back, all else is refused, and nothing reaches the application', async () => {
    const page = await through('/wiki/a?page=2', { headers: navigation })
    const way = `${site.server.publicUrl}/sign-in?returnTo=%2Fwiki%2Fa%3Fpage%3D2`
    expect([page.status, page.headers.location]).toEqual([303, way])
    for (const headers of [
      { accept: '*/*' },
      { ...navigation, 'sec-fetch-mode': 'cors' },
      { cookie: 'vigile_access=eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.' },
      { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.' },
    ]) {
      const answer = await through('/wiki', { headers: headers as Record<string, string> })
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'unauthenticated'])
    }
    expect((await through('/wiki', { method: 'POST', headers: navigation, body: 'x' })).status).toBe(401)
    expect(reached()).toBe(0)
  })

  test('COOK-3 not known yet: a page leads to the bounce page', async () => {
    const page = await through('/wiki?page=2', { headers: { ...navigation, cookie: 'vigile_hint=1' } })
    const way = `${site.server.publicUrl}/api/auth/continue?returnTo=%2Fwiki%3Fpage%3D2`
    expect([page.status, page.headers.location]).toEqual([303, way])
    expect(reached()).toBe(0)
  })

  test('S-55 S-56 what a client says of the request that it sends leads nowhere else', async () => {
    const forged = {
      'x-forwarded-uri': '//evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-method': 'GET',
      forwarded: 'host=evil.example',
    }
    for (const path of ['/wiki', '//evil.example/', '/\\evil.example', 'http://evil.example/wiki']) {
      const { status, headers } = await through(path, { headers: { ...navigation, ...forged } })
      const way = URL.parse(headers.location ?? '')
      if (path === '/wiki') expect([status, way?.searchParams.get('returnTo')]).toEqual([303, '/wiki'])
      if (way) expect([way.origin, way.pathname]).toEqual([site.server.publicUrl, '/sign-in'])
      if (way) expect(way.searchParams.get('returnTo')).toMatch(/^\/(?!\/)/)
    }
    expect(reached()).toBe(0)
  })

  test('CSRF-2 a form that another origin posts with the cookie does not reach the application', async () => {
    const headers = { cookie, origin: 'http://blog.localhost', 'x-forwarded-method': 'GET' }
    expect((await through('/wiki', { method: 'POST', headers, body: 'x' })).status).toBe(403)
    expect(reached()).toBe(0)
  })

  test('attack: `Connection` names X-Auth-…, so that the proxy takes away what the application is told', async () => {
    const told = ['x-auth-user', 'x-auth-session', 'x-auth-roles', 'x-auth-email']
    expect((await through('/wiki', { headers: { cookie } })).status).toBe(200)
    const honest = told.map((header) => last()?.headers[header])
    for (const connection of [`close, ${told.join(', ')}`, ['close', 'X-Auth-User', 'X-AUTH-ROLES, x-auth-session']]) {
      expect((await through('/wiki', { headers: { cookie, connection } })).status).toBe(200)
      expect(told.map((header) => last()?.headers[header])).toEqual(honest)
    }
    const headers = { ...websocket, cookie, origin: site.server.publicUrl, connection: `Upgrade, ${told.join(', ')}` }
    expect(await shake(proxy.port, headers)).toBe(101)
    expect(told.map((header) => last()?.headers[header])).toEqual(honest)
  })

  test('CSRF-2 attack: a page of a sister domain opens a WebSocket with the cookie; one of this site gets it', async () => {
    const headers = { ...websocket, cookie, 'sec-fetch-mode': 'websocket' }
    const sister = { origin: 'http://blog.localhost', 'sec-fetch-site': 'same-site' }
    expect(await shake(proxy.port, { ...headers, ...sister })).toBe(403)
    expect(await shake(proxy.port, { ...headers, origin: 'null' })).toBe(403)
    expect(await shake(proxy.port, { ...websocket, origin: site.server.publicUrl })).toBe(401)
    expect(reached()).toBe(0)
    expect(await shake(proxy.port, { ...headers, origin: site.server.publicUrl })).toBe(101)
    expect(last()).toMatchObject({ url: '/ws', body: 'upgraded', headers: { 'x-auth-user': userId } })
  })

  test('attack: an upgrade to h2c, through which further requests would pass unasked', async () => {
    const h2c = { cookie, connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'AAMAAABkAAQAAP__' }
    for (const upgrade of ['h2c', 'H2C', 'websocket, h2c', ['h2c', 'websocket'], ['websocket', 'h2c']]) {
      await shake(proxy.port, { ...h2c, upgrade })
      expect(last()?.headers.upgrade ?? 'none').toMatch(/^(none|websocket)$/)
    }
  })

  test('TOK-6 a session that was ended is refused at the next request', async () => {
    const bob = await signedUp('bob@example.com')
    expect((await through('/wiki', { headers: { cookie: bob.cookie } })).status).toBe(200)
    await bob.visitor.post('/api/auth/logout')
    expect((await through('/wiki', { headers: { cookie: bob.cookie } })).status).toBe(401)
    expect(reached()).toBe(1)
  })

  test('nobody asks `/forward` from outside, by no spelling', async () => {
    for (const path of ['/api/auth/forward', '/api/auth/forward?role=x', '/api/auth//forward', '/api/auth/%66orward']) {
      const { status, headers } = await through(path, { headers: { cookie } })
      expect([path, status === 204, headers['x-auth-user']]).toEqual([path, false, undefined])
    }
  })

  test('no spelling of a path opens the application through what is open', async () => {
    for (const path of ['/sign-in/../wiki', '/sign-in/%2e%2e/wiki', '/api/auth/..%2f..%2fwiki', '//sign-in/../wiki'])
      expect((await through(path)).status).not.toBe(200)
    expect(reached()).toBe(0)
  })

  test('VAL-3 all pages and the whole interface of Vigile are open, as documented, for Traefik too', async () => {
    const pages = pageRoutes({ settings: { accountPath: '/account', signInPath: '/sign-in' } } as never)
    const paths = pages.map(({ path }) => path).filter((path) => !['/', '/mailbox', '/docs'].includes(path))
    expect(paths).toContain('/forgot-password')
    const asked = () => site.log.filter(({ fields }) => fields.path === '/api/auth/forward').length
    const wereAsked = asked()
    for (const path of [...paths, '/api/auth/csrf', '/.well-known/jwks.json', '/assets/none.js'])
      await through(path, { headers: navigation })
    expect([asked() - wereAsked, reached()]).toEqual([0, 0])
    for (const path of paths) expect(documentedTraefik().http.routers.vigile.rule).toContain(`(\`${path}\`)`)
  })

  test('S-87 RBAC-4 a part of the site takes a role: 403 without it, however the path is spelt, open at the next request with it, closed without it again', async () => {
    const { roles } = site.server.vigile
    const by = { kind: 'operator', name: 'test' } as const
    await roles.create({ name: 'staff', permissions: [] }, by)
    const carl = await signedUp('carl@example.com')
    const id = carl.userId as UserId
    const status = async (path: string, headers = {}) =>
      (await through(path, { headers: { cookie: carl.cookie, ...headers } })).status
    expect([await status('/wiki'), last()?.headers['x-auth-roles'] ?? '']).toEqual([200, ''])
    expect([await status('/staff/a'), await status('/staff/a?role=none', { 'x-auth-roles': 'staff' })]).toEqual([
      403, 403,
    ])
    expect(reached()).toBe(1)
    for (const spelt of [
      '',
      '?x',
      '/',
      '//a',
      '/./a',
      ';x/a',
      '\\a',
      '%5ca',
      '%2fa',
      '%252fa',
      '%3fx',
      '%23x',
      '.json',
    ])
      for (const path of [`/staff${spelt}`, `/STAFF${spelt}`, `/%73taff${spelt}`, `/wiki/../staff${spelt}`])
        expect([path, await status(path)]).toEqual([path, 403])
    expect(reached()).toBe(1)
    expect(await status('/staffing')).toBe(200)
    await roles.grant(id, 'staff', by)
    expect([await status('/staff/a?role=other'), last()?.url]).toEqual([200, '/staff/a?role=other'])
    expect(last()?.headers['x-auth-roles']).toBe('staff')
    expect(await status('/wiki', { 'x-auth-roles': 'admin' })).toBe(200)
    expect(last()?.headers['x-auth-roles']).toBe('staff')
    await roles.revoke(id, 'staff', by)
    expect(await status('/staff/a')).toBe(403)
    expect((await through('/staff/a', { headers: navigation })).status).toBe(303)
  })

  test('the longest answers that there can be fit what the proxy reads', async () => {
    const { roles } = site.server.vigile
    const by = { kind: 'operator', name: 'test' } as const
    const dora = await signedUp(`${'d'.repeat(60)}@${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.example`)
    await site.server.vigile.users.verifyEmail(dora.userId as UserId, by)
    const names = Array.from({ length: 31 }, (_, index) => `${String(index).padStart(2, '0')}-`.padEnd(64, 'r'))
    for (const name of names) {
      await roles.create({ name, permissions: [] }, by)
      await roles.grant(dora.userId as UserId, name, by)
    }
    expect((await through('/wiki', { headers: { cookie: dora.cookie } })).status).toBe(200)
    expect(last()?.headers['x-auth-roles']).toBe(names.join(','))
    const long = `/${'a'.repeat(2_040)}`
    const way = new URL((await through(long, { headers: navigation })).headers.location ?? '')
    expect(way.searchParams.get('returnTo')).toBe(long)
  })

  test('S-90 Vigile answers 503, fails, or is silent: nobody is let through, nobody is told that they are signed out', async () => {
    const answers = [503, 500, 429, 302]
    const faulty = createServer((_request, response) => {
      const status = answers.shift()
      if (status === undefined) return void response.destroy()
      response.writeHead(status, { 'Retry-After': '2', 'X-Auth-User': 'root' }).end()
    })
    await new Promise<void>((resolve) => faulty.listen(0, '127.0.0.1', resolve))
    const other = await start({ vigile: (faulty.address() as AddressInfo).port, application: application.port })
    const headers = { ...navigation, cookie }
    for (const status of [503, 500, 429, 302]) {
      const answer = await ask(other.port, '/wiki', { headers })
      expect([answer.status, answer.headers.location]).toEqual([name === 'nginx' ? 503 : status, undefined])
      if (answer.status === 503) expect(answer.headers['retry-after']).toBe('2')
    }
    expect((await ask(other.port, '/wiki', { headers })).status).toBe(name === 'nginx' ? 503 : 502)
    faulty.closeAllConnections()
    await new Promise<void>((resolve) => faulty.close(() => resolve()))
    expect((await ask(other.port, '/wiki', { headers })).status).toBe(name === 'nginx' ? 503 : 502)
    await other.stop()
    expect(reached()).toBe(0)
  })

  // The last one: it is not started again.
  test('S-90 Vigile is stopped: nobody is let through', async () => {
    expect((await through('/wiki', { headers: { cookie } })).status).toBe(200)
    await site.server.close()
    for (const headers of [{ cookie }, { ...navigation, cookie }, navigation]) {
      const answer = await through('/wiki', { headers })
      expect(answer.status).toBe(name === 'nginx' ? 503 : 502)
      expect(answer.headers.location).toBeUndefined()
    }
    expect(reached()).toBe(1)
  })
})

test('Traefik’s configuration asks about all that is not Vigile’s own, and replaces every header that the engine sets', () => {
  const { routers, middlewares, services } = documentedTraefik().http
  expect(routers.application.middlewares).toEqual(['no-forged-names', 'signed-in'])
  expect(Object.keys(services)).toEqual([routers.vigile.service, routers.application.service])
  expect(routers.vigile.priority).toBeGreaterThan(routers.application.priority)
  const names = ['X-Auth-User', 'X-Auth-Session', 'X-Auth-Email', 'X-Auth-Roles']
  const { forwardAuth } = middlewares['signed-in']
  expect(forwardAuth.authResponseHeaders).toEqual(names)
  // Off by default; with it the client would say what it asks for.
  expect(forwardAuth.trustForwardHeader).toBeUndefined()
  const signs = ['-', '_', '.']
  const spelt = names.flatMap((name) => {
    const [x, auth, what] = name.split('-')
    return signs.flatMap((one) => signs.map((two) => `${x}${one}${auth}${two}${what}`)).filter((one) => one !== name)
  })
  const removed = middlewares['no-forged-names'].headers.customRequestHeaders
  expect(removed).toEqual(Object.fromEntries(spelt.map((name) => [name, ''])))
})
