// Headers that name another client, another host or another scheme, from whoever is no trusted proxy.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { goodPassword } from '../support/visitor.ts'

let site: DocumentedSite
let guesses = 0
let attackers = 0
beforeAll(async () => {
  site = await openDocumentedSite('embedded', { trustedProxies: ['10.0.0.0/8', 'fd00::/8'] })
})
afterAll(() => site?.close())

/** A wrong sign-in from a socket's address, each to another account, so that only the address can limit it. */
const guess = (address: string, headers: Record<string, string> = {}) => {
  guesses += 1
  const body = { email: `nobody${guesses}@example.com`, password: 'no-quiet-harbour-at-all-41' }
  return site.visitor(address).post('/api/auth/login', body, { headers })
}
const statuses = async (times: number, ask: (index: number) => ReturnType<typeof guess>) => {
  const seen: number[] = []
  for (let index = 0; index < times; index += 1) seen.push((await ask(index)).status)
  return seen
}
const tenThenRefused = [...Array<number>(10).fill(401), 429, 429]

describe('LIM-2 S-56 a new address in each request walks around no limit', () => {
  test.each([
    ['X-Forwarded-For', (n: number) => ({ 'x-forwarded-for': `198.18.0.${n}` })],
    ['a list of them', (n: number) => ({ 'x-forwarded-for': `198.18.1.${n}, 10.0.0.1, 198.18.2.${n}` })],
    ['a trusted proxy named as the nearest', (n: number) => ({ 'x-forwarded-for': `198.18.3.${n}, 10.0.0.1` })],
    ['Forwarded', (n: number) => ({ forwarded: `for=198.18.4.${n};proto=https;host=evil.example` })],
    ['X-Real-IP', (n: number) => ({ 'x-real-ip': `198.18.5.${n}` })],
    [
      'the headers of content networks',
      (n: number) => ({ 'cf-connecting-ip': `198.18.6.${n}`, 'true-client-ip': `198.18.6.${n}` }),
    ],
    [
      'other spellings',
      (n: number) => ({ 'x-client-ip': `198.18.7.${n}`, 'x-forwarded': `198.18.7.${n}`, 'client-ip': `198.18.7.${n}` }),
    ],
  ])('%s', async (_, headers) => {
    attackers += 1
    const address = `203.0.113.${attackers}`
    expect(await statuses(12, (index) => guess(address, headers(index)))).toEqual(tenThenRefused)
  })

  test('several headers of one name, through a trusted proxy: the last one that is no proxy counts', async () => {
    const seen: number[] = []
    for (let index = 0; index < 12; index += 1) {
      guesses += 1
      const headers = new Headers({ 'content-type': 'application/json' })
      for (const value of [`198.18.8.${index}`, `198.18.9.${index}`, '203.0.113.77', '10.1.2.3'])
        headers.append('x-forwarded-for', value)
      const body = JSON.stringify({ email: `nobody${guesses}@example.com`, password: goodPassword })
      const request = new Request(`${site.publicUrl}/api/auth/login`, { method: 'POST', headers, body })
      seen.push((await site.vigile.fetch(request, { address: '10.0.0.1' })).status)
    }
    expect(seen).toEqual(tenThenRefused)
  })

  test('a client behind a trusted proxy that prepends addresses', async () => {
    const behind = (n: number) => ({ 'x-forwarded-for': `198.18.10.${n}, garbage, 203.0.113.78` })
    expect(await statuses(12, (index) => guess('10.0.0.1', behind(index)))).toEqual(tenThenRefused)
  })

  test('clients behind a trusted proxy are counted apart', async () => {
    for (let client = 1; client <= 3; client += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${80 + client}` }
      expect(await statuses(11, () => guess('10.0.0.1', headers))).toEqual(tenThenRefused.slice(0, 11))
    }
  })
})

describe('H-7 an attacker with many addresses of one subscriber', () => {
  test('IPv6: a new one of the same /64 each time, in each spelling', async () => {
    const address = (n: number) => (n % 2 ? `2001:db8:7:7::${n.toString(16)}` : `2001:0DB8:0007:0007:0:0:0:${n}`)
    expect(await statuses(12, (index) => guess(address(index)))).toEqual(tenThenRefused)
    expect((await guess('2001:db8:7:8::1')).status).toBe(401)
  })

  test('IPv4: plain and in IPv6 clothing', async () => {
    const forms = ['198.51.100.99', '::ffff:198.51.100.99', '::ffff:c633:6463', '0:0:0:0:0:ffff:c633:6463']
    expect(await statuses(12, (index) => guess(forms[index % forms.length] ?? ''))).toEqual(tenThenRefused)
  })
})

test('S-56 what the record and the list of sessions show is the address that counts', async () => {
  const visitor = site.visitor('203.0.113.200')
  const headers = { 'x-forwarded-for': '198.18.11.1', forwarded: 'for=198.18.11.1', 'x-real-ip': '198.18.11.1' }
  const body = { email: 'ada@example.com', password: goodPassword }
  const { body: started } = await visitor.post('/api/auth/register', body, { headers })
  expect(started.session.ip).toBe('203.0.113.200')
  expect(JSON.stringify(site.log)).not.toContain('198.18.11.1')
  expect(site.log.at(-1)?.fields.ip).toBe('203.0.113.200')
})

test('S-56 H-6 another host or scheme is believed of nobody', async () => {
  const plain = await site.visitor().signUp('host@example.com')
  for (const address of ['203.0.113.201', '10.0.0.1']) {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/api/auth/me',
      'x-rewrite-url': '/api/auth/me',
      forwarded: 'host=evil.example;proto=https',
    }
    const visitor = site.visitor(address)
    const signedIn = await visitor.post(
      '/api/auth/login',
      { email: 'host@example.com', password: goodPassword },
      { headers },
    )
    const shape = (lines: readonly string[]) =>
      lines.map((line) => line.replace(/=[^;]*/, '=').replace(/Max-Age=\d+/, ''))
    expect(shape(signedIn.setCookies)).toEqual(shape(plain.setCookies))
    for (const path of ['/openapi.json', '/api/auth/continue?returnTo=/x', '/health/live']) {
      const reply = await visitor.get(path, { headers })
      expect(reply.text).not.toContain('evil')
      expect(JSON.stringify([...reply.headers])).not.toContain('evil')
      expect(reply.headers.get('strict-transport-security')).toBeNull()
    }
  }
})

test('LIM-2 a transport that tells no address limits nobody by it, and that is said once', async () => {
  const blind = await openDocumentedSite('embedded')
  for (let index = 0; index < 12; index += 1) {
    const request = new Request(`${blind.publicUrl}/api/auth/me`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
    expect((await blind.vigile.fetch(request)).status).toBe(401)
  }
  const warnings = blind.log.filter(({ fields }) => fields.alert === 'limits_blind')
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('{ address }') })
  // What is not counted by address goes on.
  const visitor = blind.visitor()
  await visitor.signUp('ada@example.com')
  const cookie = visitor.jar
    .for('/api/auth')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
  const headers = { cookie, 'x-csrf-token': visitor.cookie('csrf') ?? '' }
  const refresh = () =>
    blind.vigile.fetch(new Request(`${blind.publicUrl}/api/auth/refresh`, { method: 'POST', headers }))
  const seen = new Set<number>()
  for (let index = 0; index < 61; index += 1) seen.add((await refresh()).status)
  expect([...seen]).toEqual([200, 429])
  await blind.close()
})
