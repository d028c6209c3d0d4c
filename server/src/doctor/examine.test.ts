// Each fault, planted in the facts of a sound deployment, is found by the check that is there for it.
import { readFileSync } from 'node:fs'
import { lateLetterMs, securityHeaders } from '@vigile/engine'
import { describe, expect, test } from 'vitest'
import { catalogues } from '../messages/catalogue.ts'
import type { Answer } from './ask.ts'
import { type CheckName, examine } from './examine.ts'
import type { EngineFacts, Facts, Inside, Seen, Visit } from './facts.ts'
import type { Status } from './finding.ts'

const now = Date.UTC(2026, 10, 21, 12)
const [hourMs, dayMs] = [3_600_000, 86_400_000]
const policy = "default-src 'self'; script-src 'self' 'nonce-a'; frame-ancestors 'none'"
const cookie = '__Host-vigile_csrf=a.b.c; Max-Age=900; Path=/; Secure; SameSite=Strict'

const certificate = { validFrom: now - 30 * dayMs, validTo: now + 60 * dayMs }
const answer = (headers: Answer['headers'] = {}, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  headers: { date: new Date(now).toUTCString(), ...headers },
  body: '',
  sentAt: now,
  receivedAt: now + 40,
  local: '203.0.113.7',
  remote: '198.51.100.1',
  certificate,
  ...more,
})
const page = (headers: Answer['headers'] = {}) =>
  answer({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    ...headers,
  })

const lives = (path: string) => `Path=${path}; Secure; SameSite=Strict`
const entered = [
  `__Host-vigile_access=eyJh.b.c; Max-Age=300; HttpOnly; ${lives('/')}`,
  `__Secure-vigile_refresh=v1.k.s.0.0.m; Max-Age=900; HttpOnly; ${lives('/api/auth')}`,
  `__Host-vigile_csrf=${'k'.repeat(11)}.${'n'.repeat(22)}.${'m'.repeat(43)}; Max-Age=900; ${lives('/')}`,
  `__Host-vigile_hint=1; Max-Age=900; ${lives('/')}`,
]
const left = {
  status: 204,
  cleared: entered.map((line) => line.replace(/=[^;]*; Max-Age=\d+/, '=; Max-Age=0')),
}
/** As every answer of the engine has them. */
const engineHeaders = Object.fromEntries(
  Object.entries(securityHeaders(true)).map(([name, value]) => [name.toLowerCase(), value]),
)
const csrf = (headers: Answer['headers'] = {}) => answer({ ...engineHeaders, 'set-cookie': [cookie], ...headers })

const visit: Visit = {
  ...{ email: 'doctor@shop.example.com', status: 200, waits: false, isStored: false },
  ...{ set: entered, known: 200, left, after: 401 },
}
const seen: Seen = {
  page: page(),
  csrf: csrf(),
  foreign: answer(),
  strangerOrigin: 'https://stranger.example',
  plain: answer({ location: 'https://shop.example.com/sign-in' }, { status: 308 }),
  tls: { takesOld: false, certificate },
  forged: { address: '192.0.2.66', counted: '203.0.113.7', local: '203.0.113.7', remote: '198.51.100.1' },
  visit,
  readyStatus: 200,
  parts: { database: 'ok', mail: 'ok' },
  metricsPort: 9464,
  metricsAt: [],
  guardedRoutes: 12,
  unguarded: [],
}
const state: NonNullable<EngineFacts['state']> = {
  parts: { database: 'ok', migrations: 'ok', writes: 'ok', redis: 'ok' },
  keyIds: ['new', 'old'],
  nodes: [
    { id: 'web-1:7:a', keyIds: ['new', 'old'] },
    { id: 'web-2:7:b', keyIds: ['new', 'old'] },
  ],
  droppedKeyIds: [],
  signingSince: now - 30 * dayMs,
  rotateEverySeconds: 90 * 86_400,
  backupsAway: null,
  lastBackupAt: now - 9 * hourMs,
  lastDrillAt: now - 3 * dayMs,
  mailOldestSeconds: 4,
  webhooksOldestSeconds: 0,
  mailAway: null,
  letters: { sent: 400, refused: 7 },
  cleanUp: { doneAt: now - 9 * hourMs, dueSince: now - 10 * hourMs },
  confirming: { sessions: 300, unconfirmed: 12 },
}
const server = { version: '15.18', major: 15, maxConnections: 97, clockAheadMs: -900 }
const inside: Inside = {
  production: true,
  faults: [],
  warnings: [],
  trustedProxies: ['10.0.0.5'],
  hasRedis: true,
  connectionsOfNode: 10,
  accessSeconds: 900,
  hasMailServer: true,
  metricsHost: null,
  backup: { isPlaced: true, isScheduled: true },
  engine: { server, pendingMigrations: [], state },
}

type Planted = {
  readonly seen?: Partial<Seen>
  readonly forged?: Partial<Seen['forged']>
  readonly inside?: Partial<Inside>
  readonly state?: Partial<typeof state>
  readonly server?: Partial<typeof server>
}
const factsWith = (planted: Planted = {}): Facts => ({
  now,
  inside: {
    ...inside,
    engine: {
      server: { ...server, ...planted.server },
      pendingMigrations: [],
      state: { ...state, ...planted.state },
    },
    ...planted.inside,
  },
  outside: {
    url: 'https://shop.example.com',
    seen: { ...seen, forged: { ...seen.forged, ...planted.forged }, ...planted.seen },
  },
})
const wrongIn = (facts: Facts) => examine(facts, catalogues.en).filter(({ status }) => status !== 'pass')

test('OPS-3 a sound deployment passes every check, in both languages', () => {
  const findings = examine(factsWith(), catalogues.en)
  expect(findings.map(({ status }) => status)).toEqual(Array(17).fill('pass'))
  expect(new Set(findings.map(({ check }) => check)).size).toBe(17)
  const french = examine(factsWith(), catalogues.fr)
  expect(french.map(({ check }) => check)).toEqual(findings.map(({ check }) => check))
  expect(french.some(({ text }, index) => text === findings[index]?.text && !text.includes('/'))).toBe(false)
})

test('OPS-3 docs/doctor.md has every check, in this order', () => {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/^\| `(\w+)` \| (?:outside|inside|both) \|/gm)].map(([, name]) => name)
  expect(named).toEqual([...new Set(examine(factsWith(), catalogues.en).map(({ check }) => check))])
})

const weak = { setting: 'VIGILE_SECRET', wrong: 'the secret is a published example', right: 'make one' }
const bare = (line: string) => ({ seen: { csrf: csrf({ 'set-cookie': [line] }) } })
const policyOf = (text: string) => ({ seen: { page: page({ 'content-security-policy': text }) } })
const faults: readonly [string, Planted, CheckName, Status][] = [
  ['a public URL without TLS', { seen: { tls: null, plain: null } }, 'transport', 'fail'],
  ['plain HTTP that is answered', { seen: { plain: page() } }, 'transport', 'fail'],
  [
    'plain HTTP that leads to another host',
    { seen: { plain: answer({ location: 'https://shop.example.com.evil.example/' }, { status: 308 }) } },
    'transport',
    'fail',
  ],
  ['no HSTS', { seen: { page: page({ 'strict-transport-security': undefined }) } }, 'transport', 'fail'],
  ['HSTS for a day', { seen: { page: page({ 'strict-transport-security': 'max-age=86400' }) } }, 'transport', 'fail'],
  ['old TLS', { seen: { tls: { takesOld: true, certificate } } }, 'transport', 'fail'],
  ['a certificate that ends within three weeks', ending(90, 20.9), 'transport', 'warn'],
  ['one that ends within three days', ending(90, 2.9), 'transport', 'fail'],
  ['one of six days that ends tomorrow', ending(6, 1), 'transport', 'warn'],
  ['a cookie without Secure', bare(cookie.replace('; Secure', '')), 'cookies', 'fail'],
  ['a cookie without SameSite', bare(cookie.replace('; SameSite=Strict', '')), 'cookies', 'fail'],
  ['a cookie without prefix', bare(cookie.replace('__Host-', '')), 'cookies', 'fail'],
  ['cookies that a proxy swallows', { seen: { csrf: csrf({ 'set-cookie': undefined }) } }, 'cookies', 'fail'],
  ['a __Host- cookie with a domain', bare(`${cookie}; Domain=example.com`), 'cookies', 'fail'],
  ['a __Host- cookie of a path', bare(cookie.replace('Path=/', 'Path=/api')), 'cookies', 'fail'],
  ['a sign-in that is refused', visited({ status: 401 }), 'sign_in', 'fail'],
  ['an account with a second factor', visited({ waits: true }), 'sign_in', 'warn'],
  ['a session cookie without Secure', entering(/; Secure/), 'sign_in', 'fail'],
  ['a session cookie that scripts can read', entering(/HttpOnly; /), 'sign_in', 'fail'],
  ['a session cookie without prefix', entering(/__Host-/, ''), 'sign_in', 'fail'],
  ['a sign-in that a cache may keep', visited({ isStored: true }), 'sign_in', 'fail'],
  ['a sign-in without cookies of a session', visited({ set: entered.slice(2) }), 'sign_in', 'fail'],
  ['a session that nobody knows', visited({ known: 401 }), 'sign_in', 'fail'],
  ['a sign-out that fails', visited({ left: { ...left, status: 403 } }), 'sign_in', 'fail'],
  ['a sign-out without an answer', visited({ left: null }), 'sign_in', 'fail'],
  [
    'a sign-out that leaves a cookie',
    visited({ left: { ...left, cleared: left.cleared.slice(1) } }),
    'sign_in',
    'fail',
  ],
  [
    'a sign-out that clears a cookie of another path',
    visited({ left: { ...left, cleared: left.cleared.map((line) => line.replace('Path=/api/auth', 'Path=/')) } }),
    'sign_in',
    'fail',
  ],
  ['a session that lives on', visited({ after: 200 }), 'sign_in', 'fail'],
  [
    'a policy with unsafe-inline',
    { seen: { page: page({ 'content-security-policy': `${policy}; style-src 'unsafe-inline'` }) } },
    'headers',
    'fail',
  ],
  ['a page that any site may frame', policyOf("default-src 'self'; frame-ancestors *"), 'headers', 'fail'],
  [
    'a page that any site with TLS may frame',
    policyOf("default-src 'self'; frame-ancestors https:"),
    'headers',
    'fail',
  ],
  ['a page that nothing keeps from a frame', policyOf("default-src 'self'"), 'headers', 'fail'],
  ['scripts from anywhere', policyOf("default-src 'self'; script-src *; frame-ancestors 'none'"), 'headers', 'fail'],
  ['scripts out of data', policyOf("default-src 'self' data:; frame-ancestors 'none'"), 'headers', 'fail'],
  ['a proxy that rewrites a header', { seen: { csrf: csrf({ 'x-frame-options': 'SAMEORIGIN' }) } }, 'headers', 'warn'],
  [
    'a proxy that lets caches keep cookies',
    { seen: { csrf: csrf({ 'cache-control': 'public, max-age=600' }) } },
    'headers',
    'fail',
  ],
  ['no policy', { seen: { page: page({ 'content-security-policy': undefined }) } }, 'headers', 'fail'],
  [
    'answers for pages of any site',
    { seen: { foreign: answer({ 'access-control-allow-origin': 'https://stranger.example' }) } },
    'headers',
    'fail',
  ],
  ['a proxy that is trusted too far', { forged: { counted: '192.0.2.66' } }, 'proxy', 'fail'],
  ['one that is trusted, and asks itself', { forged: { counted: '192.0.2.66', local: '10.0.0.5' } }, 'proxy', 'warn'],
  [
    'trust in everybody',
    { forged: { counted: '192.0.2.66' }, inside: { trustedProxies: ['128.0.0.0/1'] } },
    'proxy',
    'fail',
  ],
  ['a proxy that is not trusted', { forged: { counted: '10.0.0.5' } }, 'proxy', 'fail'],
  ['a public proxy that is not trusted', { forged: { counted: '198.51.100.1' } }, 'proxy', 'fail'],
  ['no trusted proxy although there is TLS', { inside: { trustedProxies: [] } }, 'proxy', 'fail'],
  ['a sign-in that is not on record', { forged: { counted: null } }, 'proxy', 'warn'],
  ['an unguarded route', { seen: { unguarded: ['GET /api/auth/me'] } }, 'routes', 'fail'],
  ['open metrics', { seen: { metricsAt: ['http://shop.example.com:9464/metrics'] } }, 'metrics', 'fail'],
  [
    'metrics for every address, seen from the machine itself',
    { inside: { metricsHost: '0.0.0.0' }, forged: { local: '127.0.0.1', remote: '127.0.0.1', counted: '127.0.0.1' } },
    'metrics',
    'warn',
  ],
  ['a clock a minute behind', { seen: { csrf: late(-60) } }, 'clock', 'fail'],
  ['a clock a minute ahead', { seen: { csrf: late(60) } }, 'clock', 'fail'],
  ['a clock ten seconds off', { seen: { csrf: late(10) } }, 'clock', 'warn'],
  ['a published secret', { inside: { faults: [weak] } }, 'configuration', 'fail'],
  ['development', { inside: { production: false } }, 'configuration', 'fail'],
  ['a misspelt setting', { inside: { warnings: ['VIGILE_REDIS is no setting'] } }, 'configuration', 'warn'],
  ['a database that is away', { inside: { engine: 'connect ECONNREFUSED' } }, 'database', 'fail'],
  [
    'a pending migration',
    { inside: { engine: { server, pendingMigrations: ['0019-x'], state: null } } },
    'database',
    'fail',
  ],
  ['PostgreSQL 14', { server: { version: '14.9', major: 14 } }, 'database', 'fail'],
  ['more connections than PostgreSQL has', { server: { maxConnections: 19 } }, 'database', 'fail'],
  ['no connections for one node more', { server: { maxConnections: 29 } }, 'database', 'warn'],
  ['a database whose clock is a minute behind', { server: { clockAheadMs: -60_000 } }, 'clock', 'fail'],
  ['a database whose clock is ten seconds ahead', { server: { clockAheadMs: 10_000 } }, 'clock', 'warn'],
  ['access tokens of two hours', { inside: { accessSeconds: 7_200 } }, 'sessions', 'warn'],
  ['clients that confirm nothing', { state: { confirming: { sessions: 20, unconfirmed: 11 } } }, 'sessions', 'warn'],
  ['a clean-up that was missed', cleanUp({ doneAt: now - 27 * hourMs }), 'jobs', 'fail'],
  ['a clean-up that never was', cleanUp({ doneAt: null }), 'jobs', 'fail'],
  ['a message that its receiver does not take', { state: { webhooksOldestSeconds: 3_601 } }, 'jobs', 'warn'],
  ['letters that bounce', { state: { letters: { sent: 12, refused: 3 } } }, 'mail', 'fail'],
  ['more letters that bounce than people mistype', { state: { letters: { sent: 49, refused: 1 } } }, 'mail', 'warn'],
  ['a replica', { state: { parts: { ...state.parts, writes: 'down' } } }, 'database', 'fail'],
  ['two nodes without Redis', { inside: { hasRedis: false } }, 'nodes', 'fail'],
  ['a Redis that is away', { state: { parts: { ...state.parts, redis: 'degraded' } } }, 'nodes', 'fail'],
  ['a node that is not ready', { seen: { readyStatus: 503, parts: { database: 'down' } } }, 'nodes', 'fail'],
  ['no node', { state: { nodes: [] } }, 'nodes', 'warn'],
  ['a secret dropped too soon', { state: { droppedKeyIds: ['older'] } }, 'secrets', 'fail'],
  [
    'a newest secret that a node lacks',
    { state: { nodes: [{ id: 'web-1:7:a', keyIds: ['old'] }] } },
    'secrets',
    'warn',
  ],
  [
    'a secret that a node still has',
    { state: { nodes: [{ id: 'web-1:7:a', keyIds: ['new', 'older'] }] } },
    'secrets',
    'fail',
  ],
  ['an old signing key', { state: { signingSince: now - 98 * dayMs } }, 'signing_key', 'fail'],
  ['no backup in 26 hours', { state: { lastBackupAt: now - 26 * hourMs } }, 'backups', 'fail'],
  ['no backup', { state: { lastBackupAt: null }, inside: {} }, 'backups', 'fail'],
  ['a place of backups that is away', { state: { backupsAway: 'connect ECONNREFUSED' } }, 'backups', 'fail'],
  ['no drill', { state: { lastDrillAt: null } }, 'backups', 'warn'],
  ['a drill of over 32 days ago', { state: { lastDrillAt: now - 769 * hourMs } }, 'backups', 'warn'],
  ['no mail server', { inside: { hasMailServer: false } }, 'mail', 'fail'],
  ['a mail server that takes no letters', { seen: { parts: { mail: 'degraded' } } }, 'mail', 'fail'],
  ['a mail server that is away before the first letter', { state: { mailAway: 'ECONNREFUSED' } }, 'mail', 'fail'],
  ['letters that wait', { state: { mailOldestSeconds: lateLetterMs / 1000 + 1 } }, 'mail', 'fail'],
]

function cleanUp(changes: Partial<typeof state.cleanUp>): Planted {
  return { state: { cleanUp: { ...state.cleanUp, ...changes } } }
}

function visited(changes: Partial<Visit>): Planted {
  return { seen: { visit: { ...visit, ...changes } } }
}

/** What a proxy does to the access cookie, wherever it is set. */
function entering(what: RegExp, instead = ''): Planted {
  const change = ([first = '', ...rest]: readonly string[]) => [first.replace(what, instead), ...rest]
  return visited({ set: change(entered), left: { ...left, cleared: change(left.cleared) } })
}

function ending(lifeDays: number, days: number): Planted {
  const validTo = now + days * dayMs
  return { seen: { tls: { takesOld: false, certificate: { validFrom: validTo - lifeDays * dayMs, validTo } } } }
}

function late(seconds: number): Answer {
  return csrf({ date: new Date(now + seconds * 1000).toUTCString() })
}

describe('OPS-3 planted faults', () => {
  test.each(faults)('%s', (_, planted, check, status) => {
    const found = wrongIn(factsWith(planted))
    // What a fault leads to is of the same check: a sign-out without an answer clears no cookie.
    expect(new Set(found.map((one) => `${one.check} ${one.status}`))).toEqual(new Set([`${check} ${status}`]))
    expect(found[0]?.todo).not.toBe('')
  })

  test('a clock within a second, a client behind NAT, a key of 97 days, a drill a month: no fault', () => {
    const sound: readonly Planted[] = [
      { seen: { csrf: late(-1) } },
      { forged: { local: '10.1.2.3' } },
      { state: { signingSince: now - 97 * dayMs } },
      { state: { lastBackupAt: now - 26 * hourMs + 1 } },
      // Once a month, after a month of 31 days.
      { state: { lastDrillAt: now - 31 * dayMs - hourMs } },
      { inside: { hasRedis: false }, state: { nodes: [{ id: 'web-1:7:a', keyIds: ['new'] }] } },
      { seen: { visit: null } },
      ending(90, 21.1),
      ending(6, 2),
      { server: { maxConnections: 30 } },
      { inside: { connectionsOfNode: null }, server: { maxConnections: 1 } },
      { inside: { accessSeconds: 3_600 } },
      { state: { confirming: { sessions: 19, unconfirmed: 19 } } },
      { state: { cleanUp: { doneAt: null, dueSince: now - 31 * dayMs } } },
      { state: { letters: { sent: 0, refused: 0 } } },
    ]
    for (const planted of sound) expect(wrongIn(factsWith(planted))).toEqual([])
  })

  test('what can’t be reached, and a configuration that is not here, are findings themselves', () => {
    const away = {
      ...factsWith(),
      outside: { url: 'https://shop.example.com', seen: { why: 'getaddrinfo ENOTFOUND', code: 'ENOTFOUND' } },
    }
    expect(wrongIn(away)).toMatchObject([{ check: 'transport', status: 'fail' }])
    expect(wrongIn({ ...factsWith(), inside: null })).toMatchObject([{ check: 'configuration', status: 'warn' }])
  })
})
