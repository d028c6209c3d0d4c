// Where the SQL of the two databases differs. Everything else in the stores is shared.
import { type Expression, type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { type Ddl, postgresDdl, sqliteDdl } from './migrations/ddl.ts'
import type { Tables } from './schema.ts'

export type Dialect = {
  readonly ddl: Ddl
  /**
   * The database's clock, read while the statement runs: epoch milliseconds. Null at a PostgreSQL standby, which may lack rows that
   * are committed: what it says of them must not be believed (decisions/0019).
   */
  readonly now: RawBuilder<number | null>
  readonly isAny: (value: Expression<unknown>, of: readonly string[]) => Expression<SqlBool>
  /** Locks the rows read until the commit. On SQLite a transaction that writes is alone anyway. */
  readonly locked: <DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
    how: 'wait' | 'skip locked' | 'against deletion',
  ) => SelectQueryBuilder<DB, TB, O>
  /** Whether an error says that a value which must be unique is there already. */
  readonly isDuplicate: (error: unknown) => boolean
  /** Whether a text begins so. Where that is rare, an index by bytes leads to it. `next`: the first text after all of these. */
  readonly beginsWith: (value: Expression<string>, start: string, next: string) => RawBuilder<boolean>
  /** Gives entries of the audit log their places: a list of `{ id, position, hash }` as JSON. */
  readonly sealEntries: (links: string) => RawBuilder<unknown>
  readonly tableExists: (db: Kysely<Tables>, name: string) => Promise<boolean>
  /**
   * A gate until the commit: any number pass together, or one alone, who waits for those before and keeps others out. On SQLite a
   * transaction that writes is alone anyway.
   */
  readonly pass: (transaction: Kysely<Tables>, how: 'together' | 'alone') => Promise<void>
  /** Waits for the other nodes that migrate. Holds until the commit. */
  readonly lockMigrations: (transaction: Kysely<Tables>) => Promise<void>
}

export const sqliteDialect: Dialect = {
  ddl: sqliteDdl,
  now: sql<number>`vigile_now()`,
  // The driver binds an array as JSON.
  isAny: (value, of) => sql<SqlBool>`${value} in (select value from json_each(${of}))`,
  locked: (query) => query,
  // SQLITE_CONSTRAINT_UNIQUE
  isDuplicate: (error) => (error as { readonly errcode?: unknown }).errcode === 2067,
  // Its planner, without statistics, would sort all that begin so: it reads by time instead.
  beginsWith: (value, start) => sql`substr(${value}, 1, ${sql.lit(start.length)}) = ${start}`,
  sealEntries: (links) => sql`
    update audit_entries set position = link.value ->> 'position', hash = link.value ->> 'hash'
    from json_each(${links}) as link where audit_entries.id = link.value ->> 'id' and audit_entries.hash is null`,
  tableExists: async (db, name) => {
    const { rows } = await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(db)
    return rows.length > 0
  },
  pass: async () => {},
  lockMigrations: async () => {},
}

export const postgresDialect: Dialect = {
  ddl: postgresDdl,
  now: sql<
    number | null
  >`case when pg_is_in_recovery() then null else floor(extract(epoch from clock_timestamp()) * 1000)::bigint end`,
  isAny: (value, of) => sql<SqlBool>`${value} = any(${of})`,
  // NO KEY: a new session's foreign key to a locked user does not wait.
  locked: (query, how) => {
    if (how === 'against deletion') return query.forKeyShare()
    return how === 'wait' ? query.forNoKeyUpdate() : query.forNoKeyUpdate().skipLocked()
  },
  isDuplicate: (error) => (error as { readonly code?: unknown }).code === '23505',
  beginsWith: (value, start, next) => sql`(${value} ~>=~ ${start} and ${value} ~<~ ${next})`,
  sealEntries: (links) => sql`
    update audit_entries set position = link.position, hash = link.hash
    from json_to_recordset(${links}) as link (id text, position bigint, hash text)
    where audit_entries.id = link.id and audit_entries.hash is null`,
  tableExists: async (db, name) => {
    const { rows } = await sql<{ found: boolean }>`select to_regclass(${name}) is not null as found`.execute(db)
    return rows[0]?.found === true
  },
  pass: async (transaction, how) => {
    const lock = how === 'alone' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`
    await sql`select ${lock}(6217339051822715)`.execute(transaction)
  },
  lockMigrations: async (transaction) => {
    // Ends with the transaction, so it works through PgBouncer too (a session's lock would not).
    await sql`select pg_advisory_xact_lock(6217339051822714)`.execute(transaction)
  },
}
