import { expect, test } from 'vitest'
import { createFakeBrowser } from './fake-browser.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const refreshPath = '/api/auth/refresh'
const lifeMs = 900_000

async function signedIn(tabs = 1) {
  const browser = createFakeBrowser()
  const open = Array.from({ length: tabs }, () => browser.tab())
  const [first] = open as [(typeof open)[0]]
  await browser.until(first.client.signIn(credentials))
  await browser.advance(100)
  const refreshes = () => browser.server.requests(refreshPath)
  return { ...browser, open, first, refreshes, landedAt: browser.server.log[0]!.at + 40 }
}

test('CLI-4 the refresh comes at a random point between 50 % and 90 % of the life, each time', async () => {
  const { advance, refreshes, landedAt } = await signedIn()
  await advance(40 * lifeMs)
  const times = refreshes().map((each) => each.at)
  const shares = times.map((at, index) => (at - (times[index - 1] ?? landedAt)) / lifeMs)
  expect(times.length).toBeGreaterThan(40)
  for (const share of shares) {
    expect(share).toBeGreaterThanOrEqual(0.5)
    expect(share).toBeLessThan(0.92)
  }
  expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.2)
})

test('CLI-4 many tabs refresh as rarely as one', async () => {
  const { advance, refreshes, server } = await signedIn(8)
  await advance(10 * lifeMs)
  expect(refreshes().length).toBeLessThanOrEqual(20)
  expect(server.log.every((each) => each.status !== 401)).toBe(true)
})

test('CLI-4 no request of a page in use ever meets a 401', async () => {
  const { advance, until, first, server } = await signedIn()
  for (let minute = 0; minute < 120; minute++) {
    await advance(60_000)
    expect((await until(first.client.fetch('/api/things'))).status).toBe(200)
  }
  expect(server.log.filter((each) => each.status === 401)).toEqual([])
})

test('CLI-4 a page that nobody looks at and that asks for nothing is left alone', async () => {
  const { advance, refreshes, first } = await signedIn()
  first.show(false)
  await advance(5 * lifeMs)
  expect(refreshes()).toHaveLength(0)
  // Shown again, it refreshes before anyone asks.
  first.show(true)
  await advance(100)
  expect(refreshes()).toHaveLength(1)
})

test('CLI-4 a hidden page that goes on asking is in use', async () => {
  const { advance, refreshes, first } = await signedIn()
  first.show(false)
  for (let round = 0; round < 60; round++) {
    void first.client.fetch('/api/things')
    await advance(30_000)
  }
  expect(refreshes().length).toBeGreaterThanOrEqual(2)
})

test('CLI-4 a laptop that wakes up refreshes before its first request fails', async () => {
  for (const sleepCounts of [true, false]) {
    const { advance, sleep, until, first, server, refreshes } = await signedIn()
    await advance(60_000)
    await sleep(8 * 3_600_000)
    if (!sleepCounts) first.lose(8 * 3_600_000)
    // In the very moment of waking: before a beat, or an event.
    const answer = await until(first.client.fetch('/api/things'))
    expect(answer.status).toBe(200)
    expect(refreshes()).toHaveLength(1)
    expect(server.requests('/api/things').map((each) => each.status)).toEqual([200])
  }
})

test('PROTOCOL 9 CLI-4 a wrong clock, or one that is set, changes nothing', async () => {
  for (const byMs of [-365 * 86_400_000, -300_000, 300_000]) {
    const { advance, setWall, refreshes, server } = await signedIn()
    setWall(byMs)
    await advance(20 * lifeMs)
    expect(refreshes().length).toBeGreaterThanOrEqual(20)
    expect(refreshes().length).toBeLessThanOrEqual(42)
    expect(server.log.filter((each) => Number(each.status) >= 400)).toEqual([])
  }
})

test('CLI-4 a new page learns from the record when the access token ends', async () => {
  const { advance, first, tab, refreshes } = await signedIn()
  await advance(400_000)
  first.close()
  tab()
  await advance(500_000)
  expect(refreshes()).toHaveLength(1)
})

test('PROTOCOL 12 CLI-4 where the record was lost but a cookie is there, the server is asked once', async () => {
  const { advance, first, storage, tab, refreshes, until } = await signedIn()
  first.close()
  storage.clear()
  const { client } = tab()
  await advance(60_000)
  expect(refreshes()).toHaveLength(1)
  expect((await until(client.me()))?.user.email).toBe(credentials.email)
  expect(refreshes()).toHaveLength(1)
})

test('CLI-4 a cookie that proves to be dead, and cannot be cleared, is asked about once', async () => {
  const { advance, first, storage, jar, server, tab, refreshes } = await signedIn()
  first.close()
  storage.clear()
  jar.delete('vigile_refresh')
  server.fault = (path) => (path === '/api/auth/logout' ? 'unreachable' : undefined)
  tab()
  await advance(60_000)
  expect(refreshes()).toHaveLength(1)
})

test('a client that is stopped does nothing by itself, and can be started again', async () => {
  const { advance, first, server } = await signedIn()
  first.client.stop()
  const before = server.log.length
  await advance(5 * lifeMs)
  expect(server.log).toHaveLength(before)
  first.client.start()
  first.client.start()
  await advance(100)
  expect(server.requests(refreshPath)).toHaveLength(1)
  first.client.stop()
  await advance(5 * lifeMs)
  expect(server.requests(refreshPath)).toHaveLength(1)
})
