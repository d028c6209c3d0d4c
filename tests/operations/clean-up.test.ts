// The nightly clean-up with three nodes up, while people go on (TOK-10).
import { createVigile, type Vigile } from '@vigile/engine'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../services/run.ts'
import { createVisitor } from '../support/visitor.ts'

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
  for (const node of nodes) node.startJobs()
  let cleaning = true
  const refused: number[] = []
  const life = visitors.map(async (visitor) => {
    while (cleaning) {
      for (const { status } of [await visitor.refresh(), await visitor.me()]) if (status !== 200) refused.push(status)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
  const patience = { timeout: 90_000, interval: 100 }
  await vi.waitFor(async () => expect(await buried()).toBe(0), patience)
  cleaning = false
  await Promise.all(life)
  expect(refused).toEqual([])

  // Each slot is one node's.
  await vi.waitFor(async () => {
    const runs = done.filter(({ job }) => job === 'clean-up')
    const { rows } = await db.query(`select from job_runs where job = 'clean-up' and finished_at is not null`)
    expect(rows).toHaveLength(runs.length)
    expect(runs.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(dead)
  }, patience)
}, 200_000)
