// A migration of PostgreSQL while people sign in and a backup is taken (OPS-9): nobody waits for it.
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freshDatabase } from '../../../tests/services/run.ts'
import { silentLog } from '../primitives/log.ts'
import { openPostgres, type PostgresDatabase } from './postgres.ts'

/** What came after the previous release. A new one is undone below as well. */
const later = ['0021-audit-actors', '0022-status', '0023-key-life']
const patience = { timeout: 30_000, interval: 50 }
const closing: (() => Promise<unknown>)[] = []
let url: string
let database: PostgresDatabase

const client = async () => {
  const opened = new pg.Client({ connectionString: url, application_name: 'vigile-backup' })
  await opened.connect()
  closing.push(() => opened.end())
  return opened
}
const open = () => {
  const opened = openPostgres({ url, offset: { ms: 0 }, log: silentLog })
  closing.push(() => opened.close())
  return opened
}
const ask = async (sql: string) => {
  const asking = new pg.Client({ connectionString: url })
  await asking.connect()
  try {
    return (await asking.query<Record<string, unknown>>(sql)).rows
  } finally {
    await asking.end()
  }
}
const validIndexes = async () =>
  (
    await ask(`select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indisvalid and c.relname ~ '^(audit_entries|sessions)_'`)
  ).map(({ name }) => String(name))

/** Records acts, as each sign-in does in its transaction, until told to stop. An act that waits for five seconds fails. */
const people = async () => {
  const one = await client()
  await one.query(`set statement_timeout = '5s'`)
  let [acts, isOn] = [0, true]
  const life = (async () => {
    while (isOn) {
      await one.query(`insert into audit_entries (id, at, action, details) values (gen_random_uuid(), 1, 'x', '{}')`)
      acts += 1
      await wait(5)
    }
  })()
  life.catch(() => {})
  return {
    acts: () => acts,
    leave: async () => {
      isOn = false
      await life
    },
  }
}

beforeEach(async () => {
  url = await freshDatabase()
  database = open()
  await database.migrate()
  // As the previous release left it.
  await ask(`delete from vigile_migrations where name >= '0021'`)
  await ask(
    'alter table audit_entries drop column actor_id; drop table status_periods; alter table signing_keys drop column token_seconds',
  )
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

test('OPS-9 S-90 a migration that waits for a backup keeps nobody from signing in, and is done once that has ended', async () => {
  const backup = await client()
  await backup.query('begin isolation level repeatable read')
  await backup.query('select count(*) from audit_entries')
  const crowd = await people()
  const migrated = database.migrate()
  let isDone = false
  migrated.then(
    () => {
      isDone = true
    },
    () => {},
  )
  const waiting = `select 1 from pg_locks where database = (select oid from pg_database where datname = current_database())
    and mode = 'AccessExclusiveLock' and not granted`
  // It asked for the table, gave up, and asked again.
  for (let times = 0; times < 2; times++) {
    await vi.waitUntil(async () => (await ask(waiting)).length > 0, patience)
    await vi.waitUntil(async () => (await ask(waiting)).length === 0, patience)
  }
  const acts = crowd.acts()
  await vi.waitUntil(() => crowd.acts() > acts + 5, patience)
  expect(isDone).toBe(false)
  await backup.query('commit')
  expect(await migrated).toEqual(later)
  await crowd.leave()
  expect(await validIndexes()).toContain('audit_entries_by_actor')
}, 120_000)

test('OPS-9 indexes of full tables are built while people write, whoever reads meanwhile; what broke off is built anew', async () => {
  const reader = await client()
  await reader.query('begin isolation level repeatable read')
  await reader.query('select count(*) from users')
  await ask('drop index sessions_by_ip; create index audit_entries_by_action on audit_entries (action)')
  await ask(`update pg_index set indisvalid = false where indexrelid = 'sessions_by_creation'::regclass`)
  const crowd = await people()
  // Two nodes at once.
  const migrated = Promise.all([database.migrate(), open().migrate()])
  const building = `select 1 from pg_stat_activity where datname = current_database() and query ~ '^(create|drop) index concurrently'
    and wait_event_type = 'Lock'`
  await vi.waitUntil(async () => (await ask(building)).length > 0, patience)
  const acts = crowd.acts()
  await vi.waitUntil(() => crowd.acts() > acts + 20, patience)
  await reader.query('commit')
  expect((await migrated).flat()).toEqual(later)
  await crowd.leave()
  const found = await validIndexes()
  expect(found).toEqual(expect.arrayContaining(['sessions_by_ip', 'sessions_by_creation', 'audit_entries_by_actor']))
  // The one that it replaces is gone.
  expect(found).not.toContain('audit_entries_by_action')
}, 120_000)

test('OPS-9 a migration that gives up says who was in its way, and has changed nothing', async () => {
  const backup = await client()
  await backup.query('begin')
  await backup.query('select count(*) from audit_entries')
  const failed = database.migrate({ patienceMs: 100 })
  await expect(failed).rejects.toThrow(/vigile-backup \(process \d+, since .*and run it again/)
  expect((await database.migrationState()).pending).toEqual(later)
}, 60_000)
