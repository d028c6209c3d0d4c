// Requests that no client of ours would send (VAL-1, VAL-2).
import { parseUserId, type UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { dumpOfState } from '../http/dump.ts'
import { waitToo } from '../support/totp.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

let site: DocumentedSite
let visitor: Visitor
beforeAll(async () => {
  site = await openDocumentedSite('embedded', { limits: { allow: ['203.0.0.0/16'] } })
  visitor = site.visitor()
  await visitor.signUp('ada@example.com')
  await visitor.ack()
  await visitor.me()
  await waitToo(site, visitor, 'with-an-app@example.com')
})
afterAll(() => site?.close())

const right = { email: 'ada@example.com', password: goodPassword }
const withBody = [
  '/api/auth/register',
  '/api/auth/login',
  '/api/auth/refresh',
  '/api/auth/ack',
  '/api/auth/logout',
  '/api/auth/logout-all',
  '/api/auth/password/change',
]

/** VAL-2, S-88: a problem as RFC 9457 says, with an id that the log has too, and nothing of the inside. */
const expectProblem = (reply: Reply, status: number, code: string) => {
  expect([reply.status, reply.body?.code]).toEqual([status, code])
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(reply.body).toMatchObject({ type: `urn:vigile:problem:${code}`, status, requestId: expect.any(String) })
  expect(reply.body.requestId).toBe(reply.headers.get('x-request-id'))
  expect(reply.text).not.toMatch(/node_modules|\.ts:\d| {4}at |SyntaxError|Unexpected token|zod|sqlite|select /i)
  expect(reply.setCookies).toEqual([])
  const line = site.log.findLast(({ fields }) => fields.requestId === reply.body.requestId)
  expect(line).toMatchObject({ level: 'info', message: 'request', fields: { status } })
}

/** Sends it to every route that reads a body, and sees that nothing changed. */
const everywhere = async (raw: () => BodyInit, status: number, code: string, headers: Record<string, string> = {}) => {
  const before = await dumpOfState(site)
  for (const path of withBody) expectProblem(await visitor.send('POST', path, { raw: raw(), headers }), status, code)
  expect(await dumpOfState(site)).toEqual(before)
  expect((await visitor.me()).status).toBe(200)
}
const stream = (...chunks: (string | Uint8Array)[]) =>
  new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      controller.close()
    },
  })

describe('VAL-1 bodies that are no JSON object', () => {
  test.each([
    ['half an object', '{"email":"ada@example.com"'],
    ['nothing but a brace', '{'],
    ['a form', 'email=ada@example.com&password=x'],
    ['a comment', '{}//'],
    ['a null byte', '{"email":"a\0"}'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['null', 'null'],
    ['true', 'true'],
    ['a thousand brackets', '['.repeat(1000)],
    ['thirty thousand objects deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('%s', (_, body) => everywhere(() => body, 400, 'validation_failed'))

  test('invalid UTF-8', () => everywhere(() => new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, 'validation_failed'))
  test('UTF-16', () => everywhere(() => Buffer.from('\ufeff{}', 'utf16le'), 400, 'validation_failed'))
  test('a compressed one', () =>
    everywhere(() => new Uint8Array([0x1f, 0x8b, 8, 0]), 400, 'validation_failed', { 'content-encoding': 'gzip' }))
  test('1 MB', () => everywhere(() => `{"email":"${'a'.repeat(1_000_000)}"}`, 413, 'payload_too_large'))
  test('1 MB in chunks, without a length', () =>
    everywhere(() => stream(...Array.from({ length: 16 }, () => ' '.repeat(65_536))), 413, 'payload_too_large'))
  test('a length that announces more than there may be', () =>
    everywhere(() => '{}', 413, 'payload_too_large', { 'content-length': '65537' }))
})

test('VAL-1 a body where there should be none is looked at all the same', async () => {
  const end = (raw: string, headers = {}) =>
    visitor.send('DELETE', `/api/auth/sessions/${'A'.repeat(22)}`, { raw, headers })
  expectProblem(await end('{"x":1}'), 400, 'validation_failed')
  expectProblem(await end('{'), 400, 'validation_failed')
  expectProblem(await end('x', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type')
  expectProblem(await end(' '.repeat(70_000)), 413, 'payload_too_large')
  expect((await end('{}')).status).toBe(404)
})

describe('VAL-1 objects that are not the one asked for', () => {
  test.each([
    ['prototype pollution', '{"__proto__":{"isAdmin":true}}', '__proto__'],
    ['by the constructor', '{"constructor":{"prototype":{"isAdmin":true}}}', 'constructor'],
    ['a user’s id (H-2)', '{"userId":"AAAAAAAAAAAAAAAAAAAAAA"}', 'userId'],
    ['a role', '{"roles":["admin"]}', 'roles'],
    ['a redirect', '{"returnTo":"https://evil.example"}', 'returnTo'],
    ['an empty name', '{"":1}', ''],
  ])('unknown properties: %s', async (_, body, named) => {
    const before = await dumpOfState(site)
    for (const path of withBody) {
      const reply = await visitor.send('POST', path, { raw: body })
      expectProblem(reply, 400, 'validation_failed')
      expect(reply.body.errors).toContainEqual({ path: named, code: 'unknown', message: 'This is not known here.' })
    }
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
    expect(await dumpOfState(site)).toEqual(before)
  })

  test('each bad field is named, in the reader’s language', async () => {
    const headers = { 'accept-language': 'fr' }
    const reply = await visitor.post(
      '/api/auth/register',
      { email: 'x', password: 7, locale: 'de', admin: 1 },
      { headers },
    )
    expectProblem(reply, 400, 'validation_failed')
    expect(reply.headers.get('content-language')).toBe('fr')
    expect(reply.body).toMatchObject({
      title: 'La demande contient une erreur',
      errors: [
        { path: 'email', code: 'too_short', message: 'Au moins 3 caractères.' },
        { path: 'password', code: 'wrong_type', message: 'Ce champ n’a pas le bon type.' },
        { path: 'locale', code: 'not_one_of', message: 'L’une de ces valeurs : en, fr.' },
        { path: 'admin', code: 'unknown', message: 'Ce champ n’est pas connu ici.' },
      ],
    })
  })

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@exam ple.com',
    'ada@example.com\r\nBcc: everyone@example.com',
    'ada@example.com\0',
    'ada@[127.0.0.1]',
    '"ada"@example.com',
    'ada@example.com,bob@example.com',
    'Ada <ada@example.com>',
    "ada'--@example..com",
    `${'a'.repeat(65)}@example.com`,
  ])('%j is no email', async (email) => {
    for (const path of ['/api/auth/login', '/api/auth/register'])
      expectProblem(await visitor.post(path, { ...right, email }), 400, 'validation_failed')
  })

  test.each(['Ada\r\nBcc: x@example.com', 'Ada\0', '\u202eadA', '\ud800'])('%j is no name', async (name) => {
    const reply = await visitor.post('/api/auth/register', { email: 'name@example.com', password: goodPassword, name })
    expectProblem(reply, 400, 'validation_failed')
    expect(reply.body.errors).toMatchObject([{ path: 'name' }])
  })

  test.each([
    [{ retry: 'g'.repeat(16) }, 'retry'],
    [{ settled: ['0123456789abcdef'] }, 'settled'],
    [{ retry: '0123456789ABCDEF' }, 'retry'],
    [{ settled: '' }, 'settled'],
  ])('%j is no fingerprint', async (body, path) => {
    const reply = await visitor.post('/api/auth/refresh', body)
    expectProblem(reply, 400, 'validation_failed')
    expect(reply.body.errors).toMatchObject([{ path }])
  })

  test('S-4 a password of 4,096 characters is looked at, one of 4,097 is refused; none is cut off', async () => {
    const long = 'é'.repeat(4096)
    expect((await visitor.signIn('ada@example.com', long)).body.code).toBe('invalid_credentials')
    expectProblem(await visitor.signIn('ada@example.com', `${long}x`), 400, 'validation_failed')
  })
})

describe('VAL-1 queries', () => {
  test('unknown and repeated ones are named, on every route', async () => {
    // An administrator: whoever is none is told so first.
    const id = parseUserId((await visitor.me()).body.user.id) as UserId
    await site.vigile.roles.grant(id, 'admin', { kind: 'operator', name: 'test' })
    for (const { method, path } of site.vigile.routes()) {
      // What a provider adds there is its own affair.
      if (path.endsWith('/callback')) continue
      const asked = path.replace(/\{(id|roleId)\}/g, 'A'.repeat(22)).replace('{provider}', 'discord')
      const ask = (query: string) => visitor.send(method, `${asked}?${query}`)
      const needed = { '/api/auth/continue': 'returnTo=%2F&', '/api/admin/sessions': `user=${'A'.repeat(22)}&` }
      const known = method === 'GET' ? (needed[path as keyof typeof needed] ?? '') : ''
      for (const name of ['debug', '__proto__', 'constructor', 'toString', 'access_token']) {
        const reply = await ask(`${known}${name}=1`)
        expect([path, name, reply.status, reply.body?.errors]).toMatchObject([path, name, 400, [{ path: name }]])
      }
      expect((await ask('a=1&a=2')).body).toMatchObject({ errors: [{ path: 'a', code: 'invalid' }] })
    }
  })

  test('parameter pollution: of two places to go back to, none', async () => {
    const reply = await visitor.get('/api/auth/continue?returnTo=%2F&returnTo=https%3A%2F%2Fevil.example')
    expectProblem(reply, 400, 'validation_failed')
    for (const query of ['', '?', '?returnTo', '?returnTo=', '?returnto=/', '?returnTo=//evil.example', '?returnTo=%'])
      expectProblem(await visitor.get(`/api/auth/continue${query}`), 400, 'validation_failed')
  })

  test('a secret in a query is not written to the log', async () => {
    await visitor.get('/api/auth/me?token=s3cret-in-the-query')
    expect(JSON.stringify(site.log)).not.toContain('s3cret-in-the-query')
  })
})

describe('VAL-1 headers', () => {
  const long = 'x'.repeat(100_000)
  test.each([
    ['a user agent of 100 kB', { 'user-agent': long }],
    ['one with escapes and markup', { 'user-agent': '\x1b[31m<script>alert(1)</script>{jndi:ldap://evil.example}' }],
    ['a language list of 100 kB', { 'accept-language': long }],
    ['a language that looks like a path', { 'accept-language': '../../etc/passwd;q=1, {{7*7}}' }],
    ['a request id of one’s own', { 'x-request-id': 'forged\tid' }],
    ['a forwarded list of 100 kB', { 'x-forwarded-for': long }],
    ['a host that is none', { host: 'a b/c' }],
  ])('%s is harmless', async (_, headers) => {
    const reply = await visitor.post('/api/auth/login', right, { headers: headers as Record<string, string> })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(reply.text).not.toContain('<script')
    for (const row of (await dumpOfState(site)).sessions ?? [])
      expect(String(row.user_agent).length).toBeLessThanOrEqual(512)
    expect(JSON.stringify(site.log)).not.toContain('forged')
  })

  test.each([
    ['a CSRF token of 100 kB', { 'x-csrf-token': long }, 403],
    ['two of them', { 'x-csrf-token': 'a, b' }, 403],
    ['a bearer token of 100 kB', { authorization: `Bearer ${long}` }, 401],
    ['a bearer token that is none', { authorization: 'Bearer ../../etc/passwd' }, 401],
    ['two bearer tokens', { authorization: 'Bearer a, Bearer b' }, 401],
  ])('%s is refused', async (_, headers, status) => {
    const reply = await visitor.post('/api/auth/logout-all', {}, { csrf: null, headers })
    expect(reply.status).toBe(status)
    expect((await visitor.me()).status).toBe(200)
  })

  test('a thousand cookies, and one of 100 kB', async () => {
    const own = visitor.jar.for('/api/auth').map(({ name, value }) => `${name}=${value}`)
    const many = Array.from({ length: 1000 }, (_, index) => `junk${index}=x`)
    const ask = (cookie: string) => visitor.get('/api/auth/me', { cookie })
    expect((await ask([...many, ...own].join('; '))).status).toBe(200)
    expect((await ask([`junk=${long}`, ...own].join('; '))).status).toBe(200)
    expect((await ask(`${'; '.repeat(20_000)}${own.join('; ')}`)).status).toBe(200)
  })
})

test('VAL-2 S-90 a fault inside is 500 with an id, and nothing else of it', async () => {
  const broken = await openDocumentedSite('embedded')
  const one = broken.visitor()
  await one.signUp('ada@example.com')
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(broken.database.slice(5))
  database.exec('alter table users rename to users_gone')
  database.close()
  const reply = await one.signIn('ada@example.com')
  expect([reply.status, reply.body.code]).toEqual([500, 'internal_error'])
  expect(reply.text).not.toMatch(/users|table|sqlite|\.ts| {4}at /i)
  expect(reply.body.detail).toContain(reply.headers.get('x-request-id'))
  expect(reply.setCookies).toEqual([])
  const line = broken.log.find(({ level }) => level === 'error')
  expect(line).toMatchObject({ message: 'a fault', fields: { requestId: reply.body.requestId } })
  expect(String(line?.fields.err)).toContain('users')
  await broken.close()
})
