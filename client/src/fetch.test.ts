import { expect, test } from 'vitest'
import { createFakeBrowser, origin } from './fake-browser.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }

async function signedIn() {
  const browser = createFakeBrowser()
  const tab = browser.tab({ started: false })
  await browser.until(tab.client.signIn(credentials))
  const expire = () => browser.jar.set('vigile_access', 'gone')
  return { ...browser, ...tab, browser, expire }
}

test('CLI-1 a 401 is followed by one refresh and the request again, with its body', async () => {
  const { client, until, server, expire } = await signedIn()
  const bodies: [string, () => RequestInit][] = [
    ['text', () => ({ body: '{"a":1}' })],
    ['bytes', () => ({ body: new TextEncoder().encode('{"a":1}') })],
    ['stream', () => ({ body: new Blob(['{"a":1}']).stream(), duplex: 'half' }) as RequestInit],
  ]
  for (const [kind, init] of bodies) {
    expire()
    const before = server.log.length
    const answer = await until(client.fetch('/api/things', { method: 'POST', ...init() }))
    expect(answer.status, kind).toBe(200)
    expect(await answer.json()).toEqual({ by: credentials.email, echo: { a: 1 } })
    const paths = server.log.slice(before).map((each) => [each.path, each.status])
    expect(paths).toEqual([
      ['/api/things', 401],
      ['/api/auth/refresh', 200],
      ['/api/things', 200],
    ])
  }
})

test('CLI-1 a Request with a body is sent again whole, and stays bound to its signal', async () => {
  const { client, until, expire } = await signedIn()
  expire()
  const request = new Request(`${origin}/api/things`, { method: 'PUT', body: '{"b":2}' })
  const answer = await until(client.fetch(request))
  expect((await answer.json()).echo).toEqual({ b: 2 })

  expire()
  const controller = new AbortController()
  const pending = client.fetch('/api/things', { signal: controller.signal })
  controller.abort()
  await expect(until(pending)).rejects.toThrow()
})

test('CLI-1 requests to another origin pass untouched: no token, no refresh on their 401', async () => {
  const { client, until, server } = await signedIn()
  server.fault = (path) => (path === '/elsewhere' ? { status: 401 } : undefined)
  const refreshes = server.requests('/api/auth/refresh').length
  const answer = await until(client.fetch('https://other.test/elsewhere', { method: 'POST', body: '{}' }))
  expect(answer.status).toBe(401)
  expect(server.requests('/elsewhere')).toHaveLength(1)
  expect(server.requests('/elsewhere')[0]!.csrf).toBeNull()
  expect(server.requests('/api/auth/refresh')).toHaveLength(refreshes)
})

test('CLI-2 a request is repeated once, then its 401 is the answer', async () => {
  const { client, until, server } = await signedIn()
  server.fault = (path) => (path === '/api/never' ? { status: 401, body: 'no' } : undefined)
  const answer = await until(client.fetch('/api/never'))
  expect(answer.status).toBe(401)
  expect(await answer.text()).toBe('no')
  expect(server.requests('/api/never')).toHaveLength(2)
  expect(server.requests('/api/auth/refresh')).toHaveLength(1)
})

test('CLI-2 the endpoints that make, renew or end a session are never retried', async () => {
  const { client, until, server, jar } = await signedIn()
  jar.delete('vigile_refresh')
  const before = server.log.length
  for (const path of ['refresh', 'ack', 'logout', 'login', 'register', 'csrf']) {
    server.fault = () => ({ status: 401, body: { code: 'unauthenticated' } })
    expect((await until(client.fetch(`/api/auth/${path}`, { method: 'POST', body: '{}' }))).status).toBe(401)
  }
  expect(server.log.length - before).toBe(6)
})

test('CLI-2 a wrong password is not tried again', async () => {
  const { client, until, server } = await signedIn()
  const change = await until(client.changePassword({ currentPassword: 'wrong', newPassword: 'new' }))
  expect(change).toMatchObject({ ok: false, problem: { code: 'invalid_credentials' } })
  expect(server.requests('/api/auth/password/change')).toHaveLength(1)
  const signIn = await until(client.signIn({ ...credentials, password: 'wrong' }))
  expect(signIn).toMatchObject({ ok: false, problem: { code: 'invalid_credentials' } })
  expect(server.requests('/api/auth/refresh')).toHaveLength(0)
})

test('CLI-1 an act under the lock refreshes outside it and is repeated', async () => {
  const { client, until, server, expire } = await signedIn()
  expire()
  const change = await until(client.changePassword({ currentPassword: 'right', newPassword: 'new' }))
  expect(change).toMatchObject({ ok: true, value: { user: { email: credentials.email } } })
  expect(server.requests('/api/auth/password/change').map((each) => each.status)).toEqual([401, 200])
})

test('CSRF-1 a change carries the token; a refused one is fetched anew, once, and the request repeated', async () => {
  const { client, until, server, jar } = await signedIn()
  await until(client.fetch('/api/things'))
  await until(client.fetch('/api/things', { method: 'DELETE' }))
  expect(server.requests('/api/things').map((each) => each.csrf)).toEqual([null, 'csrf-s1'])

  jar.set('vigile_csrf', 'planted')
  const answer = await until(client.fetch('/api/things', { method: 'POST', body: '{"c":3}' }))
  expect((await answer.json()).echo).toEqual({ c: 3 })
  expect(server.requests('/api/auth/csrf')).toHaveLength(1)

  server.fault = (path) => (path === '/api/things' ? { status: 403, body: { code: 'csrf_failed' } } : undefined)
  expect((await until(client.fetch('/api/things', { method: 'POST' }))).status).toBe(403)
  expect(server.requests('/api/auth/csrf')).toHaveLength(2)
})

test('me() is null only where the server said so', async () => {
  const { browser, client, until, server, expire, jar } = await signedIn()
  expect(await until(client.me())).toMatchObject({ user: { email: credentials.email } })
  expire()
  expect(await until(client.me())).toMatchObject({ user: { email: credentials.email } })

  for (const fault of [
    'unreachable',
    { status: 503, body: { code: 'unavailable' } },
    { status: 200, body: '<html>' },
  ] as const) {
    server.fault = (path) => (path === '/api/auth/me' ? fault : undefined)
    await expect(until(client.me())).rejects.toThrow('cannot be known')
  }
  server.fault = (path) => (path === '/api/auth/refresh' ? 'unreachable' : undefined)
  expire()
  await expect(until(client.me())).rejects.toThrow('cannot be known')

  server.fault = () => undefined
  jar.clear()
  await browser.advance(40_000)
  expect(await until(client.me())).toBeNull()
})
