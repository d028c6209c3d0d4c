// PostgreSQL 15 or newer, directly or behind PgBouncer, shared by any number of nodes.
import { setTimeout as wait } from 'node:timers/promises'
import { Kysely, type Logger } from 'kysely'
import type { Changing } from '../primitives/changing.ts'
import { type ClockOffset, createDatabaseClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { doInTransaction, ping, prepareStores } from './assemble.ts'
import type { EntryMac } from './audit-store.ts'
import { buildIndexesBeside } from './build-indexes.ts'
import { changeTogether } from './change-together.ts'
import type { Database } from './database.ts'
import { postgresDialect } from './dialect.ts'
import { findTogether } from './find-together.ts'
import { migrate, readMigrationState } from './migrate.ts'
import { OurPostgresDialect } from './postgres-dialect.ts'
import { isConflict, standbyError } from './postgres-errors.ts'
import { createPostgresPool, type PostgresPool } from './postgres-pool.ts'
import { readServer } from './postgres-server.ts'
import type { Tables } from './schema.ts'

export type PostgresDatabase = Database & {
  readonly kind: 'postgres'
  /** Those who hold its tables are waited for; default ten minutes. */
  migrate(wait?: { readonly patienceMs?: number }): Promise<readonly string[]>
}

export type PostgresOptions = {
  /** `postgres://user:password@host:5432/database`; asked for at each new connection. */
  readonly url: Changing
  readonly pool?: {
    /** Connections of this node; default 10. */
    readonly max?: number
    /** How long a request waits for one before 503; default 8,000. */
    readonly waitMs?: number
  }
  /** How long one statement may take; default 5,000. */
  readonly statementTimeoutMs?: number
  /**
   * False behind PgBouncer in transaction mode: then no statement has a name, and the time-out is set by each
   * transaction. A single statement has this node's time-out alone; give the role one on the server too:
   * `alter role vigile set statement_timeout = '5s'`. Default true.
   */
  readonly prepare?: boolean
  readonly offset: ClockOffset
  /** Makes the MAC of what is put on record. Absent: entries have none, and stay outside the chain. */
  readonly entryMac?: EntryMac
  readonly log: Log
  /** Told of every statement. */
  readonly timed?: Logger
}

const defaultMax = 10
// Each less than a request may take in all (decisions/0010).
const defaultWaitMs = 8_000
const defaultStatementTimeoutMs = 5_000
// A migration may rewrite a table, or wait for the node that does.
const migrationTimeoutMs = 600_000
// The index of a large table takes its time, and holds nobody up.
const indexTimeoutMs = 6 * 3_600_000
const maxTries = 4

/**
 * Opens a pool; connects when first asked. Where the database can't do the work for now, every act rejects with a
 * `StoreUnavailableError`, within `waitMs` plus `statementTimeoutMs` (and a second) at most.
 *
 * @example
 * const database = openPostgres({ url: process.env.DATABASE_URL, offset: { ms: 0 }, log })
 * await database.migrate()
 */
export const openPostgres = (options: PostgresOptions): PostgresDatabase => {
  const {
    url,
    offset,
    log,
    timed,
    entryMac = null,
    prepare = true,
    statementTimeoutMs = defaultStatementTimeoutMs,
  } = options
  const { max = defaultMax, waitMs = defaultWaitMs } = options.pool ?? {}
  const openPool = (of: { readonly max: number; readonly statementTimeoutMs: number }) =>
    createPostgresPool({ url, waitMs, prepare, log, ...of })
  const open = (pool: PostgresPool) =>
    new Kysely<Tables>({ dialect: new OurPostgresDialect({ pool }), ...(timed && { log: timed }) })

  const pool = openPool({ max, statementTimeoutMs })
  const db = open(pool)
  const clock = createDatabaseClock(offset, log)
  const observe = (told: number | null) => {
    // Behind PgBouncer a connection may lead to another server than a moment ago.
    if (told === null) throw standbyError()
    return clock.observe(told)
  }
  const bind = prepareStores(db, postgresDialect, observe, entryMac)

  const stores = bind(db)

  return {
    kind: 'postgres',
    ...stores,
    // Not in a transaction, which has a connection of its own.
    sessions: {
      ...stores.sessions,
      find: findTogether(stores.sessions),
      change: changeTogether(db, stores.sessions.change),
    },
    clock,
    transact: async (work) => {
      for (let tries = 1; ; tries++) {
        try {
          return await db.transaction().execute((transaction) => doInTransaction(bind(transaction), work))
        } catch (error) {
          if (!isConflict(error) || tries === maxTries) throw error
          await wait(Math.random() * 10 * 2 ** tries)
        }
      }
    },
    migrate: async ({ patienceMs }: { readonly patienceMs?: number } = {}) => {
      const patient = open(openPool({ max: 1, statementTimeoutMs: migrationTimeoutMs }))
      // One stands at the gate while the other builds.
      const building = open(openPool({ max: 2, statementTimeoutMs: indexTimeoutMs }))
      try {
        const applied = await migrate(patient, postgresDialect, patienceMs)
        if (applied.length > 0) log.info({ applied }, 'database migrated')
        await buildIndexesBeside(building, postgresDialect)
        await ping(db, postgresDialect, observe)
        return applied
      } finally {
        await patient.destroy()
        await building.destroy()
      }
    },
    migrationState: () => readMigrationState(db, postgresDialect),
    ping: () => ping(db, postgresDialect, observe),
    connections: pool.connections,
    server: () => readServer(db),
    close: () => db.destroy(),
  }
}
