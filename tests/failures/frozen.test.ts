// PostgreSQL freezes under a site with the default settings: whatever a request waits for, and in whatever order, it is
// answered before the client gives up (T, PROTOCOL.md). Time-outs are advanced, not waited for.
import { setTimeout as realPause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createDatabase, type PostgresServer, startPostgres } from '../services/postgres.ts'
import { openSite, type Site } from '../support/site.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { holdTime } from './time.ts'

const clientGivesUpAfterSeconds = 15

let postgres: PostgresServer
let site: Site
let time: ReturnType<typeof holdTime>
beforeAll(async () => {
  time = holdTime()
  postgres = await startPostgres()
  site = await openSite('PostgreSQL and Redis', { database: await createDatabase(postgres.url) })
})
afterEach(() => {
  vi.useRealTimers()
  postgres.resume()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await site?.close()
  await postgres?.stop()
})

const newPassword = 'another-quiet-lantern-43'
const everything = (visitor: Visitor): readonly Promise<Reply>[] => [
  visitor.me(),
  visitor.refresh(),
  visitor.ack(),
  visitor.get('/api/auth/sessions'),
  visitor.get('/api/auth/csrf'),
  visitor.signIn('ada@example.com'),
  visitor.signUp('new@example.com'),
  visitor.post('/api/auth/logout', {}),
  visitor.post('/api/auth/logout-all', {}),
  visitor.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword }),
  visitor.get('/health/ready'),
]

test('S-90 OPS-10 more requests than there are connections: all are 503 in time, those that waited for one too', async () => {
  const visitor = site.visitor()
  expect((await visitor.signUp('ada@example.com')).status).toBe(201)
  const jar = visitor.jar.snapshot()
  postgres.pause()
  time.age(5_001)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let waiting = 0
  let seconds = 0
  const watch = async (asked: Promise<Reply>) => {
    waiting += 1
    const { status, headers } = await asked
    waiting -= 1
    return { status, retryAfter: Number(headers.get('retry-after')), after: seconds }
  }
  const first = everything(visitor).map(watch)
  const second: ReturnType<typeof watch>[] = []
  for (; seconds < 60 && waiting > 0; seconds += 1) {
    // These find every connection taken, and get one only to wait for its statement.
    if (seconds === 4) second.push(...everything(visitor).map(watch))
    await vi.advanceTimersByTimeAsync(1_000)
    // What happens in between (Redis, hashes) takes real time.
    await realPause(30)
  }
  for (const { status, retryAfter, after } of await Promise.all(first)) {
    expect([status, retryAfter > 0]).toEqual([503, true])
    expect(after).toBeLessThan(clientGivesUpAfterSeconds)
  }
  for (const { status, after } of await Promise.all(second)) {
    expect(status).toBe(503)
    expect(after - 4).toBeLessThan(clientGivesUpAfterSeconds)
  }
  expect(visitor.jar.snapshot()).toEqual(jar)
})

test('for a moment only: what waited is answered as if nothing had been', async () => {
  const visitor = site.visitor()
  expect((await visitor.signUp('patient@example.com')).status).toBe(201)
  postgres.pause()
  const asked = [visitor.refresh(), visitor.get('/api/auth/sessions'), site.visitor().signUp('late@example.com')]
  setTimeout(() => postgres.resume(), 300)
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 201])
})
