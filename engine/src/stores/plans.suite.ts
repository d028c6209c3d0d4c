// How each database would find the rows of a statement.
import { DatabaseSync } from 'node:sqlite'
import { Kysely, type Dialect as KyselyDialect, PostgresDialect, sql } from 'kysely'
import { freshDatabase } from '../../../tests/services/run.ts'
import { silentLog } from '../primitives/log.ts'
import { prepareStores } from './assemble.ts'
import type { Stores } from './database.ts'
import { type Dialect, postgresDialect, sqliteDialect } from './dialect.ts'
import { migrate } from './migrate.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { createPostgresPool } from './postgres-pool.ts'
import type { Tables } from './schema.ts'
import { createSqliteConnection } from './sqlite-connection.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'

type Statement = { readonly sql: string; readonly parameters: readonly unknown[] }

export type Planned = {
  readonly db: Kysely<Tables>
  readonly dialect: Dialect
  readonly stores: Stores
  /** The statements that the work sends. */
  sentBy(work: () => Promise<unknown>): Promise<readonly Statement[]>
  planOf(statement: Statement): Promise<string>
}

const onSqlite = async (): Promise<KyselyDialect> => {
  const database = new DatabaseSync(':memory:')
  database.function('vigile_now', () => Date.now())
  return createSqliteDialect(createSqliteConnection(database), () => database.isTransaction, createOneAtATime(1_000))
}
const onPostgres = async (settings: string): Promise<KyselyDialect> => {
  const common = { max: 2, waitMs: 5_000, statementTimeoutMs: 60_000, prepare: false, log: silentLog }
  return new PostgresDialect({ pool: createPostgresPool({ url: `${await freshDatabase()}${settings}`, ...common }) })
}

export const planKinds = ['sqlite', 'postgres'] as const

/** A migrated database. `settings`: of PostgreSQL, as the query of its address. */
export const openPlanned = async (kind: (typeof planKinds)[number], settings = ''): Promise<Planned> => {
  const dialect = kind === 'sqlite' ? sqliteDialect : postgresDialect
  let sent: Statement[] | null = null
  const db = new Kysely<Tables>({
    dialect: await (kind === 'sqlite' ? onSqlite() : onPostgres(settings)),
    log: ({ level, query }) => void (level === 'query' && sent?.push(query)),
  })
  await migrate(db, dialect)
  return {
    db,
    dialect,
    stores: prepareStores(db, dialect, Number)(db),
    sentBy: async (work) => {
      const statements: Statement[] = []
      sent = statements
      await work()
      sent = null
      return statements
    },
    planOf: async (statement) => {
      const explain = dialect === sqliteDialect ? 'explain query plan' : 'explain'
      const { rows } = await db.executeQuery<Record<string, unknown>>({
        ...sql.raw(`${explain} ${statement.sql}`).compile(db),
        parameters: statement.parameters,
      })
      return rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n')
    },
  }
}
