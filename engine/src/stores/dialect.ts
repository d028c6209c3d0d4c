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
  /** Waits for the other nodes that migrate. Holds until the commit; until then no table is waited for longer than people can wait. */
  readonly lockMigrations: (transaction: Kysely<Tables>) => Promise<void>
  /** Whether a table could not be had in that time. */
  readonly isLocked: (error: unknown) => boolean
  /** Who is at work on the database for longer, as an operator knows them. */
  readonly holders: (db: Kysely<Tables>) => Promise<readonly string[]>
  /** Whether indexes can be built while others write. */
  readonly buildsBeside: boolean
  /** Names of the indexes that are whole. */
  readonly indexes: (db: Kysely<Tables>) => Promise<ReadonlySet<string>>
  /** Whether this node may build them: one at a time, until the commit. */
  readonly tryLockIndexes: (transaction: Kysely<Tables>) => Promise<boolean>
}

type Named = { readonly name: string }
const namesOf = ({ rows }: { readonly rows: readonly Named[] }) => new Set(rows.map(({ name }) => name))

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
  isLocked: () => false,
  holders: async () => [],
  buildsBeside: false,
  indexes: async (db) => namesOf(await sql<Named>`select name from sqlite_master where type = 'index'`.execute(db)),
  tryLockIndexes: async () => true,
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
    await sql`set local lock_timeout = '10min'`.execute(transaction)
    await sql`select pg_advisory_xact_lock(6217339051822714)`.execute(transaction)
    // Whoever wants the table after us waits as long as we do.
    await sql`set local lock_timeout = '500ms'`.execute(transaction)
  },
  isLocked: (error) => {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return (cause as { readonly code?: unknown }).code === '55P03'
  },
  holders: async (db) => {
    const { rows } = await sql<{ holder: string }>`
      select format('%s (process %s, since %s)', coalesce(nullif(application_name, ''), usename), pid,
        to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) as holder
      from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
      order by xact_start limit 3`.execute(db)
    return rows.map(({ holder }) => holder)
  },
  buildsBeside: true,
  indexes: async (db) =>
    namesOf(
      await sql<Named>`
        select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indisvalid and pg_table_is_visible(c.oid)`.execute(db),
    ),
  tryLockIndexes: async (transaction) => {
    const { rows } = await sql<{ got: boolean }>`
      select pg_try_advisory_xact_lock(6217339051822716) as got`.execute(transaction)
    return rows[0]?.got === true
  },
}
