// Whatever is sent, it is answered, as documented, and never by a fault.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { openSite } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'

let site: DocumentedSite
let visitor: Visitor
beforeAll(async () => {
  site = await openDocumentedSite('embedded', {
    allowedOrigins: ['http://localhost:4000'],
    limits: { allow: ['203.0.0.0/16'] },
  })
  visitor = site.visitor()
  await visitor.signUp('ada@example.com')
})
afterAll(() => site?.close())

const odd = fc.constantFrom(
  ...[
    '',
    ' ',
    '\u00a0',
    '%00',
    '../',
    '//',
    '\\',
    '%2f',
    '%',
    '%c0%ae',
    ';',
    '?',
    '#',
    '[]',
    '{}',
    '__proto__',
    'null',
  ],
  ...['undefined', 'NaN', '-1', '1e309', '0x10', "'", '"', '`', '<script>', '{{x}}', '\u202e', '\ud83d', '💥'],
)
const word = fc.oneof(odd, fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }))
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS')
const path = fc.oneof(
  fc.constantFrom('register', 'login', 'refresh', 'ack', 'logout', 'logout-all', 'me', 'csrf', 'sessions', 'continue'),
  fc.constantFrom('password/change', `sessions/${'A'.repeat(22)}`, 'health', ''),
  word.map((text) => `sessions/${encodeURIComponent(text.toWellFormed())}`),
  word.map((text) => encodeURI(text.toWellFormed())),
)
const query = fc.array(fc.tuple(word, word), { maxLength: 3 }).map((pairs) => {
  const search = new URLSearchParams(pairs.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]))
  return pairs.length === 0 ? '' : `?${search}`
})
/** What the Fetch standard lets into a header: Latin-1 without controls. */
const value = word.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())
const headers = fc.dictionary(
  fc.constantFrom(
    ...['accept-language', 'authorization', 'content-type', 'cookie', 'dpop', 'forwarded', 'origin', 'sec-fetch-site'],
    ...['user-agent', 'x-csrf-token', 'x-forwarded-for', 'x-forwarded-host', 'x-request-id', 'if-none-match', 'range'],
  ),
  fc.oneof(
    value,
    fc.constantFrom('http://localhost:4000', 'null', 'Bearer x', 'vigile_access=x; vigile_refresh=v1.a.b.0.0.c'),
  ),
)
const field = fc.constantFrom('email', 'password', 'name', 'locale', 'retry', 'settled', 'only', 'currentPassword', 'x')
const body = fc.oneof(
  fc.dictionary(field, fc.oneof(word, fc.jsonValue()), { maxKeys: 4 }).map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  word,
)

test('VAL-1 VAL-2 two thousand requests of any kind, with and without a session', async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      method,
      path,
      query,
      headers,
      body,
      fc.boolean(),
      async (verb, segment, search, given, raw, own) => {
        const session = own ? {} : { cookie: null, csrf: null, origin: null }
        const content = verb === 'GET' || verb === 'HEAD' ? {} : { raw }
        const reply = await visitor.send(verb, `/api/auth/${segment}${search}`, {
          headers: given,
          ...session,
          ...content,
          lands: false,
        })
        statuses.add(reply.status)
        expect(reply.status).toBeLessThan(500)
      },
    ),
    { numRuns: 2000 },
  )
  // It was not all refused at the door.
  expect(statuses.size).toBeGreaterThan(5)
  expect(site.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
  expect((await visitor.get('/health/ready')).status).toBe(200)
})

test('S-90 even a log that fails in the middle leaves no request without an answer', async () => {
  let calls = 0
  const broken = await openSite('embedded', {
    log: {
      debug: () => {},
      info: (_, message) => {
        if (message === 'request') throw new Error('no space left on device')
      },
      warn: () => {},
      error: () => {
        calls += 1
      },
    },
  })
  const reply = await broken.visitor().get('/api/auth/me')
  expect([reply.status, reply.body.code]).toEqual([500, 'internal_error'])
  expect(reply.headers.get('cache-control')).toBe('no-store')
  expect(reply.text).not.toContain('no space')
  expect(calls).toBe(1)
  await broken.close()
})
