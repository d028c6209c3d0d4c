// What a proxy is told of the requests that it asks about, on both kinds of stores.
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OutsideDatabase, openDatabase } from '../accounts/database.ts'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'

const path = '/api/auth/forward'
const proxy = '10.0.0.1'
const navigation = { 'sec-fetch-mode': 'navigate', accept: 'text/html' }
/** As Traefik and Caddy ask: they hand on what is no 2xx. */
const traefik = (uri: string, method = 'GET') => ({ 'x-forwarded-uri': uri, 'x-forwarded-method': method })
/** As nginx is told to ask: it knows 2xx, 401 and 403. */
const nginx = (uri: string, method = 'GET') => ({ 'x-original-uri': uri, 'x-original-method': method })

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind, { trustedProxies: ['10.0.0.0/8'], permissions, roles })
    await site.vigile.roles.seed(by)
    database = await openDatabase(site)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const cookiesOf = ({ jar }: Visitor, where = '/wiki') =>
    jar
      .for(where)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  /** A proxy asks, with the cookies that a browser sends to a page of the application. */
  const ask = (
    headers: Record<string, string>,
    cookie: string | null = null,
    from = proxy,
    query = '',
  ): Promise<Reply> =>
    site.visitor(from).get(`${path}${query}`, {
      cookie,
      headers: from === proxy ? { 'x-forwarded-for': '198.51.100.7', ...headers } : headers,
    })
  const signedUp = async (email: string): Promise<Visitor> => {
    const visitor = site.visitor()
    await visitor.signUp(email)
    return visitor
  }

  test('TOK-1 who is signed in may pass: the application is told who, and of which session', async () => {
    const ada = await signedUp('ada@example.com')
    const { user, session } = (await ada.me()).body
    for (const headers of [traefik('/wiki'), nginx('/wiki'), traefik('/wiki', 'POST')]) {
      const reply = await ask({ ...headers, ...navigation }, cookiesOf(ada))
      expect([reply.status, reply.text]).toEqual([204, ''])
      expect(reply.headers.get('x-auth-user')).toBe(user.id)
      expect(reply.headers.get('x-auth-session')).toBe(session.id)
      expect(reply.headers.get('cache-control')).toBe('no-store')
      expect(reply.setCookies).toEqual([])
    }
    const byToken = await ask({ ...traefik('/api'), authorization: `Bearer ${ada.cookie('access')}` })
    expect([byToken.status, byToken.headers.get('x-auth-user')]).toEqual([204, user.id])
  })

  test('H-3 an email that nobody has proven is not handed on as proof of who it is', async () => {
    const mallory = await signedUp('chief@example.com')
    const { user } = (await mallory.me()).body
    expect((await ask(traefik('/wiki'), cookiesOf(mallory))).headers.get('x-auth-email')).toBe('')
    await site.vigile.users.verifyEmail(user.id, { kind: 'operator', name: 'test' })
    expect((await ask(traefik('/wiki'), cookiesOf(mallory))).headers.get('x-auth-email')).toBe('chief@example.com')
  })

  test('TOK-6 S-33 a session that was ended is refused at the next request, whoever ended it', async () => {
    const ada = await signedUp('ended@example.com')
    const cookie = cookiesOf(ada)
    expect((await ask(traefik('/wiki'), cookie)).status).toBe(204)
    await ada.post('/api/auth/logout')
    expect((await ask(traefik('/wiki'), cookie)).status).toBe(401)

    const bob = await signedUp('disabled@example.com')
    const { user } = (await bob.me()).body
    expect((await ask(nginx('/wiki'), cookiesOf(bob))).status).toBe(204)
    await site.vigile.users.disable(user.id, { kind: 'operator', name: 'test' })
    expect((await ask(nginx('/wiki'), cookiesOf(bob))).status).toBe(401)
  })

  test('COOK-3 signed out: a page leads to sign-in, and back to where the person was going', async () => {
    const way = 'http://localhost:3000/sign-in?returnTo=%2Fwiki%2Fa%3Fpage%3D2'
    const followed = await ask({ ...traefik('/wiki/a?page=2'), ...navigation })
    expect([followed.status, followed.headers.get('location'), followed.text]).toEqual([303, way, ''])
    const told = await ask({ ...nginx('/wiki/a?page=2'), ...navigation })
    expect([told.status, told.headers.get('x-auth-location'), told.body.code]).toEqual([401, way, 'unauthenticated'])
    expect(told.headers.get('location')).toBeNull()
  })

  test('COOK-3 an access cookie that is gone or over, with the hint there, is no sign-out: the bounce page', async () => {
    const ada = await signedUp('away@example.com')
    const way = 'http://localhost:3000/api/auth/continue?returnTo=%2Fwiki'
    const hintAlone = `vigile_hint=${ada.cookie('hint')}`
    for (const cookie of [hintAlone, `vigile_access=forged; ${hintAlone}`]) {
      expect((await ask({ ...traefik('/wiki'), ...navigation }, cookie)).headers.get('location')).toBe(way)
      expect((await ask({ ...nginx('/wiki'), ...navigation }, cookie)).headers.get('x-auth-location')).toBe(way)
    }
    const cookie = cookiesOf(ada)
    site.move(16 * 60_000)
    expect((await ask({ ...nginx('/wiki'), ...navigation }, cookie)).headers.get('x-auth-location')).toBe(way)
    expect((await ask({ ...traefik('/wiki'), ...navigation }, cookie)).status).toBe(303)
  })

  test.each([
    ['a script asks', { 'sec-fetch-mode': 'cors', accept: 'text/html' }, 'GET'],
    ['an old browser’s script asks', { accept: '*/*' }, 'GET'],
    ['a form was posted, which a redirect would drop', navigation, 'POST'],
    ['no browser asks', {}, 'GET'],
  ])('no redirect where %s', async (_, headers, method) => {
    for (const original of [traefik('/wiki', method), nginx('/wiki', method)]) {
      const reply = await ask({ ...original, ...(headers as Record<string, string>) }, 'vigile_hint=1')
      expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
      expect(reply.headers.get('x-auth-location')).toBeNull()
    }
  })

  test('an old browser that asks for a page is led as well', async () => {
    expect((await ask({ ...traefik('/wiki'), accept: 'text/html,*/*;q=0.8' })).status).toBe(303)
  })

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    `/${'a'.repeat(3000)}`,
    '',
  ])('S-55 the way back is of this site, and bounded: %j', async (uri) => {
    const way = 'http://localhost:3000/sign-in?returnTo=%2F'
    expect((await ask({ ...traefik(uri), ...navigation })).headers.get('location')).toBe(way)
    expect((await ask({ ...nginx(uri), ...navigation })).headers.get('x-auth-location')).toBe(way)
  })

  test('H-6 no header of the client says where the site is', async () => {
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const reply = await ask({ ...traefik('/wiki'), ...navigation, ...forged })
    expect(reply.headers.get('location')).toBe('http://localhost:3000/sign-in?returnTo=%2Fwiki')
  })

  test('S-56 a stranger’s X-Forwarded-* and X-Original-* change nothing', async () => {
    for (const headers of [traefik('/wiki'), nginx('/wiki')]) {
      const reply = await ask({ ...headers, ...navigation }, 'vigile_hint=1', '203.0.113.9')
      expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
      expect([reply.headers.get('location'), reply.headers.get('x-auth-location')]).toEqual([null, null])
    }
    // It may as well be a proxy that nobody has named: that is said once.
    expect(site.log.filter(({ fields }) => fields.alert === 'forward_untrusted')).toHaveLength(1)
  })

  test('S-87 RBAC-4 required roles and permissions, all of them: as of now, and on record once where they lack', async () => {
    const ada = await signedUp('roles@example.com')
    const id = (await ada.me()).body.user.id as UserId
    const of = async (query: string, headers: Record<string, string> = traefik('/wiki')) => {
      const { status, body } = await ask(headers, cookiesOf(ada), proxy, query)
      return [status, ...(body ? [body.code] : [])]
    }
    expect(await of('?role=user&permission=products:read')).toEqual([204])
    expect(await of('?role=content-editor')).toEqual([403, 'permission_denied'])
    expect(await of('?role=user&role=content-editor', nginx('/wiki'))).toEqual([403, 'permission_denied'])
    expect(await of('?permission=products:read&permission=products:create')).toEqual([403, 'permission_denied'])
    await site.vigile.roles.grant(id, 'content-editor', by)
    expect(await of('?role=user&role=content-editor&permission=products:create')).toEqual([204])
    expect((await ask(traefik('/wiki'), cookiesOf(ada))).headers.get('x-auth-roles')).toBe('content-editor,user')
    await site.vigile.roles.revoke(id, 'content-editor', by)
    expect(await of('?role=content-editor')).toEqual([403, 'permission_denied'])
    // Whoever is signed out is that, and not somebody who lacks a role.
    expect((await ask({ ...traefik('/wiki'), ...navigation }, null, proxy, '?role=content-editor')).status).toBe(303)
    // Made-up names must not fill the table.
    for (let n = 0; n < 5; n += 1) expect(await of(`?role=made-up-${n}`)).toEqual([403, 'permission_denied'])
    const entries = await database.run(
      `select resource_id from audit_entries where action = 'permission:denied' and user_id = '${id}' order by resource_id`,
    )
    expect(entries.map((row) => row.resource_id)).toEqual(['content-editor', 'products:create'])
  })

  test('H-13 a permission that nobody declared opens nothing, not even for who holds everything', async () => {
    const root = await signedUp('root@example.com')
    const id = (await root.me()).body.user.id as UserId
    await site.vigile.roles.create({ name: 'everything', permissions: ['*'] }, by)
    await site.vigile.roles.grant(id, 'everything', by)
    const of = async (query: string) => {
      const { status, body } = await ask(traefik('/wiki'), cookiesOf(root), proxy, query)
      return [status, body?.code]
    }
    expect(await of('?permission=products:publish')).toEqual([204, undefined])
    expect(await of('?permission=products:publsh')).toEqual([400, 'validation_failed'])
    expect(await of('?permissions=products:publish')).toEqual([400, 'validation_failed'])
    expect(await of('?permission=')).toEqual([400, 'validation_failed'])
    expect(await of('?role=')).toEqual([400, 'validation_failed'])
    expect(await of(`?${Array(17).fill('role=everything').join('&')}`)).toEqual([400, 'validation_failed'])
  })

  test('who has more roles than a header holds is let through nowhere: a part of them could grant what the whole refuses', async () => {
    const many = await signedUp('many@example.com')
    const id = (await many.me()).body.user.id as UserId
    for (let n = 0; n < 32; n += 1) {
      const name = `${String(n).padStart(2, '0')}-`.padEnd(64, 'm')
      await site.vigile.roles.create({ name, permissions: [] }, by)
      await site.vigile.roles.grant(id, name, by)
    }
    expect((await ask(traefik('/wiki'), cookiesOf(many))).status).toBe(500)
    const said = site.log.filter(({ level }) => level === 'error').map(({ fields }) => String(fields.err))
    expect(said.at(-1)).toContain('somebody has more roles than a header holds')
  })

  test('CSRF-2 a change that another origin sends with the cookie does not pass; one of this site, or by token, does', async () => {
    const ada = await signedUp('csrf@example.com')
    const cookie = cookiesOf(ada)
    const own = { origin: 'http://localhost:3000' }
    const other = { origin: 'http://blog.localhost:3000' }
    const status = async (headers: Record<string, string>, from?: string) => (await ask(headers, cookie, from)).status
    for (const proxied of [traefik, nginx]) {
      expect(await status({ ...proxied('/wiki', 'POST'), ...own })).toBe(204)
      expect(await status({ ...proxied('/wiki', 'POST'), ...other })).toBe(403)
      expect(await status({ ...proxied('/wiki', 'DELETE'), 'sec-fetch-site': 'same-site' })).toBe(403)
      expect(await status({ ...proxied('/wiki', 'GET'), ...other })).toBe(204)
      expect(await status({ ...proxied('/wiki', 'GET'), 'sec-fetch-site': 'cross-site' })).toBe(204)
      // A WebSocket's handshake is a GET, and no CORS stands before it.
      const handshake = { ...proxied('/wiki', 'GET'), 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
      expect(await status({ ...handshake, ...own })).toBe(204)
      expect(await status({ ...handshake, ...other })).toBe(403)
    }
    // What the client adds to what its proxy says can only be in its own way.
    expect(await status({ ...traefik('/wiki', 'POST'), ...nginx('/wiki', 'GET'), ...other })).toBe(403)
    expect(await status({ 'x-forwarded-uri': '/wiki', ...other })).toBe(403)
    expect(await status({ ...traefik('/wiki', 'GET'), ...other }, '203.0.113.10')).toBe(403)
    const byToken = { ...traefik('/api', 'POST'), ...other, authorization: `Bearer ${ada.cookie('access')}` }
    expect((await ask(byToken)).status).toBe(204)
  })

  test('only cookies of the path `/` count: a refresh cookie lets nobody through', async () => {
    const ada = await signedUp('paths@example.com')
    expect(cookiesOf(ada)).not.toContain('refresh')
    expect((await ask(traefik('/wiki'), `vigile_refresh=${ada.cookie('refresh')}`)).status).toBe(401)
  })

  test('a token in `Authorization` stands alone: a wrong one is refused beside a good cookie', async () => {
    const ada = await signedUp('alone@example.com')
    expect((await ask({ ...traefik('/api'), authorization: 'Bearer forged' }, cookiesOf(ada))).status).toBe(401)
    expect((await ask({ ...traefik('/api'), authorization: 'Basic QTpC' }, cookiesOf(ada))).status).toBe(204)
  })

  test('LIM-1 a trusted proxy asks as often as it likes, anybody else as one who reads', async () => {
    const few = await openSite(kind, {
      trustedProxies: ['10.0.0.0/8'],
      limits: { rules: { read: { limit: 2, windowSeconds: 60 } } },
    })
    const ada = few.visitor()
    await ada.signUp('often@example.com')
    const cookie = cookiesOf(ada)
    const statuses = async (from: string, cookies: string | null, times: number) => {
      const seen: number[] = []
      for (let n = 0; n < times; n += 1) seen.push((await few.visitor(from).get(path, { cookie: cookies })).status)
      return seen
    }
    expect(await statuses(proxy, cookie, 5)).toEqual([204, 204, 204, 204, 204])
    expect(await statuses(proxy, null, 3)).toEqual([401, 401, 401])
    expect(await statuses('203.0.113.11', null, 3)).toEqual([401, 401, 429])
    expect(await statuses('203.0.113.12', cookie, 3)).toEqual([204, 204, 429])
    await few.close()
  })

  test('the short way says what the long way says', async () => {
    const ada = await signedUp('short@example.com')
    const cookies = [cookiesOf(ada), 'vigile_access=forged; vigile_hint=1', '']
    for (const [from, headers] of [
      [proxy, { ...nginx('/wiki?a=1'), ...navigation }],
      [proxy, { ...traefik('/wiki?a=1'), ...navigation }],
      [proxy, traefik('/wiki', 'POST')],
      ['203.0.113.13', { ...traefik('/wiki'), ...navigation }],
    ] as const) {
      for (const cookie of cookies) {
        const asked = { method: 'GET', url: path, headers: { host: 'localhost:3000', ...headers, cookie } }
        const short = await site.vigile.shortWay(asked, { address: from })
        const long = await site.visitor(from).get(path, { cookie, headers })
        const told = (of: Iterable<[string, string]>) =>
          [...of]
            .map(([name, value]) => [name.toLowerCase(), value])
            .filter(([name = '']) => !/^(x-request-id|ratelimit)$/.test(name))
            .toSorted()
        expect([short?.status, told(Object.entries(short?.headers ?? {}))]).toEqual([long.status, told(long.headers)])
      }
    }
    const asked = { method: 'GET', headers: { host: 'localhost:3000' } }
    expect(await site.vigile.shortWay({ ...asked, url: `${path}?role=admin` })).toBeNull()
  })
})

test('in body delivery no cookie opens a page, so none is led in circles', async () => {
  const site = await openSite('embedded', { trustedProxies: ['10.0.0.0/8'], delivery: 'body' })
  const reply = await site
    .visitor(proxy)
    .get(path, { cookie: 'vigile_hint=1', headers: { ...traefik('/wiki'), ...navigation } })
  expect(reply.status).toBe(401)
  await site.close()
})
