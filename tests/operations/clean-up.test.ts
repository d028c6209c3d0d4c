// The nightly clean-up with three nodes up, while people go on (TOK-10).
import { createVigile, type Vigile } from '@vigile/engine'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { postgresLedger } from '../nodes/ledgers.ts'
import { freshDatabase } from '../services/run.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

const publicUrl = 'https://shop.example.com'
const dead = 5_000
const people = 9

let db: pg.Client
let nodes: Vigile[] = []
const done: { readonly job: string; readonly sessions: number }[] = []

beforeAll(async () => {
  const database = await freshDatabase()
  db = new pg.Client({ connectionString: database })
  await db.connect()
  const log = {
    info: (fields: object, text: string) => void (text === 'a job is done' && done.push(fields as never)),
    debug: () => {},
    warn: () => {},
    error: () => {},
  }
  const options = {
    publicUrl,
    secrets: 'x1Y'.repeat(30),
    database,
    cleanUpAt: '*/5 * * * * *',
    limits: { allow: ['10.0.0.0/8'] },
    log,
  }
  nodes = Array.from({ length: 3 }, () => createVigile(options))
  await nodes[0]?.migrate()
  await Promise.all(nodes.map((node) => node.ready()))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await db?.end()
})

/** Copies of a session, which ended two days ago. */
const bury = async (count: number) => {
  const { rows } = await db.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'sessions' and is_generated = 'NEVER'`,
  )
  const given: Readonly<Record<string, string>> = {
    id: `'dead-' || n`,
    revoked_at: String(Date.now() - 2 * 86_400_000),
  }
  const names = rows.map(({ name }) => name)
  await db.query(
    `insert into sessions (${names}) select ${names.map((name) => given[name] ?? name)}
     from (select * from sessions limit 1) one, generate_series(1, ${count}) n`,
  )
}
/** What each delete took, in which transaction, and what it kept from others. It ends half a second later: people meet it. */
const watchDeletes = () =>
  db.query(`
    create table deletes (at timestamptz default clock_timestamp(), transaction bigint, rows int, locks text[]);
    create function note_delete() returns trigger language plpgsql as $$ begin
      insert into deletes (transaction, rows, locks) select txid_current(), (select count(*) from gone), array(
        select distinct mode from pg_locks where relation = 'sessions'::regclass and pid = pg_backend_pid());
      perform pg_sleep(0.5);
      return null;
    end $$;
    create trigger note_delete after delete on sessions referencing old table as gone
      for each statement execute function note_delete();`)
type Delete = {
  readonly at: Date
  readonly transaction: string
  readonly rows: number
  readonly locks: readonly string[]
}
/** What two may hold at once, and who writes a row as well. */
const mild = ['AccessShareLock', 'RowShareLock', 'RowExclusiveLock']

const buried = async () =>
  (await db.query<{ count: number }>(`select count(*)::int from sessions where id like 'dead-%'`)).rows[0]?.count

test('TOK-10 OPS-11 with three nodes up, dead sessions are removed once, while nobody who refreshes is refused', async () => {
  let turn = 0
  const next = () => nodes[turn++ % nodes.length] as Vigile
  const visitors = await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const visitor = createVisitor({ vigile: next, publicUrl, now: Date.now, address: `10.0.0.${index}` })
      expect((await visitor.signUp(`person-${index}@example.com`)).status).toBe(201)
      return visitor
    }),
  )
  await bury(dead)
  await watchDeletes()
  for (const node of nodes) node.startJobs()
  let cleaning = true
  const refused: number[] = []
  const rotations: number[] = []
  const goOn = async (visitor: Visitor) => {
    const { status, body } = await visitor.refresh()
    if (body?.rotated) rotations.push(Date.now())
    for (const seen of [status, (await visitor.ack()).status, (await visitor.me()).status])
      if (seen !== 200 && seen !== 204) refused.push(seen)
  }
  const ledger = postgresLedger(db)
  const life = (async () => {
    while (cleaning) {
      // A refresh within a minute of the last writes nothing.
      await ledger.passTime(2)
      await Promise.all(visitors.map(goOn))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  const patience = { timeout: 90_000, interval: 100 }
  await vi.waitFor(async () => expect(await buried()).toBe(0), patience)
  cleaning = false
  await life
  expect(refused).toEqual([])

  const { rows: deletes } = await db.query<Delete>('select * from deletes where rows > 0 order by at')
  expect(deletes.reduce((sum, { rows }) => sum + rows, 0)).toBe(dead)
  expect(deletes.filter(({ rows }) => rows > 1_000)).toEqual([])
  expect(new Set(deletes.map(({ transaction }) => transaction)).size).toBe(deletes.length)
  expect(deletes.flatMap(({ locks }) => locks).filter((mode) => !mild.includes(mode))).toEqual([])
  const [first, last] = [deletes.at(0), deletes.at(-1)].map((one) => one?.at.getTime() ?? 0) as [number, number]
  expect(rotations.filter((at) => at > first && at < last).length).toBeGreaterThan(0)

  // Each slot is one node's.
  await vi.waitFor(async () => {
    const runs = done.filter(({ job }) => job === 'clean-up')
    const { rows } = await db.query(`select from job_runs where job = 'clean-up' and finished_at is not null`)
    expect(rows).toHaveLength(runs.length)
    expect(runs.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(dead)
  }, patience)
}, 200_000)
