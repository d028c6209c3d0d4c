// One of two nodes is killed while people use both (OPS-11). Real nodes, one PostgreSQL, one Redis.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { countsOf, createCrowd, letTimePass } from './crowd.ts'
import { postgresLedger } from './ledgers.ts'
import { type NodeSettings, runVigile, type ServerNode, startMs, startNode } from './node.ts'

let redis: RedisServer
let db: pg.Client
let settings: NodeSettings
let nodes: ServerNode[] = []

beforeAll(async () => {
  const database = await freshDatabase()
  redis = await startRedis()
  settings = { database, redis: redis.url }
  db = new pg.Client({ connectionString: database })
  await db.connect()
  await runVigile('migrate', settings)
  nodes = await Promise.all([startNode(settings), startNode(settings)])
}, startMs)
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await db?.end()
  await redis?.stop()
})

test('PROTOCOL 3 OPS-11 AUD-2 S-33 a node is killed under load: no acknowledged act is lost, nobody who was signed in has to sign in again, who signed out stays out', async () => {
  const ledger = postgresLedger(db)
  let reachable = nodes
  const crowd = createCrowd(30, () => reachable)
  await crowd.enter()
  const time = letTimePass(ledger)
  const life = crowd.live()
  for (const killed of [0, 1]) {
    await life.answers(120)
    // A load balancer notices a moment later: some still reach for the dead one.
    await nodes[killed]?.kill()
    await life.answers(30)
    reachable = nodes.filter((_, index) => index !== killed)
    await life.answers(120)
    nodes[killed] = await startNode(settings)
    reachable = nodes
  }
  await life.answers(60)
  await life.stop()
  await time.stop()

  expect(await crowd.check(ledger)).toEqual([])
  const { unanswered, rotations, signOuts } = countsOf(crowd)
  expect(Math.min(unanswered, rotations, signOuts)).toBeGreaterThan(0)
}, 600_000)
