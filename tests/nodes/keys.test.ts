// Secrets and signing keys change while people are signed in and nodes differ in what they know (TOK-9). Real nodes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { keyIdOf } from '../protocol/desk.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import type { Visitor } from '../support/visitor.ts'
import { countsOf, createCrowd } from './crowd.ts'
import { postgresLedger } from './ledgers.ts'
import { openLink } from './link.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

const [older, newer] = ['older', 'newer'].map(
  (age) => `zT4pQ9wMx2kVn7rLb5yHc8sJf3dGa6eUo1i-${age}-secret-of-nodes`,
) as [string, string]
const [olderId, newerId] = [deriveKeys(older).id, deriveKeys(newer).id]
const patience = { timeout: 40_000 }

let folder: Folder
let redis: RedisServer
let database: string
let db: pg.Client
let nodes: ServerNode[]

beforeAll(async () => {
  folder = await temporaryFolder('secrets')
  redis = await startRedis()
}, startMs)
afterAll(async () => {
  await redis?.stop()
  await folder?.remove()
})
beforeEach(async () => {
  nodes = []
  database = await freshDatabase()
  db = new pg.Client({ connectionString: database })
  await db.connect()
  await runVigile('migrate', { database })
}, startMs)
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await db.end()
})

const secretFile = async (name: string, secrets: readonly string[]) => {
  const file = join(folder.path, name)
  await writeFile(file, secrets.join('\n'))
  // A load balancer needs a moment to look elsewhere.
  return { VIGILE_SECRET: '', VIGILE_SECRET_FILE: file, VIGILE_DRAIN_SECONDS: '1' }
}
const start = async (environment: Record<string, string>, redisUrl = redis.url) => {
  const node = await startNode({ database, redis: redisUrl, environment })
  nodes.push(node)
  return node
}
const newcomer = async (at: ServerNode): Promise<Visitor> => {
  const visitor = newVisitor(() => at)
  expect((await visitor.signUp(`${Math.random()}@example.com`)).status).toBe(201)
  return visitor
}
const secretOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[1]
const worksAt = async (node: ServerNode, visitor: Visitor) => {
  const there = copyOf(visitor, () => node)
  expect((await there.me()).status).toBe(200)
  expect((await there.refresh()).status).toBe(200)
  expect((await there.ack()).status).toBe(204)
}

const nodeIds = async () => (await db.query<{ id: string }>('select id from nodes')).rows.map(({ id }) => id)

/** Signing keys are read again for an unknown key id at most so often. */
const rereadMs = 5_000

test('PROTOCOL 9 TOK-9 OPS-7 a new secret and a new signing key, rolled node by node under load: each node takes what the other makes, nobody is refused, no request fails', async () => {
  const toRedis = await openLink(redis.port)
  const a = await start(await secretFile('a', [older]))
  const [aId] = await nodeIds()
  const b = await start(await secretFile('b', [older]), toRedis.through(redis.url))
  const bReadAt = performance.now()
  const bId = (await nodeIds()).find((id) => id !== aId)
  let reachable = [a, b]
  const crowd = createCrowd(8, () => reachable)
  await crowd.enter()
  const life = crowd.live()

  // A signing key that this node has not heard of, ten minutes later: it signs.
  toRedis.hold()
  await runVigile('keys rotate', { database, redis: redis.url, environment: { VIGILE_SECRET: older } })
  const { rows } = await db.query<{ id: string }>(
    'update signing_keys set signs_from = signs_from - 600000 where position = 2 returning id',
  )
  reachable = [b]
  await a.stop()
  // Nobody waits for what it knows: not for half a minute, as for a node that was killed.
  expect(await nodeIds()).not.toContain(aId)
  const a2 = await start(await secretFile('a', [newer, older]))
  while (performance.now() - bReadAt < rereadMs) await life.answers(1)
  const first = await newcomer(a2)
  expect([keyIdOf(first.cookie('access')), secretOf(first)]).toEqual([rows[0]?.id, olderId])
  await worksAt(b, first)
  reachable = [a2, b]
  await life.answers(40)

  // The second one: now both know the new secret, and it comes into use.
  reachable = [a2]
  await b.stop()
  expect(await nodeIds()).not.toContain(bId)
  toRedis.release()
  const b2 = await start(await secretFile('b', [newer, older]), toRedis.through(redis.url))
  const second = await newcomer(b2)
  expect(secretOf(second)).toBe(newerId)
  for (const node of [a2, b2]) for (const visitor of [first, second]) await worksAt(node, visitor)
  reachable = [a2, b2]
  await life.answers(40)
  await expect.poll(async () => secretOf(await newcomer(a2)), patience).toBe(newerId)
  await life.stop()

  expect(await crowd.check(postgresLedger(db))).toEqual([])
  expect(countsOf(crowd).unanswered).toBe(0)
  await toRedis.stop()
}, 600_000)

test('PROTOCOL 9 TOK-9 a node that does not know a secret yet answers 503 to what was made with it, reads its file again, and goes on', async () => {
  const a = await start(await secretFile('a', [newer, older]))
  const visitor = await newcomer(a)
  expect(secretOf(visitor)).toBe(newerId)
  const b = await start(await secretFile('b', [older]))
  const there = copyOf(visitor, () => b)
  const cookies = there.jar.snapshot()
  for (const ask of [there.refresh, there.ack, there.me]) {
    const { status, headers } = await ask()
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect(there.jar.snapshot()).toEqual(cookies)

  await secretFile('b', [newer, older])
  const answers = new Set<number>()
  const ask = async (send: () => Promise<{ status: number }>) => {
    const { status } = await send()
    answers.add(status)
    return status
  }
  for (const send of [there.refresh, there.me, there.ack]) {
    const right = send === there.ack ? 204 : 200
    await expect.poll(() => ask(send), patience).toBe(right)
  }
  expect(answers).not.toContain(401)
}, 300_000)
