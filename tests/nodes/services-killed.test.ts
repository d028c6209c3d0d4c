// What the nodes stand on is killed, or frozen for a moment, while people use them. Real nodes, PostgreSQL and Redis.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type PostgresServer, startPostgres } from '../services/postgres.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { countsOf, createCrowd, type Ledger, letTimePass } from './crowd.ts'
import { postgresLedger } from './ledgers.ts'
import { runVigile, type ServerNode, startMs, startNode } from './node.ts'

let postgres: PostgresServer
let redis: RedisServer
let database: string
let nodes: readonly ServerNode[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  redis = await startRedis()
  database = await createDatabase(postgres.url)
  await runVigile('migrate', { database })
  nodes = await Promise.all([1, 2].map(() => startNode({ database, redis: redis.url })))
}, startMs)
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await Promise.all([postgres?.stop(), redis?.stop()])
})

/** Connects anew each time: between two calls the server may have died. */
const ledger = (): Ledger => {
  const withLedger = async <Result>(work: (ledger: Ledger) => Promise<Result>): Promise<Result> => {
    const db = new pg.Client({ connectionString: database })
    db.on('error', () => {})
    await db.connect()
    try {
      return await work(postgresLedger(db))
    } finally {
      await db.end()
    }
  }
  return {
    passTime: (hours) => withLedger((one) => one.passTime(hours)),
    rows: () => withLedger((one) => one.rows()),
    users: () => withLedger((one) => one.users()),
    record: () => withLedger((one) => one.record()),
    alarms: () => withLedger((one) => one.alarms()),
  }
}

test('S-90 OPS-11 Redis and PostgreSQL are killed and frozen under load: nobody is refused, no acknowledged act is lost, nobody has to sign in again, who signed out stays out', async () => {
  const crowd = createCrowd(16, () => nodes)
  await crowd.enter()
  const time = letTimePass(ledger())
  const life = crowd.live()
  await life.answers(60)
  await redis.kill()
  await life.answers(60)
  await redis.restart()
  await life.answers(40)

  await postgres.kill()
  await life.refusals(40)
  await postgres.restart()
  await life.answers(60)

  for (const server of [redis, postgres]) {
    server.pause()
    setTimeout(server.resume, 700)
    await life.answers(60)
  }
  await life.stop()
  await time.stop()

  expect(await crowd.check(ledger())).toEqual([])
  const { unavailable, rotations, signOuts } = countsOf(crowd)
  expect(Math.min(unavailable, rotations, signOuts)).toBeGreaterThan(0)
}, 600_000)
