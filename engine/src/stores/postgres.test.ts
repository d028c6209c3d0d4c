// What is particular to PostgreSQL: its faults, its pool, PgBouncer.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type PostgresServer, startPostgres, startReplica } from '../../../tests/services/postgres.ts'
import { freshDatabase } from '../../../tests/services/run.ts'
import { silentLog } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { openPostgres, type PostgresDatabase, type PostgresOptions } from './postgres.ts'
import { createPostgresPool } from './postgres-pool.ts'
import { sampleAccount, sampleSession } from './samples.suite.ts'

const opened: PostgresDatabase[] = []
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()))
})
const open = (url: string, options: Partial<PostgresOptions> = {}) => {
  const database = openPostgres({ url, offset: { ms: 0 }, log: silentLog, ...options })
  opened.push(database)
  return database
}
const withClient = async <Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
const migrated = async (options: Partial<PostgresOptions> = {}) => {
  const url = await freshDatabase()
  const database = open(url, options)
  await database.migrate()
  return { url, database }
}

test('I10 decisions take the time of the database, and of the tests that move it', async () => {
  const offset = { ms: 0 }
  const { database } = await migrated({ offset })
  offset.ms = 86_400_000
  const { now } = await database.sessions.findMany([])
  expect(Math.abs(now - Date.now() - 86_400_000)).toBeLessThan(2_000)
  expect(Math.abs(database.clock.now() - now)).toBeLessThan(2_000)
})

test('OPS-10 the pool has as many connections as are set, and who waits too long for one is told so', async () => {
  const { url, database } = await migrated({ pool: { max: 2, waitMs: 1_000 } })
  const release = Promise.withResolvers<void>()
  const held = [1, 2].map(() =>
    database.transact(async ({ jobs }) => {
      await jobs.deleteOld(0, Date.now())
      await release.promise
    }),
  )
  await expect(database.ping()).rejects.toThrow(StoreUnavailableError)
  const count =
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'vigile'"
  expect((await withClient(url, (client) => client.query(count))).rows).toEqual([{ n: 2 }])
  release.resolve()
  await Promise.all(held)
  await database.ping()
})

describe.each([true, false])('OPS-10 prepared statements: %s', (prepare) => {
  test('a statement that waits too long is ended, and the connection is still good', async () => {
    const { url, database } = await migrated({ prepare, statementTimeoutMs: 200 })
    const account = sampleAccount()
    await database.accounts.insert(account)
    await withClient(url, async (client) => {
      await client.query('begin')
      await client.query('select 1 from users for update')
      const late = database.transact(({ accounts }) => accounts.confirmPassword(account.id, 'hash', null, 1))
      await expect(late).rejects.toThrow(StoreUnavailableError)
      await client.query('rollback')
    })
    expect(await database.accounts.confirmPassword(account.id, 'hash', null, 1)).toBe(true)
  })

  test('statements have names, or none at all: PgBouncer in transaction mode would mix them up', async () => {
    const url = await freshDatabase()
    const pool = createPostgresPool({ url, max: 1, waitMs: 5_000, statementTimeoutMs: 5_000, prepare, log: silentLog })
    const client = await pool.connect()
    await client.query('select $1::int', [1])
    await client.query('begin', [])
    const { rows: bound } = await client.query("select current_setting('statement_timeout') as bound", [])
    expect(bound).toEqual([{ bound: '5s' }])
    await client.query('select $1::text', ['a'])
    await client.query('commit', [])
    const { rows } = await client.query('select statement from pg_prepared_statements order by 1', [])
    expect(rows).toEqual(prepare ? [{ statement: 'select $1::int' }, { statement: 'select $1::text' }] : [])
    const settings = 'select name from pg_settings where source = $1 or (name ~ $2 and setting <> $3)'
    const ofSession = await client.query(settings, [
      'session',
      '^(statement|idle_in_transaction_session)_timeout$',
      '0',
    ])
    expect(ofSession.rows).toHaveLength(prepare ? 2 : 0)
    client.release()
    await pool.end()
  })
})

test.each([
  ['off', 'on'],
  ['local', 'on'],
  ['remote_write', 'on'],
  ['on', 'on'],
  ['remote_apply', 'remote_apply'],
])(
  'OPS-11 where the server is set to synchronous_commit = %s a transaction has %s, a single statement what is set',
  async (set, inside) => {
    const url = `${await freshDatabase()}?options=-c%20synchronous_commit=${set}`
    const pool = createPostgresPool({
      url,
      max: 1,
      waitMs: 5_000,
      statementTimeoutMs: 5_000,
      prepare: true,
      log: silentLog,
    })
    const client = await pool.connect()
    const setting = async () => (await client.query("select current_setting('synchronous_commit') as s", [])).rows
    expect(await setting()).toEqual([{ s: set }])
    await client.query('begin', [])
    expect(await setting()).toEqual([{ s: inside }])
    await client.query('commit', [])
    expect(await setting()).toEqual([{ s: set }])
    client.release()
    await pool.end()
  },
)

test('two transactions that lock each other out are both done in the end', async () => {
  const { database } = await migrated()
  const [a, b] = [sampleAccount(), sampleAccount()]
  await Promise.all([database.accounts.insert(a), database.accounts.insert(b)])
  let tries = 0
  let holds = 0
  // Each holds one account before either wants the other's.
  const bothHold = Promise.withResolvers<void>()
  const both = (first: typeof a, second: typeof a) =>
    database.transact(async ({ accounts }) => {
      tries++
      await accounts.replacePassword(first.id, null, `by ${first.id}`, 1)
      if (++holds === 2) bothHold.resolve()
      await bothHold.promise
      await accounts.replacePassword(second.id, null, `by ${first.id}`, 1)
    })
  await Promise.all([both(a, b), both(b, a)])
  expect(tries).toBe(3)
  const hashes = (await database.accounts.findMany([a.id, b.id])).map(({ passwordHash }) => passwordHash)
  expect(new Set(hashes).size).toBe(1)
})

test('a fault of the program is no outage', async () => {
  const { database } = await migrated()
  const orphan = database.sessions.insert(sampleSession({ userId: sampleAccount().id }))
  await expect(orphan).rejects.toThrow(/foreign key/)
  await expect(orphan).rejects.not.toThrow(StoreUnavailableError)
})

test('S-90 a standby is not connected to: what it lacks would be taken for what is not there; promoted, it is', async () => {
  const server = await startPostgres()
  await open(server.url).migrate()
  const replica = await startReplica(server.url)
  const database = open(replica.url, { pool: { max: 1 } })
  const asked = [
    database.sessions.findMany([]),
    database.accounts.findByEmailKey('anyone@example.com'),
    database.pendingSignIns.findWaiting(['hash'], 1),
    database.ping(),
  ]
  for (const outcome of await Promise.allSettled(asked))
    expect(outcome).toMatchObject({
      reason: { name: 'StoreUnavailableError', message: expect.stringContaining('standby') },
    })
  await replica.promote()
  expect(await database.pendingSignIns.findWaiting(['hash'], 1)).toBeNull()
  await Promise.all([server.stop(), replica.stop()])
})

describe('a server that goes away', () => {
  let server: PostgresServer
  let url: string
  beforeAll(async () => {
    server = await startPostgres()
    url = await createDatabase(server.url)
    await open(url).migrate()
  })
  afterAll(() => server.stop())

  const quick = { pool: { max: 3, waitMs: 800 }, statementTimeoutMs: 300 }

  test('S-90 frozen: every act ends within its bounds as unavailable, and goes on when it is back', async () => {
    const database = open(url, quick)
    await Promise.all([database.ping(), database.ping(), database.ping()])
    server.pause()
    const acts = [
      database.ping(),
      database.transact(({ jobs }) => jobs.deleteOld(0, Date.now())),
      database.accounts.insert(sampleAccount()),
      // No connection is left for this one.
      database.sessions.findMany([]),
    ]
    const outcomes = await Promise.allSettled(acts)
    expect(outcomes).toEqual(acts.map(() => ({ status: 'rejected', reason: expect.any(StoreUnavailableError) })))
    // A new connection is not to be had either.
    await expect(open(url, quick).ping()).rejects.toThrow(StoreUnavailableError)
    server.resume()
    await database.ping()
    expect(await database.accounts.insert(sampleAccount())).toBe(true)
  })

  test('S-90 a connection that has gone silent is not used again', async () => {
    const database = open(url, { ...quick, pool: { max: 1, waitMs: 5_000 } })
    await database.ping()
    const find = `select pid from pg_stat_activity where application_name = 'vigile' and datname = '${new URL(url).pathname.slice(1)}'`
    const pids = (await withClient(server.url, (client) => client.query(find))).rows.map(({ pid }) => pid as number)
    // Only the server processes behind these connections, which are children of the server that this file started.
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    await expect(database.ping()).rejects.toThrow(StoreUnavailableError)
    await database.ping()
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  })

  test('S-90 I11 killed in the middle of a transaction: unavailable, nothing of it is left, no crash, and it comes back', async () => {
    const database = open(url, quick)
    const [kept, lost] = [sampleAccount(), sampleAccount()]
    await database.accounts.insert(kept)
    const interrupted = database.transact(async ({ accounts }) => {
      await accounts.insert(lost)
      // Between two statements the lost connection has nobody to tell.
      await server.kill()
      await accounts.insert(sampleAccount())
    })
    await expect(interrupted).rejects.toThrow(StoreUnavailableError)
    await expect(database.ping()).rejects.toThrow(StoreUnavailableError)
    await server.restart()
    expect(await database.accounts.findMany([kept.id, lost.id])).toEqual([kept])
  })

  test('idle connections that the server ends do not end the process', async () => {
    const database = open(url, quick)
    await database.ping()
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vigile'"
    await withClient(server.url, (client) => client.query(end))
    await expect.poll(() => database.ping().then(() => 'back', String)).toBe('back')
  })

  test('a database that has become read-only is unavailable', async () => {
    const database = open(`${url}?options=-c%20default_transaction_read_only=on`, quick)
    await expect(database.accounts.insert(sampleAccount())).rejects.toThrow(StoreUnavailableError)
  })
})
