import { connect } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { ProviderState, Vigile } from '@vigile/engine'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { fakeUser } from '../fake-vigile.suite.ts'
import { startTestSite, type TestSite } from '../test-site.suite.ts'

let site: TestSite
beforeAll(async () => {
  site = await startTestSite({ name: '</script><b>__CSP_NONCE__' })
})
afterEach(() => {
  site.fake.state = { state: 'signed_out', location: '/sign-in' }
})
afterAll(() => site.end())

const html = { accept: 'text/html' }
const get = (path: string, headers: Record<string, string> = html) =>
  fetch(`${site.url}${path}`, { headers, redirect: 'manual' })
const session = { id: 's' } as never
const signedIn = { state: 'signed_in', user: fakeUser('ada@example.com'), session, permissions: [] } as const

/** A request with its path as written: fetch would fold the dots away. */
const getRaw = (path: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(site.url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
  })

describe('HDR-1 headers of pages', () => {
  const paths = ['/sign-in', '/sign-up', '/docs', '/nothing', '/assets/app-abc.js', '/']
  test.each(paths)('%s carries them all', async (path) => {
    const { headers } = await get(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'permissions-policy': 'geolocation=(), microphone=(), camera=()',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-xss-protection': '0',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    })
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  test('S-50 the policy is strict, and its nonce is new for each answer and the same as in the page', async () => {
    const [first, second] = [await get('/sign-in'), await get('/sign-in')]
    const policy = first.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
    expect(policy).toBe(
      `default-src 'self'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    )
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
    expect(second.headers.get('content-security-policy')).not.toContain(nonce)
    expect((await first.text()).split(`nonce="${nonce}"`)).toHaveLength(4)
    expect(first.headers.get('cache-control')).toBe('no-store')
  })

  test('S-49 HSTS for two years where the public URL is https', async () => {
    const secure = await startTestSite({ publicUrl: 'https://auth.example.com' })
    const { headers } = await fetch(`${secure.url}/sign-in`)
    expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
    await secure.end()
  })
})

describe('the way home from a provider', () => {
  const handle = 'ab'.repeat(32)
  test('COOK-1 OAU-3 tells nobody what the address held, is kept nowhere, and has the account’s dialog where it connects one', async () => {
    for (const [query, page] of [
      [`session=${handle}`, 'signed out'],
      [`link=${handle}`, 'account'],
      ['link', 'account'],
      ['error=cancelled&provider=discord&link=1', 'account'],
      ['error=cancelled&provider=discord', 'signed out'],
      ['', 'signed out'],
    ]) {
      const answer = await get(`/auth/callback?${query}`)
      const { status, headers } = answer
      const text = await answer.text()
      expect([status, headers.get('referrer-policy'), headers.get('cache-control')]).toEqual([
        200,
        'no-referrer',
        'no-store',
      ])
      expect(text).toContain(`<body>${page}</body>`)
      expect(text).not.toContain(handle)
    }
    expect(JSON.stringify(site.lines)).not.toContain(handle)
  })
})

describe('the settings in a page', () => {
  test('can neither end their script element nor be taken for a placeholder', async () => {
    const text = await (await get('/sign-in')).text()
    const settings = /id="vigile-settings"[^>]*>(.*?)<\/script>/.exec(text)?.[1] ?? ''
    expect(JSON.parse(settings)).toEqual({
      app: 'vigile',
      name: '</script><b>__CSP_NONCE__',
      authPath: '/api/auth',
      passwordMinimum: 8,
      deletionDelay: '7d',
      mail: true,
      magicLink: true,
      delivery: 'cookie',
      binding: false,
      signUp: true,
      signInPath: '/sign-in',
      accountPath: '/account',
      providers: [],
      locale: 'en',
    })
  })

  test('RES-2 UI-1 each page is told which providers there are, and which is down at that moment', async () => {
    const states: ProviderState[] = [
      { id: 'discord', name: 'Discord', state: 'open', since: 0 },
      { id: 'github', name: '</script>', state: 'half_open', since: 0 },
    ]
    const other = await startTestSite({}, { overrides: { providers: () => states } })
    onTestFinished(() => other.end())
    const told = async () => {
      const text = await (await fetch(`${other.url}/sign-in`, { headers: html })).text()
      return JSON.parse(/id="vigile-settings"[^>]*>(.*?)<\/script>/.exec(text)?.[1] ?? '').providers
    }
    const github = { id: 'github', name: '</script>', isDown: false }
    expect(await told()).toEqual([{ id: 'discord', name: 'Discord', isDown: true }, github])
    states[0] = { id: 'discord', name: 'Discord', state: 'paused', since: 1 }
    expect(await told()).toEqual([{ id: 'discord', name: 'Discord', isDown: true }, github])
    states[0] = { id: 'discord', name: 'Discord', state: 'closed', since: 1 }
    expect(await told()).toEqual([{ id: 'discord', name: 'Discord', isDown: false }, github])
  })

  test("I18N-1 the language is the user's choice, else what the browser asks for", async () => {
    const language = async (headers: Record<string, string>) => {
      const answer = await get('/sign-in', { ...html, ...headers })
      expect(await answer.text()).toContain(`<html lang="${answer.headers.get('content-language')}">`)
      return answer.headers.get('content-language')
    }
    expect(await language({ 'accept-language': 'de, fr-CA;q=0.8, en;q=0.5' })).toBe('fr')
    expect(await language({ 'accept-language': 'de' })).toBe('en')
    expect(await language({ 'accept-language': 'fr', cookie: 'x=1; vigile_locale=en' })).toBe('en')
    expect(await language({ 'accept-language': 'fr', cookie: 'vigile_locale=%3Cscript' })).toBe('fr')
  })
})

describe('the protected page', () => {
  test('is there for who is signed in', async () => {
    site.fake.state = signedIn
    const answer = await get('/account')
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('account')])
  })
  test('COOK-3 "ask" goes where the session is renewed', async () => {
    site.fake.state = { state: 'ask', location: '/api/auth/continue?returnTo=%2Faccount' }
    const answer = await get('/account')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/api/auth/continue?returnTo=%2Faccount'])
  })
  test('who is signed out goes to sign in, and comes back', async () => {
    const answer = await get('/account')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/sign-in?returnTo=%2Faccount'])
  })
  test.each(['/account', '/'])('a part that is down is 503 on %s, never "signed out"', async (path) => {
    site.fake.state = { state: 'unknown' }
    const answer = await get(path)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await answer.text()).toContain('You have not been signed out')
  })
})

describe('the way in', () => {
  test('/ goes on by the state', async () => {
    expect((await get('/')).headers.get('location')).toBe('/sign-in')
    site.fake.state = signedIn
    expect((await get('/')).headers.get('location')).toBe('/account')
  })
  test('who is signed in already goes back to where they came from', async () => {
    site.fake.state = signedIn
    expect((await get('/sign-in?returnTo=%2Forders%3Fpage%3D2')).headers.get('location')).toBe('/orders?page=2')
    expect((await get('/sign-up')).headers.get('location')).toBe('/account')
  })
  test.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    '//user@evil.example',
    'javascript:alert(1)',
    ' //evil.example',
    '/api/auth/oauth/discord',
    '',
  ])('S-55 never to another site: %j', async (returnTo) => {
    site.fake.state = signedIn
    const answer = await get(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
    expect(answer.headers.get('location')).toBe('/account')
  })
  test('a page that says why one must sign in shows, whatever the state: no going round', async () => {
    site.fake.state = signedIn
    expect((await get('/sign-in?because=expired')).status).toBe(200)
    site.fake.state = { state: 'ask', location: '/api/auth/continue' }
    expect((await get('/sign-in')).status).toBe(200)
  })
})

describe('files', () => {
  test('OPS-10 are cached for ever by their name, compressed, and revalidated by their tag', async () => {
    const plain = await get('/assets/app-abc.js', { 'accept-encoding': 'identity' })
    const body = await plain.text()
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(plain.headers.get('vary')).toBe('Accept-Encoding')
    const again = await get('/assets/app-abc.js', {
      'accept-encoding': 'identity',
      'if-none-match': `"other", W/${plain.headers.get('etag')}`,
    })
    expect(again.status).toBe(304)
    for (const [encoding, decode] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const raw = await getRawBody('/assets/app-abc.js', encoding)
      expect(raw.head).toContain(`content-encoding: ${encoding}`)
      expect(decode(raw.body).toString()).toBe(body)
      expect(raw.body.length).toBeLessThan(body.length)
    }
    expect((await getRawBody('/assets/app-abc.js', 'br;q=0, identity')).head).not.toContain('content-encoding')
  })

  test('OPS-10 their base address can be that of a CDN, which the policy then names and which may share them', async () => {
    const cdn = 'https://cdn.example.com'
    const spread = await startTestSite({ assetsUrl: cdn })
    const page = await fetch(`${spread.url}/sign-in`, { headers: html })
    expect(await page.text()).toContain(`src="${cdn}/assets/app-abc.js"`)
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'self' ${cdn} 'nonce-`)
    expect(await (await fetch(`${spread.url}/docs`, { headers: html })).text()).toContain(`src="${cdn}/assets/docs/`)
    const file = await fetch(`${spread.url}/assets/app-abc.js`)
    expect(file.headers.get('access-control-allow-origin')).toBe('*')
    expect(file.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    await spread.end()
  })

  test('a picture is not compressed again', async () => {
    const answer = await getRawBody('/assets/icon-abc.png', 'br, gzip')
    expect(answer.head).not.toContain('content-encoding')
    expect(answer.body.toString()).toBe('no picture')
  })

  test('HEAD has the headers and no body', async () => {
    const answer = await fetch(`${site.url}/assets/app-abc.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
    })
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(3000)
    expect(await answer.text()).toBe('')
  })

  test.each([
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/....//package.json',
    '/assets/%252e%252e%252fpackage.json',
    '/..;/package.json',
    '//etc/passwd',
    '/assets//etc/passwd',
    '/assets/app-abc.js%00.png',
    '/assets/',
    '/assets',
    '/secret.html',
    '/signed-out.html',
    '/__proto__',
    '/constructor',
  ])('path traversal: %s is not found', async (path) => {
    const answer = await getRaw(path)
    expect(answer).toMatch(/^HTTP\/1.1 40[04] /)
    expect(answer).not.toContain('not to be asked for')
    expect(answer).not.toContain('vigile-settings')
  })
})

describe('what is not there', () => {
  test('a person gets a small page in their language, with the number of the request', async () => {
    const answer = await get('/nothing', { ...html, 'accept-language': 'fr' })
    expect(answer.status).toBe(404)
    const text = await answer.text()
    expect(text).toContain('<html lang="fr">')
    expect(text).toContain(answer.headers.get('x-request-id'))
  })
  test("a program gets the engine's answer", async () => {
    const answer = await get('/nothing', { accept: 'application/json' })
    expect([answer.status, await answer.json()]).toEqual([404, { path: '/nothing' }])
  })
  test('a page takes no POST', async () => {
    const answer = await fetch(`${site.url}/sign-in`, { method: 'POST', headers: html })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
  test('pages that are not built say so, and how to', async () => {
    const bare = await startTestSite({}, {}, false)
    const answer = await fetch(`${bare.url}/sign-in`, { headers: html })
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')])
    await bare.end()
  })
  test('a page that fails answers with the number of the request, and no reason', async () => {
    const broken = await startTestSite({}, { overrides: { pageState: () => Promise.reject(new Error('the reason')) } })
    const answer = await fetch(`${broken.url}/account`, { headers: html })
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('the reason')
    const line = broken.lines.find(({ level }) => level === 'error')
    expect(line).toMatchObject({ requestId: answer.headers.get('x-request-id'), err: { message: 'the reason' } })
    await broken.end()
  })
})

test('OPS-4 each answer is logged once: method, path without query, status, time, number, address', async () => {
  site.lines.length = 0
  const answer = await get('/sign-in?returnTo=/secret-place')
  expect(site.lines).toEqual([
    {
      level: 'info',
      message: 'request',
      method: 'GET',
      path: '/sign-in',
      status: 200,
      ms: expect.any(Number),
      requestId: answer.headers.get('x-request-id'),
      ip: '127.0.0.1',
    },
  ])
})

test('LIM-2 S-56 the log has the address of the client as far as trusted proxies tell it, and no further', async () => {
  const behind = await startTestSite({ trustedProxies: ['127.0.0.1'] })
  const headers = { ...html, 'x-forwarded-for': '198.51.100.9, 203.0.113.7' }
  await fetch(`${behind.url}/sign-in`, { headers })
  expect(behind.lines.at(-1)).toMatchObject({ ip: '203.0.113.7' })
  await get('/sign-in', headers)
  expect(site.lines.at(-1)).toMatchObject({ ip: '127.0.0.1' })
  await behind.end()
})

test("the engine's paths go to the engine with the address of the socket", async () => {
  const peers: unknown[] = []
  const answer: Vigile['fetch'] = async (_, peer) => {
    peers.push(peer)
    return new Response('own')
  }
  const own = await startTestSite({}, { overrides: { fetch: answer } })
  expect(await (await fetch(`${own.url}/api/auth/me`, { headers: html })).text()).toBe('own')
  expect(peers).toEqual([{ address: '127.0.0.1' }])
  await own.end()
})

test('/docs runs under the strict policy: one bundle of this origin, no other host', async () => {
  const text = await (await get('/docs')).text()
  expect(text).not.toMatch(/https?:\/\//)
  for (const [, path] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect([path, (await get(path ?? '')).status]).toEqual([path, 200])
  }
})

const getRawBody = async (path: string, encoding: string) => {
  const socket = connect(Number(new URL(site.url).port), '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`)
  await new Promise((resolve) => socket.once('close', resolve))
  const all = Buffer.concat(chunks)
  const end = all.indexOf('\r\n\r\n')
  return { head: all.subarray(0, end).toString().toLowerCase(), body: all.subarray(end + 4) }
}
