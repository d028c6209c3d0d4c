import { expect, test } from 'vitest'
import { createFakeBrowser, type FakeBrowser } from './fake-browser.suite.ts'
import type { Answer, Fault } from './fake-server.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const refreshPath = '/api/auth/refresh'

async function signedIn(tabs = 1) {
  const browser = createFakeBrowser()
  const open = Array.from({ length: tabs }, () => browser.tab({ started: true }))
  const [first] = open as [(typeof open)[0]]
  await browser.until(first.client.signIn(credentials))
  await browser.advance(100)
  for (const tab of open) tab.events.length = 0
  const refreshes = () => browser.server.requests(refreshPath)
  return { ...browser, browser, open, first, refreshes, expire: () => browser.jar.set('vigile_access', 'gone') }
}

const failWith = (browser: FakeBrowser, path: string, fault: Fault, times = Number.POSITIVE_INFINITY) => {
  let left = times
  browser.server.fault = (asked) => (asked === path && left-- > 0 ? fault : undefined)
}

test('CLI-3 fifty 401s at once make one refresh', async () => {
  const { first, until, expire, refreshes } = await signedIn()
  expire()
  const answers = await until(Promise.all(Array.from({ length: 50 }, () => first.client.fetch('/api/things'))))
  expect(answers.every((each) => each.status === 200)).toBe(true)
  expect(refreshes()).toHaveLength(1)
})

test('CLI-3 a 401 that arrives after the refresh that it needs makes no other', async () => {
  const { first, until, expire, refreshes } = await signedIn()
  const { fetch } = first.ports
  let deliver = () => {}
  first.ports.fetch = async (request) => {
    const answer = await fetch(request)
    if (answer.status === 401 && request.url.endsWith('/api/slow')) await new Promise<void>((go) => (deliver = go))
    return answer
  }
  expire()
  const slow = first.client.fetch('/api/slow')
  expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
  // Nor does it wait for the lock.
  first.ports.locks = { request: () => new Promise(() => {}) }
  deliver()
  expect((await until(slow, 100)).status).toBe(200)
  expect(refreshes()).toHaveLength(1)
})

test('CLI-3 ten tabs that meet a 401 together make one refresh', async () => {
  const { open, until, expire, refreshes } = await signedIn(10)
  expire()
  const answers = await until(Promise.all(open.map((tab) => tab.client.fetch('/api/things'))))
  expect(answers.every((each) => each.status === 200)).toBe(true)
  expect(refreshes()).toHaveLength(1)
})

test('CLI-3 without storage the channel alone tells the other tabs', async () => {
  const browser = createFakeBrowser()
  const tabs = [browser.tab({ storage: false }), browser.tab({ storage: false })] as const
  await browser.until(tabs[0].client.signIn(credentials))
  await browser.advance(100)
  browser.jar.set('vigile_access', 'gone')
  await browser.until(Promise.all(tabs.map((tab) => tab.client.fetch('/api/things'))))
  expect(browser.server.requests(refreshPath)).toHaveLength(1)
})

test('CLI-5 no failure of the network or the server signs anyone out', async () => {
  const faults: Fault[] = [
    'unreachable',
    'lost',
    'hangs',
    { status: 500, body: { code: 'internal_error' } },
    { status: 503, body: { code: 'unavailable' } },
    { status: 429, body: { code: 'rate_limited' } },
    { status: 408, body: { code: 'request_timeout' } },
    { status: 401, body: { code: 'proof_required', fingerprint: 'f' } },
    { status: 403, body: { code: 'origin_refused' } },
    { status: 401, body: 'a proxy asks for a password' },
    { status: 200, body: '<html>Welcome to the hotel</html>' },
    { status: 200, body: {} },
    { status: 502, body: '<html>Bad gateway</html>' },
  ]
  for (const fault of faults) {
    const { browser, open, first, until, expire, jar } = await signedIn(2)
    failWith(browser, refreshPath, fault)
    expire()
    const answer = await until(first.client.fetch('/api/things'))
    expect(answer.status, JSON.stringify(fault)).toBe(401)
    expect(await until(first.client.refresh())).toBe('later')
    expect(open.flatMap((tab) => tab.events)).toEqual([])
    expect(jar.get('vigile_refresh')).toBeTruthy()

    browser.server.fault = () => undefined
    await browser.advance(40_000)
    expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
    expect(open.flatMap((tab) => tab.events)).toEqual([])
  }
})

test('PROTOCOL bound: a session whose key the browser itself has lost is over for this browser, and told once in every tab', async () => {
  const { browser, open, first, until, expire } = await signedIn(2)
  const body = { code: 'proof_required', reason: 'key_lost', fingerprint: 'f' }
  failWith(browser, refreshPath, { status: 401, body })
  expire()
  expect(await until(first.client.refresh())).toBe('ended')
  await browser.advance(100)
  for (const { events } of open) expect(events).toEqual(['end key_lost'])
})

test.each<[string, Answer]>([
  ['the server', { status: 429, body: { code: 'rate_limited', retryAfterSeconds: 200 } }],
  ['a proxy', { status: 503, body: '<html>Too busy</html>', headers: { 'Retry-After': '200' } }],
])('CLI-5 %s that says when to come back is not asked before, in any tab', async (_, fault) => {
  const { browser, advance, refreshes, until, first } = await signedIn(2)
  failWith(browser, refreshPath, fault)
  await advance(1_800_000)
  const times = refreshes().map((each) => each.at)
  expect(times[1]! - times[0]!).toBeLessThan(200)
  const [pause = 0, next = 0] = times.slice(2).map((at, index) => at - times[index + 1]!)
  expect(pause).toBeGreaterThanOrEqual(200_000)
  expect(pause).toBeLessThan(210_000)
  expect(next).toBeGreaterThanOrEqual(200_000)
  browser.server.fault = () => undefined
  await advance(310_000)
  expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
})

test.each(['soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1e999'])(
  'CLI-5 a Retry-After that says nothing clear (%s) never stops the client for good',
  async (value) => {
    const { browser, advance, until, expire, first } = await signedIn()
    failWith(browser, refreshPath, { status: 503, headers: { 'Retry-After': value } })
    expire()
    await until(first.client.fetch('/api/things'))
    await advance(60_000)
    browser.server.fault = () => undefined
    await advance(310_000)
    expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
  },
)

test('CLI-5 the second try comes at once, the next after 30 s doubling to 300 s, over all tabs together', async () => {
  const { browser, open, advance, refreshes } = await signedIn(3)
  failWith(browser, refreshPath, 'unreachable')
  await advance(1_800_000)
  const times = refreshes().map((each) => each.at)
  const pauses = times.slice(1).map((at, index) => at - times[index]!)
  expect(pauses[0]).toBeLessThan(200)
  const expected = [30, 60, 120, 240, 300, 300]
  for (const [index, seconds] of expected.entries()) {
    expect(pauses[index + 1]).toBeGreaterThanOrEqual(seconds * 1000)
    expect(pauses[index + 1]).toBeLessThan(seconds * 1000 + 6000)
  }
  expect(open.flatMap((tab) => tab.events)).toEqual([])
})

test('CLI-5 back online, the pause is over', async () => {
  const { browser, first, until, advance, expire, refreshes } = await signedIn()
  failWith(browser, refreshPath, 'unreachable', 4)
  expire()
  await until(first.client.refresh())
  await advance(130_000)
  expect(refreshes()).toHaveLength(4)
  first.online()
  await advance(100)
  expect(refreshes()).toHaveLength(5)
  expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
})

test('CLI-5 a request that gets no answer is given up after 15 s', async () => {
  const { browser, first, until, clock, refreshes } = await signedIn()
  failWith(browser, refreshPath, 'hangs', 1)
  const from = clock.now()
  expect(await until(first.client.refresh())).toBe('refreshed')
  expect(refreshes().map((each) => each.at - from)).toEqual([0, 15_000])
})

test('CLI-5 the end of a session is told once in every tab, after the clean-up', async () => {
  for (const code of ['session_ended', 'invalid_token', 'unauthenticated']) {
    const { browser, open, first, until, advance, expire, server, jar } = await signedIn(3)
    const body = {
      code,
      ...(code === 'session_ended' && { reason: 'idle' }),
      fingerprint: code === 'unauthenticated' ? '' : 'f00d',
    }
    failWith(browser, refreshPath, { status: 401, body })
    if (code === 'unauthenticated') jar.delete('vigile_refresh')
    expire()
    const answers = await until(Promise.all(open.map((tab) => tab.client.fetch('/api/things'))))
    expect(answers.every((each) => each.status === 401)).toBe(true)
    await advance(30_000)
    const reason = code === 'session_ended' ? 'idle' : 'unknown'
    for (const tab of open) expect(tab.events, code).toEqual([`end ${reason}`])
    expect(server.requests('/api/auth/logout').map((each) => each.body)).toEqual([{ only: body.fingerprint }])
    expect(await until(first.client.me())).toBeNull()
  }
})

test('CLI-5 clean-up clears what the dead session left, and nothing of a newer one', async () => {
  const { first, until, server, jar } = await signedIn()
  server.end('expired')
  expect(await until(first.client.refresh())).toBe('ended')
  expect([...jar.keys()]).toEqual([])

  const again = await signedIn()
  again.server.end('expired')
  // A sign-in that this client knows nothing of lands between the answer and the clean-up.
  const newer = again.server.handle('POST', '/api/auth/login', credentials, new Map(), null)
  again.server.fault = (path) => {
    if (path === refreshPath) for (const [name, value] of Object.entries(newer.set!)) again.jar.set(name, value!)
    return undefined
  }
  await again.until(again.first.client.refresh())
  expect(again.jar.get('vigile_refresh')).toBe(newer.set!.vigile_refresh)
})

test('CLI-5 a visitor who never signed in is told nothing', async () => {
  const browser = createFakeBrowser()
  const { client, events } = browser.tab()
  expect(await browser.until(client.me())).toBeNull()
  expect(await browser.until(client.me())).toBeNull()
  await browser.advance(60_000)
  expect(events).toEqual([])
  expect(browser.server.requests(refreshPath)).toHaveLength(1)
  expect(browser.server.requests('/api/auth/logout')).toHaveLength(0)
})

test('CLI-5 a session that began without this client is found, and told of', async () => {
  const { first, until, advance, server, jar } = await signedIn()
  await until(first.client.signOut())
  const elsewhere = server.handle('POST', '/api/auth/login', credentials, new Map(), null)
  for (const [name, value] of Object.entries(elsewhere.set!)) jar.set(name, value!)
  expect(await until(first.client.refresh())).toBe('refreshed')
  await advance(100)
  expect(first.events).toEqual(['end signed_out', 'start'])
})

test('CLI-5 CLI-6 a late answer puts the cookies of a session that was signed out back: cleared, and not told again', async () => {
  const { open, first, until, advance, jar } = await signedIn(2)
  const dead = [...jar]
  await until(first.client.signOut())
  for (const [name, value] of dead) jar.set(name, value)
  expect(await until(first.client.me())).toBeNull()
  await advance(30_000)
  expect([...jar.keys()]).toEqual([])
  for (const tab of open) expect(tab.events).toEqual(['end signed_out'])
})

test('CLI-5 dead cookies that could not be cleared do not tell the same end twice', async () => {
  const { browser, first, until, server, advance } = await signedIn()
  server.end('idle')
  failWith(browser, '/api/auth/logout', 'unreachable', 1)
  expect(await until(first.client.refresh())).toBe('ended')
  expect(await until(first.client.me())).toBeNull()
  await advance(100)
  expect(first.events).toEqual(['end idle'])
  expect(server.requests('/api/auth/logout')).toHaveLength(2)
  expect(browser.jar.size).toBe(0)
})

test('a lost refresh answer is made good by the next try', async () => {
  const { browser, first, until, advance, jar, server } = await signedIn()
  await advance(62_000)
  failWith(browser, refreshPath, 'lost', 1)
  const before = jar.get('vigile_refresh')
  expect(await until(first.client.refresh())).toBe('refreshed')
  expect(jar.get('vigile_refresh')).not.toBe(before)
  expect(server.rowOf(jar)).toMatchObject({ g: 1, i: 0, ended: null })
})

test('a stale jar asks again at once, and says that it is stale', async () => {
  const { browser, first, until, advance, jar, server, refreshes } = await signedIn()
  await advance(62_000)
  const old = new Map(jar)
  expect(await until(first.client.refresh())).toBe('refreshed')
  await advance(1000)
  expect(server.rowOf(jar)).toMatchObject({ g: 1, w: 0 })
  // The browser crashed before it wrote the new cookies.
  for (const [name, value] of old) jar.set(name, value)
  const before = refreshes().length
  expect(await until(first.client.refresh())).toBe('refreshed')
  const [stale, retried] = refreshes().slice(before)
  expect(stale).toMatchObject({ status: 409 })
  expect(retried!.body.retry).toMatch(/^[0-9a-f]{16}$/)
  expect(server.rowOf(jar)).toMatchObject({ g: 1, i: 1, ended: null })
  await browser.advance(1000)
  expect(first.events).toEqual([])
})

test('a jar that stays stale is asked about four times, then later', async () => {
  const { browser, first, until, refreshes } = await signedIn()
  failWith(browser, refreshPath, { status: 409, body: { code: 'stale_token', fingerprint: '00112233aabbccdd' } })
  const outcome = first.client.refresh()
  expect(await until(outcome)).toBe('later')
  // Once more at once, as after any failure.
  expect(refreshes()).toHaveLength(8)
  expect(first.events).toEqual([])
})
