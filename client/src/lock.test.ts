import { expect, test } from 'vitest'
import { createFakeBrowser, type FakeTab } from './fake-browser.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const refreshPath = '/api/auth/refresh'

async function twoTabs(options = {}) {
  const browser = createFakeBrowser()
  const one = browser.tab(options)
  const two = browser.tab(options)
  await browser.until(one.client.signIn(credentials))
  await browser.advance(100)
  one.events.length = 0
  two.events.length = 0
  return { ...browser, one, two, expire: () => browser.jar.set('vigile_access', 'gone') }
}

test('H-16 a tab frozen while it holds the lock delays the others by 15 s at most', async () => {
  const { one, two, until, advance, clock, expire } = await twoTabs()
  expire()
  void one.client.refresh()
  await advance(5)
  one.freeze()
  const from = clock.now()
  expect((await until(two.client.fetch('/api/things'))).status).toBe(200)
  expect(clock.now() - from).toBeLessThanOrEqual(15_500)
})

test('H-16 a tab frozen long ago, first in the queue or holding, delays nobody', async () => {
  const { one, two, until, advance, clock, expire } = await twoTabs()
  expire()
  void one.client.refresh()
  await advance(5)
  one.freeze()
  await advance(60_000)
  expire()
  const from = clock.now()
  expect((await until(two.client.fetch('/api/things'))).status).toBe(200)
  expect(clock.now() - from).toBeLessThanOrEqual(3000)
})

test('H-16 of many that wait behind a frozen tab, one takes the lock, and they still refresh once', async () => {
  const { one, until, advance, expire, server, tab } = await twoTabs()
  const others = Array.from({ length: 6 }, () => tab())
  await advance(100)
  expire()
  const before = server.requests(refreshPath).length
  void one.client.refresh()
  await advance(5)
  one.freeze()
  await until(Promise.all(others.map((each) => each.client.fetch('/api/things'))))
  // The frozen one's, and one more.
  expect(server.requests(refreshPath).length - before).toBe(2)
})

test('H-16 a clock that was set back while a frozen tab holds the lock changes nothing', async () => {
  const { one, two, until, advance, clock, expire, setWall } = await twoTabs()
  expire()
  void one.client.refresh()
  await advance(5)
  one.freeze()
  setWall(-3_600_000)
  const from = clock.now()
  expect((await until(two.client.fetch('/api/things'))).status).toBe(200)
  expect(clock.now() - from).toBeLessThanOrEqual(15_500)
})

test('H-16 what a thawed tab still hears is old, and disturbs nobody', async () => {
  const { one, two, until, advance, server, jar } = await twoTabs()
  // The frozen tab's refresh is answered that the session is over; meanwhile another tab signs in anew.
  server.fault = (path, nth) =>
    path === refreshPath && nth === 1
      ? { status: 401, body: { code: 'session_ended', reason: 'idle', fingerprint: 'f00d' } }
      : undefined
  const late = one.client.refresh()
  await advance(5)
  one.freeze()
  expect(await until(two.client.signIn(credentials))).toMatchObject({ ok: true })
  const newer = jar.get('vigile_refresh')
  one.thaw()
  expect(await until(late)).toBe('refreshed')
  await advance(1000)
  expect(one.events).toEqual(['start'])
  expect(two.events).toEqual(['start'])
  expect(jar.get('vigile_refresh')).toBe(newer)
  expect((await until(one.client.me()))?.user.email).toBe(credentials.email)
})

test('H-16 a late refresh of the old session, heard on thawing, is not taken for the new one', async () => {
  const { one, two, until, advance, jar, storage } = await twoTabs()
  const late = one.client.refresh()
  await advance(5)
  one.freeze()
  await until(two.client.signIn({ ...credentials, email: 'eve@example.com' }))
  const record = storage.get('vigile:session')
  const newer = jar.get('vigile_refresh')
  one.thaw()
  expect(await until(late)).toBe('refreshed')
  expect(storage.get('vigile:session')).toBe(record)
  expect(jar.get('vigile_refresh')).toBe(newer)
})

test('H-16 a tab frozen in the middle of its clean-up does not end the session begun meanwhile', async () => {
  const { one, two, until, advance, server, jar } = await twoTabs()
  server.end('idle')
  const late = one.client.refresh()
  await advance(65)
  expect(server.log.at(-1)!.path).toBe('/api/auth/logout')
  one.freeze()
  await until(two.client.signIn(credentials))
  const newer = jar.get('vigile_refresh')
  one.thaw()
  expect(await until(late)).toBe('refreshed')
  await advance(1000)
  expect(one.events).toEqual(['start'])
  expect(two.events).toEqual(['start'])
  expect(jar.get('vigile_refresh')).toBe(newer)
})

test('H-16 a holder whose server is silent gives up before those who wait for it take the lock', async () => {
  const { one, two, until, expire, server } = await twoTabs()
  let steals = 0
  const { request } = two.ports.locks
  two.ports.locks.request = (name, options, work) => {
    if (options.steal) steals++
    return request(name, options, work)
  }
  expire()
  server.fault = (path) => (path === refreshPath ? 'hangs' : undefined)
  const outcomes = await until(Promise.all([one.client.refresh(), two.client.refresh()]))
  expect(outcomes).toEqual(['later', 'later'])
  expect(server.requests(refreshPath)).toHaveLength(2)
  expect(steals).toBe(0)
})

test('H-16 a refresh and a sign-out behind a frozen tab lose patience in the same moment, and still take turns', async () => {
  const { one, two, until, advance, expire, server } = await twoTabs()
  // A browser gives a lock a little after it was asked for.
  const { request } = two.ports.locks
  two.ports.locks.request = async (name, options, work) => {
    if (options.steal) await new Promise<void>((go) => two.ports.timer(3, go))
    return request(name, options, work)
  }
  expire()
  void one.client.refresh()
  await advance(5)
  one.freeze()
  const [outcome, signedOut] = await until(Promise.all([two.client.refresh(), two.client.signOut()]))
  expect(outcome).toBe('refreshed')
  expect(signedOut.ok).toBe(true)
  const [first, second] = server.log.filter(({ path }) => [refreshPath, '/api/auth/logout'].includes(path)).slice(-2)
  expect([first!.path, second!.path]).toEqual([refreshPath, '/api/auth/logout'])
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(40)
  expect(two.events).toEqual(['end signed_out'])
})

test('H-16 a tab that was closed while it held the lock leaves nothing behind', async () => {
  const { one, two, until, advance, clock, expire } = await twoTabs()
  expire()
  void one.client.refresh()
  await advance(5)
  one.close()
  const from = clock.now()
  expect((await until(two.client.fetch('/api/things'))).status).toBe(200)
  expect(clock.now() - from).toBeLessThan(500)
})

test('PROTOCOL 12 CLI-3 where there are no locks at all, work is done all the same', async () => {
  const { tab, until, jar, server } = createFakeBrowser()
  const { client, ports } = tab()
  ports.locks = { request: () => Promise.reject(new DOMException('opaque origin', 'SecurityError')) }
  expect(await until(client.signIn(credentials))).toMatchObject({ ok: true })
  jar.set('vigile_access', 'gone')
  const answers = await until(Promise.all([1, 2, 3].map(() => client.fetch('/api/things'))))
  expect(answers.map((each) => each.status)).toEqual([200, 200, 200])
  expect(server.requests(refreshPath)).toHaveLength(1)
})

test('PROTOCOL 12 CLI-3 without Web Locks tabs elect who refreshes', async () => {
  const { one, until, tab, advance, expire, server } = await twoTabs({ webLocks: false })
  const others = [tab({ webLocks: false }), tab({ webLocks: false })]
  await advance(100)
  expire()
  const answers = await until(Promise.all([one, ...others].map((each) => each.client.fetch('/api/things'))))
  expect(answers.map((each) => each.status)).toEqual([200, 200, 200])
  expect(server.requests(refreshPath)).toHaveLength(1)
})

test.each([
  { storage: true, what: 'see each other’s record' },
  { storage: false, what: 'know nothing of each other' },
])(
  'CLI-3 PROTOCOL 12 without locks and channel tabs $what: each asks once, and no request fails',
  async ({ storage }) => {
    const options = { webLocks: false, channel: false, storage }
    const { one, until, tab, advance, expire, server } = await twoTabs(options)
    const all = [one, tab(options), tab(options)]
    await until(Promise.all(all.map((each) => each.client.refresh())))
    // Slower than the tabs are with each other.
    server.latencyMs = 200
    for (let round = 0; round < 3; round++) {
      const before = server.requests(refreshPath).length
      expire()
      const asked: Promise<Response>[] = []
      for (const each of all) {
        asked.push(each.client.fetch('/api/things'))
        await advance(200)
      }
      const answers = await until(Promise.all(asked))
      expect(answers.map((each) => each.status)).toEqual([200, 200, 200])
      expect(server.requests(refreshPath).length - before).toBeLessThanOrEqual(3)
      await advance(60_000)
    }
    expect(all.flatMap(({ events }) => events).filter((event) => event !== 'start')).toEqual([])
  },
)

test('H-16 without Web Locks a frozen tab blocks nobody', async () => {
  const { one, two, until, advance, clock, expire } = await twoTabs({ webLocks: false })
  expire()
  void one.client.refresh()
  await advance(105)
  one.freeze()
  const from = clock.now()
  expect((await until(two.client.fetch('/api/things'))).status).toBe(200)
  expect(clock.now() - from).toBeLessThan(1000)
})

test('PROTOCOL 12 CLI-3 without Web Locks, in one tab: an act and a refresh wait for each other', async () => {
  const { one, until, advance, server } = await twoTabs({ webLocks: false })
  const refreshing = one.client.refresh()
  // Who asks in the same millisecond goes first by chance.
  await advance(1)
  const [outcome, signedOut] = await until(Promise.all([refreshing, one.client.signOut()]))
  expect(outcome).toBe('refreshed')
  expect(signedOut.ok).toBe(true)
  const [first, second] = server.log.slice(-2)
  expect([first!.path, second!.path]).toEqual([refreshPath, '/api/auth/logout'])
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(40)
})

/** As Chromium does on a page that was hidden for five minutes. */
const onceAMinute = ({ ports }: FakeTab) => {
  const { timer, now } = ports
  ports.timer = (milliseconds, run) => timer(Math.ceil((now() + milliseconds) / 60_000) * 60_000 - now(), run)
}

test('CLI-5 a hidden page without Web Locks, whose timers run once a minute, keeps what its refresh brought', async () => {
  const { one, until, server, jar } = await twoTabs({ webLocks: false })
  onceAMinute(one)
  const before = jar.get('vigile_refresh')
  expect(await until(one.client.refresh())).toBe('refreshed')
  expect(server.requests(refreshPath)).toHaveLength(1)
  expect(jar.get('vigile_refresh')).not.toBe(before)
})

test('CLI-5 a hidden page gives up its refresh when another tab takes the lock, so that no late answer overwrites a newer one', async () => {
  const { one, two, until, advance, server, jar } = await twoTabs({ webLocks: false })
  onceAMinute(one)
  void one.client.refresh()
  while (server.requests(refreshPath).length === 0) await advance(10)
  server.latencyMs = 40_000
  await advance(1000)
  server.latencyMs = 20
  await advance(20_000)
  expect(await until(two.client.refresh())).toBe('refreshed')
  const newer = jar.get('vigile_refresh')
  await advance(60_000)
  expect(server.requests(refreshPath)).toHaveLength(2)
  expect(jar.get('vigile_refresh')).toBe(newer)
})
