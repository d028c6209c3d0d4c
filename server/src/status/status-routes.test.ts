import { createHash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { StatusPart, StatusReport } from '@vigile/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestSite, type TestSite } from '../test-site.suite.ts'

const at = Date.UTC(2026, 10, 22, 14, 37)
const minute = 60_000
const days = Array.from({ length: 90 }, (_, index) => ({
  day: new Date(at - (89 - index) * 86_400_000).toISOString().slice(0, 10),
  measuredMs: index < 30 ? 0 : 86_400_000,
  degradedMs: 0,
  downMs: index === 80 ? 12 * minute : 0,
}))
const part = (id: string, changes: Partial<StatusPart> = {}): StatusPart => ({
  id,
  name: null,
  state: 'up',
  days,
  availability: 0.99999,
  incidents: [{ state: 'down', from: at - 9 * 86_400_000, to: at - 9 * 86_400_000 + 12 * minute }],
  ...changes,
})
const report = (changes: Partial<StatusReport> = {}): StatusReport => ({
  at,
  state: 'up',
  hasHistory: true,
  parts: [part('sign-in'), part('email'), part('provider:discord', { name: 'Discord' })],
  ...changes,
})
const evil = '"><script>alert(1)</script>'

let now: StatusReport
let site: TestSite
beforeAll(async () => {
  site = await startTestSite({ name: `Shop ${evil}` }, { overrides: { status: async () => now } })
})
beforeEach(() => {
  now = report()
})
afterAll(() => site.end())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${site.url}${path}`, { headers: { accept: 'text/html', ...headers } })
/** As they came, not unpacked. */
const receivedBytes = async (path: string, encoding: string): Promise<number> => {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${site.url}${path}`, { headers: { accept: 'text/html', 'accept-encoding': encoding } }, resolve)
      .once('error', reject)
      .end()
  })
  return (await buffer(answer)).length
}
const pageOf = async (path = '/status', headers: Record<string, string> = {}) => (await get(path, headers)).text()

describe('OPS-6 the status page', () => {
  test('needs nothing beside it: no script, no cookie, a policy that knows its style alone; caches may keep it', async () => {
    const answer = await get('/status', { cookie: 'vigile_locale=fr; vigile_access=x' })
    const text = await answer.text()
    expect(answer.status).toBe(200)
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-language': 'en',
      'cache-control': 'public, max-age=30',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    })
    // What it depends on, and nothing that differs between people.
    expect(answer.headers.get('vary')).toMatch(/^accept-language/i)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(text).not.toMatch(/<script|style=|nonce=|\bon\w+=/)
  })

  test('I18N-1 is in the language that the browser asks for, or that its link says', async () => {
    expect(await pageOf('/status', { 'accept-language': 'fr-CA, en;q=0.5' })).toContain('Tout fonctionne')
    expect(await pageOf('/status?lang=fr', { 'accept-language': 'en' })).toContain('<html lang="fr">')
    expect(await pageOf('/status?lang=xx')).toContain('Everything works')
  })

  test.each([
    ['up', report(), 'Everything works'],
    [
      'sign-in is down',
      report({ state: 'down', parts: [part('sign-in', { state: 'down' }), part('email', { state: null })] }),
      'You have not been signed out',
    ],
    [
      'two providers are down',
      report({
        state: 'degraded',
        parts: [
          part('sign-in'),
          part('provider:a', { name: 'Discord', state: 'down' }),
          part('provider:b', { name: 'Google', state: 'down' }),
        ],
      }),
      'Signing in with Discord and Google is not possible right now',
    ],
    [
      'email is late',
      report({ state: 'degraded', parts: [part('sign-in'), part('email', { state: 'degraded' })] }),
      'Emails arrive late',
    ],
    [
      'nobody knows',
      report({ state: null, hasHistory: false, parts: [part('sign-in', { state: null, availability: null })] }),
      'We can’t tell just now',
    ],
  ] as const)('says first what people must know: %s', async (_, given, wanted) => {
    now = given
    expect(await pageOf()).toContain(wanted)
  })

  test('bars have their meaning in words; what was not there all the time is not 100 %', async () => {
    const text = await pageOf()
    expect(text).toContain('aria-label="Email, the last 90 days: one incident, 60 days measured."')
    expect(text).toContain('<title>Nov 13, 2026: Not available, 12 min</title>')
    expect(text).toContain('99.99% available')
    expect(text).toMatch(/Nov 13, 2026, 2:37.{1,3}2:49.PM \(12 min\)/)
  })

  test('HEAD has no body; nothing but reading is answered', async () => {
    const head = await fetch(`${site.url}/status`, { method: 'HEAD', headers: { accept: 'text/html' } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await fetch(`${site.url}/status`, { method: 'POST', headers: { accept: 'text/html' } })
    expect([post.status, post.headers.get('cache-control')]).toEqual([405, 'no-store'])
  })

  test('each report is another page', async () => {
    const before = await pageOf()
    expect(await pageOf()).toBe(before)
    now = report({ at: at + minute })
    expect(await pageOf()).not.toBe(before)
  })

  test.each([
    ['/status', 'br'],
    ['/status', 'gzip'],
    ['/status.json', 'br'],
    ['/status.json', 'gzip'],
  ])('OPS-10 %s comes as %s to who takes it, and as it is to who does not', async (path, encoding) => {
    const plain = await get(path, { 'accept-encoding': 'identity' })
    const packed = await get(path, { 'accept-encoding': encoding })
    expect([plain, packed].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, encoding])
    // fetch unpacks it.
    expect(await packed.text()).toBe(await plain.text())
    const sent = await receivedBytes(path, encoding)
    expect(sent).toBeLessThan((await receivedBytes(path, 'identity')) / 3)
    expect(packed.headers.get('vary')).toMatch(/accept-encoding/i)
  })

  test('/status.json says the same', async () => {
    const answer = await get('/status.json', { accept: '*/*' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=30')
    const body = await answer.json()
    expect(Object.keys(body)).toEqual(['at', 'state', 'historyComplete', 'parts'])
    expect(body).toMatchObject({ at: '2026-11-22T14:37:00.000Z', state: 'up', historyComplete: true })
    expect(body.parts[2]).toMatchObject({
      id: 'provider:discord',
      name: 'Discord',
      state: 'up',
      availability: 0.99999,
      incidents: [{ state: 'down', from: '2026-11-13T14:37:00.000Z', to: '2026-11-13T14:49:00.000Z' }],
    })
    expect(body.parts[2].days[80]).toEqual({
      day: '2026-11-13',
      measuredSeconds: 86_400,
      degradedSeconds: 0,
      downSeconds: 720,
    })
  })
})

describe('attacks on the status page', () => {
  test('script in a name, a language or a query is no script, and poisons nobody’s copy', async () => {
    now = report({ parts: [part('sign-in'), part('provider:x', { name: evil, state: 'down' })], state: 'degraded' })
    const clean = await pageOf()
    expect(clean).not.toContain('<script')
    expect(clean).toContain('&lt;script&gt;')
    const poisons: [string, Record<string, string>][] = [
      ['/status', { 'accept-language': evil }],
      [`/status?lang=${encodeURIComponent(evil)}&q=${encodeURIComponent(evil)}`, {}],
      [
        '/status',
        { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher', forwarded: 'host=evil.example' },
      ],
      ['/status', { 'x-original-url': '/account', 'x-rewrite-url': '/account', origin: 'https://evil.example' }],
    ]
    for (const [path, headers] of poisons) {
      const answer = await get(path, headers)
      expect(await answer.text()).toBe(clean)
      const said = [...answer.headers].filter(([name]) => name !== 'x-request-id')
      expect(JSON.stringify(said)).not.toMatch(/evil|script>/)
    }
    expect(await pageOf()).toBe(clean)
  })
})
