import { expect, test } from 'vitest'
import { createFakeBrowser } from './fake-browser.suite.ts'
import type { FakeServer } from './fake-server.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const ackPath = '/api/auth/ack'

async function signedIn(fault: FakeServer['fault'] = () => undefined) {
  const browser = createFakeBrowser()
  browser.server.fault = fault
  const first = browser.tab()
  await browser.until(first.client.signIn(credentials))
  const acks = () => browser.server.requests(ackPath)
  return { ...browser, browser, first, acks, row: () => browser.server.rowOf(browser.jar)! }
}

test('a sign-in is acked at once, and as settled after 45 s awake', async () => {
  const { advance, acks, row, clock } = await signedIn()
  const landed = clock.now()
  await advance(100)
  expect(acks().map((each) => each.body)).toEqual([{}])
  expect(row().w).toBe(0)
  await advance(120_000)
  expect(acks()).toHaveLength(2)
  expect(acks()[1]!.body.settled).toMatch(/^[0-9a-f]{16}$/)
  expect(acks()[1]!.at - landed).toBeGreaterThanOrEqual(45_000)
  expect(acks()[1]!.at - landed).toBeLessThan(56_000)
  expect(row().durable).toBe(true)
  await advance(300_000)
  expect(acks()).toHaveLength(2)
})

test('each rotation is acked and settled; a new access token alone is not', async () => {
  const { advance, until, first, acks, row } = await signedIn()
  await advance(30_000)
  await until(first.client.refresh())
  expect(acks()).toHaveLength(1)
  await advance(40_000)
  await until(first.client.refresh())
  await advance(100)
  expect(row()).toMatchObject({ g: 1, w: 0, durable: false })
  expect(acks()).toHaveLength(3)
  await advance(60_000)
  expect(row().durable).toBe(true)
  expect(acks()).toHaveLength(4)
})

test('awake time is counted once, however many tabs count', async () => {
  const { advance, tab, acks, clock } = await signedIn()
  const landed = clock.now()
  for (let opened = 0; opened < 5; opened++) {
    await advance(700)
    tab()
  }
  await advance(100_000)
  const [, settled] = acks()
  expect(settled!.at - landed).toBeGreaterThanOrEqual(45_000)
  expect(settled!.at - landed).toBeLessThan(56_000)
})

test('awake time adds up over pages, none of which lives for 45 s', async () => {
  const { advance, first, tab, row } = await signedIn()
  await advance(17_000)
  first.show(false)
  first.close()
  for (let page = 0; page < 3; page++) {
    await advance(3_600_000 / 60)
    const next = tab()
    await advance(13_000)
    next.show(false)
    next.close()
    expect(row().durable).toBe(page === 2)
  }
})

test('sleep is not awake time', async () => {
  const { advance, sleep, row } = await signedIn()
  await advance(20_000)
  await sleep(3_600_000)
  await advance(15_000)
  expect(row().durable).toBe(false)
  await advance(20_000)
  expect(row().durable).toBe(true)
})

test('a clock that is set, either way, neither settles too soon nor never', async () => {
  for (const byMs of [3_600_000, -3_600_000]) {
    const { advance, setWall, acks, clock } = await signedIn()
    const landed = clock.now()
    await advance(12_000)
    setWall(byMs)
    await advance(300_000)
    expect(acks()[1]!.body.settled).toBeTruthy()
    expect(acks()[1]!.at - landed).toBeGreaterThanOrEqual(40_000)
    expect(acks()[1]!.at - landed).toBeLessThan(100_000)
  }
})

test('an ack that was lost is said again, by another tab if need be', async () => {
  const { advance, first, tab, acks, row } = await signedIn((path, nth) =>
    path === ackPath && nth <= 2 ? 'unreachable' : undefined,
  )
  const other = tab()
  await advance(100)
  expect(row().w).toBeNull()
  first.close()
  await advance(80_000)
  expect(row().w).toBe(0)
  expect(acks().length).toBeLessThanOrEqual(5)
  other.close()
})

test('tabs do not repeat an ack that one of them is waiting for', async () => {
  const { advance, tab, acks } = await signedIn((path) => (path === ackPath ? 'hangs' : undefined))
  for (let opened = 0; opened < 4; opened++) tab()
  await advance(29_000)
  expect(acks()).toHaveLength(1)
  await advance(30_000)
  expect(acks()).toHaveLength(2)
})

test('an ack that is refused is not said again, and ends nothing', async () => {
  for (const code of ['stale_token', 'session_ended', 'unauthenticated']) {
    const { advance, first, acks } = await signedIn((path) =>
      path === ackPath ? { status: code === 'stale_token' ? 409 : 401, body: { code } } : undefined,
    )
    await advance(40_000)
    expect(acks()).toHaveLength(1)
    expect(first.events).toEqual(['start'])
  }
})

test('a settled ack that was lost goes with the refresh itself', async () => {
  const { advance, until, first, server, row } = await signedIn()
  await advance(100)
  server.fault = (path) => (path === ackPath ? 'unreachable' : undefined)
  await advance(65_000)
  expect(row().durable).toBe(false)
  await until(first.client.refresh())
  expect(server.requests('/api/auth/refresh').at(-1)!.body.settled).toMatch(/^[0-9a-f]{16}$/)
  expect(row().g).toBe(1)
})

test('a password change begins a new cookie to confirm, and ends nothing', async () => {
  const { advance, until, first, row } = await signedIn()
  await advance(60_000)
  first.events.length = 0
  await until(first.client.changePassword({ currentPassword: 'right', newPassword: 'new' }))
  await advance(100)
  expect(row()).toMatchObject({ id: 's2', w: 0, durable: false })
  await advance(60_000)
  expect(row().durable).toBe(true)
  expect(first.events).toEqual([])
})
