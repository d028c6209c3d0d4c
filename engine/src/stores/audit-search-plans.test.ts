// A search of the record reads an index, and the newest entries of it alone, however long the record grows.
import { DatabaseSync } from 'node:sqlite'
import { Kysely, type Dialect as KyselyDialect, PostgresDialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../../tests/services/run.ts'
import type { AuditEntry, Filter } from '../audit/store.ts'
import { silentLog } from '../primitives/log.ts'
import { prepareStores } from './assemble.ts'
import { postgresDialect, sqliteDialect } from './dialect.ts'
import { migrate } from './migrate.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { createPostgresPool } from './postgres-pool.ts'
import type { Tables } from './schema.ts'
import { createSqliteConnection } from './sqlite-connection.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'

// The full size, ten million, is for VIGILE_AUDIT_ENTRIES.
const size = Number(process.env.VIGILE_AUDIT_ENTRIES ?? 10_000)

const onSqlite = async (): Promise<KyselyDialect> => {
  const database = new DatabaseSync(':memory:')
  return createSqliteDialect(createSqliteConnection(database), () => database.isTransaction, createOneAtATime(1_000))
}
const onPostgres = async (): Promise<KyselyDialect> => {
  const common = { max: 2, waitMs: 5_000, statementTimeoutMs: 60_000, prepare: false, log: silentLog }
  return new PostgresDialect({ pool: createPostgresPool({ url: await freshDatabase(), ...common }) })
}

/** One in fifty is of one busy address, and half of these failed. */
const made = (index: number): AuditEntry => ({
  id: `entry-${index}`,
  at: index,
  userId: `user-${index % 500}`,
  action: index % 10 === 3 ? 'session:sign-in:failed' : 'session:sign-in',
  resource: 'session',
  resourceId: `session-${index % 2_000}`,
  details: {},
  ip: index % 100 === 10 || index % 100 === 3 ? '192.0.2.1' : `198.51.100.${index % 250}`,
  userAgent: 'browser',
  requestId: null,
})

const searches: readonly (readonly [Filter, string])[] = [
  [{ ip: '192.0.2.1', action: 'session:sign-in:failed' }, 'audit_entries_by_ip'],
  [{ ip: '192.0.2.1', failed: true }, 'audit_entries_by_ip'],
  [{ userId: 'user-7' }, 'audit_entries_by_user'],
  [{ userId: 'user-10', ip: '192.0.2.1', action: 'session:' }, 'audit_entries_by_user'],
  [{ resource: 'session', resourceId: 'session-7' }, 'audit_entries_by_resource'],
  [{ action: 'session:sign-in:failed' }, 'audit_entries_by_action'],
  [{ action: 'session:', from: 5 }, 'audit_entries_by_time'],
  [{}, 'audit_entries_by_time'],
]

test.each([
  ['sqlite', onSqlite, sqliteDialect],
  ['postgres', onPostgres, postgresDialect],
] as const)(
  'AUD-1 AUD-4 among many entries the newest of an address, a user, a thing or an action are read by an index (%s)',
  async (_, open, dialect) => {
    const sent: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
    const db = new Kysely<Tables>({
      dialect: await open(),
      log: ({ level, query }) => void (level === 'query' && /from "audit_entries"/.test(query.sql) && sent.push(query)),
    })
    await migrate(db, dialect)
    const { audit } = prepareStores(db, dialect, Number)(db)
    for (let from = 0; from < size; from += 1_000)
      await audit.append(Array.from({ length: 1_000 }, (_none, index) => made(from + index)))
    await sql`analyze`.execute(db)
    for (const [filter, index] of searches) {
      for (const order of ['newest first', 'oldest first'] as const) {
        const after = order === 'newest first' ? { at: size - 50, id: 'z' } : null
        sent.length = 0
        const found = await audit.search({ ...filter, order, after, limit: 20 })
        expect(found.length, JSON.stringify(filter)).toBeGreaterThan(0)
        const [statement] = sent
        if (!statement) throw new Error('nothing was sent')
        const explain = dialect === sqliteDialect ? 'explain query plan' : 'explain'
        const { rows } = await db.executeQuery<Record<string, unknown>>({
          ...sql.raw(`${explain} ${statement.sql}`).compile(db),
          parameters: statement.parameters,
        })
        const plan = rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n')
        expect(plan, `${JSON.stringify(filter)} ${order}`).toContain(index)
        // On SQLite nothing is sorted: the first twenty that fit are all that is read. PostgreSQL may sort few.
        expect(plan).not.toMatch(/TEMP B-TREE|Seq Scan/)
      }
    }
    await db.destroy()
  },
)
