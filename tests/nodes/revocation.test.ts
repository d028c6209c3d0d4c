// What one node ends, the others refuse: while they hear each other, while they don't, and in between (PROTOCOL.md,
// "Revocation everywhere"). Real nodes, one PostgreSQL, one Redis.
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Invalidation } from '../../engine/src/primitives/channel.ts'
import { silentLog } from '../../engine/src/primitives/log.ts'
import { createRedisChannel } from '../../engine/src/stores/redis-channel.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'
import { type Link, openLink } from './link.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

let redis: RedisServer
let database: string
let db: pg.Client
/** The links of the third node. */
let toRedis: Link
let toPostgres: Link
let nodes: ServerNode[]
let [a, b, c] = [] as unknown as [ServerNode, ServerNode, ServerNode]
const patience = { timeout: 5_000 }
const longPatience = { timeout: 30_000 }

beforeAll(async () => {
  database = await freshDatabase()
  redis = await startRedis()
  toRedis = await openLink(redis.port)
  toPostgres = await openLink(Number(new URL(database).port))
  db = new pg.Client({ connectionString: database })
  await db.connect()
  await runVigile('migrate', { database })
  nodes = await Promise.all([
    startNode({ database, redis: redis.url }),
    startNode({ database, redis: redis.url }),
    startNode({ database: toPostgres.through(database), redis: toRedis.through(redis.url) }),
  ])
  ;[a, b, c] = nodes as [ServerNode, ServerNode, ServerNode]
  await allWell()
}, startMs)
afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.stop()))
  await Promise.all([toRedis?.stop(), toPostgres?.stop(), db?.end()])
  await redis?.stop()
})
afterEach(async () => {
  redis.resume()
  toRedis.release()
  toRedis.mend()
  toPostgres.release()
  await allWell()
})

type Readiness = { readonly status: string; readonly parts: Readonly<Record<string, string>> }
const readiness = async (node: ServerNode): Promise<Readiness> => (await fetch(`${node.url}/health/ready`)).json()
const channel = async (node: ServerNode) => (await readiness(node)).parts.channel
const allWell = async () => {
  const states = () => Promise.all(nodes.map(readiness))
  await vi.waitUntil(async () => (await states()).every(({ status }) => status === 'ok'), {
    ...longPatience,
    interval: 100,
  })
}

let people = 0
const signedUp = async (at = a): Promise<Visitor & { readonly email: string }> => {
  people += 1
  const email = `person-${people}@example.com`
  const visitor = newVisitor(() => at)
  expect((await visitor.signUp(email)).status).toBe(201)
  return { ...visitor, email }
}
const at = (node: ServerNode, visitor: Visitor) => copyOf(visitor, () => node)
const idOf = async (visitor: Visitor) => (await visitor.me()).body.session.id as string
/** Each of these nodes has the session in its memory, and would answer from there. */
const known = async (visitor: Visitor, by: readonly ServerNode[]) => {
  for (const node of by) expect((await at(node, visitor).me()).status).toBe(200)
}
const refused = async (visitor: Visitor, by: readonly ServerNode[], reason: string) => {
  for (const node of by) {
    const there = at(node, visitor)
    await expect.poll(async () => (await there.me()).status, patience).toBe(401)
    expect((await there.refresh()).body).toMatchObject({ code: 'session_ended', reason })
  }
}

type Ended = { readonly by: readonly ServerNode[]; readonly reason: string }
test.each<[string, (visitor: Visitor & { email: string }) => Promise<Ended>]>([
  [
    'a sign-out',
    async (visitor) => {
      expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
      return { by: [b, c], reason: 'signed_out' }
    },
  ],
  [
    'a sign-out everywhere from another device, at another node',
    async ({ email }) => {
      const other = newVisitor(() => b)
      expect((await other.signIn(email)).status).toBe(200)
      expect((await other.post('/api/auth/logout-all', {})).status).toBe(204)
      return { by: [a, b, c], reason: 'signed_out_everywhere' }
    },
  ],
  [
    'one session ended from the list at another node',
    async (visitor) => {
      const other = newVisitor(() => c)
      expect((await other.signIn(visitor.email)).status).toBe(200)
      const path = `/api/auth/sessions/${await idOf(visitor)}`
      expect((await other.send('DELETE', path)).status).toBe(204)
      expect((await other.me()).status).toBe(200)
      return { by: [a, b, c], reason: 'ended_from_another_device' }
    },
  ],
  [
    'a change of password at another node',
    async ({ email }) => {
      const other = newVisitor(() => b)
      expect((await other.signIn(email)).status).toBe(200)
      const change = { currentPassword: goodPassword, newPassword: 'quiet-harbour-lantern-43' }
      expect((await other.post('/api/auth/password/change', change)).status).toBe(200)
      expect((await other.me()).status).toBe(200)
      return { by: [a, b, c], reason: 'password_changed' }
    },
  ],
  [
    'a user disabled by a command, which is no node',
    async ({ email }) => {
      await runVigile(`users disable ${email}`, { database, redis: redis.url })
      return { by: [a, b, c], reason: 'account_disabled' }
    },
  ],
])('TOK-5 TOK-6 S-33 %s is refused by every node that knew the session', async (_, end) => {
  const visitor = await signedUp()
  const bystander = await signedUp()
  const stolen = at(a, visitor)
  await known(visitor, nodes)
  const { by, reason } = await end(visitor)
  await refused(stolen, by, reason)
  await known(bystander, nodes)
})

test('TOK-5 TOK-6 reuse found by one node ends the session at all, the thief’s and the owner’s', async () => {
  const owner = await signedUp()
  const thief = at(b, owner)
  await passTime(owner)
  const { body } = await owner.refresh()
  expect(body.rotated).toBe(true)
  expect((await owner.ack({ settled: body.fingerprint })).status).toBe(204)
  await known(owner, nodes)
  const stale = await thief.refresh()
  expect(stale.status).toBe(409)
  expect((await thief.refresh({ retry: stale.body.fingerprint })).body).toMatchObject({ reason: 'reuse' })
  await refused(owner, nodes, 'reuse')
})

/** Two hours go by for this session. */
const passTime = async (visitor: Visitor) => {
  const hours = 2 * 3_600_000
  const text = 'update sessions set rotated_at = rotated_at - $1, issued_at = issued_at - $1 where id = $2'
  expect((await db.query(text, [hours, await idOf(visitor)])).rowCount).toBe(1)
}
/** An end that no node hears of. */
const endSilently = async (visitor: Visitor) => {
  const text = `update sessions set revoked_at = $1, revoked_reason = 'signed_out' where id = $2`
  expect((await db.query(text, [Date.now(), await idOf(visitor)])).rowCount).toBe(1)
}

describe('PROTOCOL 11 the channel is silent', () => {
  test('TOK-6 Redis frozen: once a node notices, each of its checks asks PostgreSQL', async () => {
    const [first, second] = [await signedUp(), await signedUp()]
    redis.pause()
    for (const node of nodes) await expect.poll(() => channel(node), longPatience).toBe('degraded')
    for (const visitor of [first, second]) {
      const everywhere = nodes.map((node) => at(node, visitor))
      for (const one of everywhere) expect((await one.me()).status).toBe(200)
      await endSilently(visitor)
      // Not one answer more from memory.
      for (const one of everywhere) expect((await one.me()).status).toBe(401)
    }
  })

  test('TOK-6 Redis frozen: sign-in, refresh and sign-out go on, and what one node ends the others refuse', async () => {
    const visitor = await signedUp()
    const stolen = at(a, visitor)
    await known(visitor, nodes)
    redis.pause()
    expect((await visitor.refresh()).status).toBe(200)
    const late = newVisitor(() => b)
    expect((await late.signIn(visitor.email)).status).toBe(200)
    await known(late, [a, c])
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    await refused(stolen, nodes, 'signed_out')
    await known(late, nodes)
  })

  test('TOK-6 one node alone is deaf, and does not know it yet: it refuses within 3 s and one look-up', async () => {
    const visitor = await signedUp()
    const stolen = at(a, visitor)
    await known(visitor, nodes)
    toRedis.hold()
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    await refused(stolen, [b, c], 'signed_out')
  })

  test('TOK-6 the node that ends a session can’t tell the others: they refuse within 3 s and one look-up', async () => {
    const visitor = await signedUp(c)
    const stolen = at(a, visitor)
    toRedis.cut()
    await expect.poll(() => channel(c), longPatience).toBe('degraded')
    await known(visitor, [a, b])
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    await refused(stolen, nodes, 'signed_out')
  })

  test('TOK-6 a node whose connection Redis ended missed a message: it forgets all when it is back', async () => {
    const visitor = await signedUp()
    toRedis.cut()
    await expect.poll(() => channel(c), longPatience).toBe('degraded')
    const there = at(c, visitor)
    expect((await there.me()).status).toBe(200)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    toRedis.mend()
    await expect.poll(() => channel(c), longPatience).toBe('ok')
    expect((await there.me()).status).toBe(401)
  })
})

test('PROTOCOL 11 H-9 TOK-6 a check whose look-up was under way while the revocation passed does not bring the old state back', async () => {
  const visitor = await signedUp()
  const there = at(c, visitor)
  // The node asks PostgreSQL, which answers "alive"; the answer is held on the wire.
  toPostgres.hold()
  const inFlight = there.me()
  await expect.poll(() => toPostgres.held(), patience).toBeGreaterThan(0)
  // Another ear on the third node's own link: it hears after that node, or with it.
  const ear = createRedisChannel({ url: toRedis.through(redis.url), log: silentLog })
  const heard: Invalidation[] = []
  ear.subscribe((message) => heard.push(message))
  await expect.poll(() => ear.isAlive(), longPatience).toBe(true)
  const id = await idOf(visitor)
  expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
  await expect.poll(() => heard, patience).toContainEqual({ kind: 'session', id })
  // What is on that node's own wire by now is read before an answer that is sent to it later.
  await wait(300)
  expect((await there.get('/health/live')).status).toBe(200)
  toPostgres.release()
  expect((await inFlight).status).toBe(401)
  expect((await there.me()).status).toBe(401)
  await ear.close()
})
