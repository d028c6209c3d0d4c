// PostgreSQL goes away while people work (S-90, SPEC section 17): nothing is granted that could not be checked, and no
// answer tells a client that its session is over.
import { setTimeout as realPause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDatabase, type PostgresServer, startPostgres } from '../services/postgres.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type DocumentedSite, openDocumentedSite } from './documented.ts'

let postgres: PostgresServer
let site: DocumentedSite
beforeAll(async () => {
  vi.spyOn(performance, 'now').mockImplementation(() => (stoppedAt ?? now()) + aged)
  postgres = await startPostgres()
  const database = await createDatabase(postgres.url)
  site = await openDocumentedSite('PostgreSQL and Redis', { database, pool: { waitSeconds: 2 } })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  vi.restoreAllMocks()
  postgres.resume()
  await site?.close()
  await postgres?.stop()
})

let people = 0
const signedUp = async (): Promise<Visitor & { readonly email: string }> => {
  const visitor = site.visitor()
  people += 1
  const email = `someone${people}@example.com`
  expect((await visitor.signUp(email)).status).toBe(201)
  await visitor.ack()
  return { ...visitor, email }
}
const newPassword = 'another-quiet-lantern-43'
const sessionOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[2]

/** Every route that needs the database, asked by someone who is signed in. */
const needing = (visitor: Visitor, email: string): readonly (readonly [string, () => Promise<Reply>])[] => [
  ['register', () => visitor.signUp('new@example.com')],
  ['login', () => visitor.signIn(email)],
  ['refresh', () => visitor.refresh()],
  ['ack', () => visitor.ack()],
  ['logout', () => visitor.post('/api/auth/logout', {})],
  ['logout-all', () => visitor.post('/api/auth/logout-all', {})],
  ['me', () => visitor.me()],
  ['csrf', () => visitor.get('/api/auth/csrf')],
  ['sessions', () => visitor.get('/api/auth/sessions')],
  ['end', () => visitor.send('DELETE', `/api/auth/sessions/${sessionOf(visitor)}`)],
  ['password', () => visitor.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })],
]
/** Those that need it not. */
const standing = ['/health/live', '/openapi.json', '/.well-known/jwks.json', '/api/auth/continue?returnTo=/']

const expectUnavailable = (name: string, reply: Reply) => {
  expect([name, reply.status, reply.body?.code]).toEqual([name, 503, 'unavailable'])
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(reply.body.retryAfterSeconds).toBe(Number(reply.headers.get('retry-after')))
  expect(reply.setCookies).toEqual([])
}

/** The time by which nodes remember: it can be made to jump or to stand still, and never goes back. */
let aged = 0
let stoppedAt: number | null = null
const now = performance.now.bind(performance)
const age = (ms: number) => {
  stoppedAt = null
  aged += ms
}
const stopTime = () => {
  stoppedAt = now()
}

const back = () =>
  expect
    .poll(async () => (await site.visitor().get('/health/ready')).status, { timeout: 15_000, interval: 100 })
    .toBe(200)

describe('PostgreSQL crashes', () => {
  test('S-90 H-12 I11 503 with Retry-After on every route that needs it; memory serves for a moment; it comes back by itself', async () => {
    const [known, unknown] = [await signedUp(), await signedUp()]
    stopTime()
    expect((await known.me()).status).toBe(200)
    const jars = [known.jar.snapshot(), unknown.jar.snapshot()]
    await postgres.kill()

    // Just checked, and the channel is alive.
    expect((await known.me()).status).toBe(200)
    age(5_001)
    for (const visitor of [known, unknown])
      for (const [name, ask] of needing(visitor, visitor.email)) expectUnavailable(name, await ask())
    for (const path of standing) expect([path, (await site.visitor().get(path)).status]).toEqual([path, 200])
    for (const path of ['/health/ready', '/api/auth/health']) {
      const reply = await site.visitor().get(path)
      expect([path, reply.status, reply.body.parts.database]).toEqual([path, 503, 'down'])
      expect(reply.headers.get('retry-after')).toBe('2')
    }
    // Who brings nothing is told so: that needs no database.
    expect((await site.visitor().me()).status).toBe(401)
    expect((await site.visitor().refresh()).status).toBe(401)
    expect([known.jar.snapshot(), unknown.jar.snapshot()]).toEqual(jars)
    expect(site.log.filter(({ level }) => level === 'error')).toEqual([])

    await postgres.restart()
    await back()
    for (const visitor of [known, unknown]) {
      expect((await visitor.me()).status).toBe(200)
      expect((await visitor.refresh()).status).toBe(200)
      expect((await visitor.signIn(visitor.email)).status).toBe(200)
    }
  })

  test('S-90 a page is told "unknown", never "signed out"', async () => {
    const visitor = await signedUp()
    const cookie = visitor.jar
      .for('/')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const stateOf = async () =>
      (await site.vigile.pageState(new Request(`${site.publicUrl}/x`, { headers: { cookie } }), '/x')).state
    expect(await stateOf()).toBe('signed_in')
    await postgres.kill()
    age(5_001)
    expect(await stateOf()).toBe('unknown')
    await postgres.restart()
    await back()
    expect(await stateOf()).toBe('signed_in')
  })

  test('S-90 a node that starts meanwhile answers 503, and serves as soon as it can', async () => {
    await postgres.kill()
    const late = await openWithoutWaiting()
    for (const [name, ask] of needing(late.visitor(), 'x@example.com').slice(0, 2)) expectUnavailable(name, await ask())
    expect((await late.visitor().get('/health/live')).status).toBe(200)
    expect((await late.visitor().get('/health/ready')).status).toBe(503)
    await postgres.restart()
    await back()
    expect((await late.visitor().signUp('late@example.com')).status).toBe(201)
    await late.vigile.close()
  })
})

/** Another node of the same site, whose database may be away. */
const openWithoutWaiting = async () => {
  const { createTestVigile } = await import('@vigile/engine/testing')
  const { createVisitor } = await import('../support/visitor.ts')
  const { testSecret } = await import('../support/site.ts')
  const { publicUrl, now, database } = site
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const pool = { waitSeconds: 2 }
  const { vigile } = createTestVigile({
    publicUrl,
    database,
    pool,
    secrets: testSecret,
    production: false,
    log: silent,
  })
  return { vigile, visitor: () => createVisitor({ vigile: () => vigile, publicUrl, now, address: '203.0.113.250' }) }
}

describe('PostgreSQL freezes', () => {
  test('S-90 every wait has an end, and what waited is answered 503', async () => {
    const visitor = await signedUp()
    const jar = visitor.jar.snapshot()
    postgres.pause()
    age(5_001)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = needing(visitor, visitor.email).map(([name, ask]) => [name, ask()] as const)
    let waiting = asked.length
    for (const [, reply] of asked) void reply.finally(() => (waiting -= 1))
    // What has to happen in between (Redis, hashes) takes real time.
    for (let second = 0; second < 1000 && waiting > 0; second += 1) {
      await vi.advanceTimersByTimeAsync(1000)
      await realPause(5)
    }
    for (const [name, reply] of asked) expectUnavailable(name, await reply)
    expect(visitor.jar.snapshot()).toEqual(jar)
    vi.useRealTimers()
    postgres.resume()
    await back()
    expect((await visitor.refresh()).status).toBe(200)
    expect((await visitor.me()).status).toBe(200)
  })

  test('for a moment only: what waited is answered as if nothing had been', async () => {
    const visitor = await signedUp()
    postgres.pause()
    const asked = [visitor.refresh(), visitor.get('/api/auth/sessions'), site.visitor().signUp('patient@example.com')]
    setTimeout(() => postgres.resume(), 300)
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 201])
  })
})
