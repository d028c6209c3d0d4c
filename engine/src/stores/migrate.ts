// Brings the schema up to date, in one transaction, however many nodes try at once and whoever works on the database.
import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { buildIndexes } from './build-indexes.ts'
import type { MigrationState } from './database.ts'
import type { Dialect } from './dialect.ts'
import { migrations } from './migrations/migrations.ts'
import type { Tables } from './schema.ts'

// Names of our own: an application beside us may use Kysely's migrator in the same database.
const migrationTableName = 'vigile_migrations'
const migrationLockTableName = 'vigile_migration_lock'

/** What is applied, oldest first (names of a newer release included), and what this release would add. */
export const readMigrationState = async (db: Kysely<Tables>, dialect: Dialect): Promise<MigrationState> => {
  const known = Object.keys(migrations).sort()
  if (!(await dialect.tableExists(db, migrationTableName))) return { applied: [], pending: known }
  const table = sql.table(migrationTableName)
  const { rows } = await sql<{ name: string }>`select name from ${table} order by name`.execute(db)
  const applied = rows.map(({ name }) => name)
  return { applied, pending: known.filter((name) => !applied.includes(name)) }
}

/** A backup may hold the tables for long. */
const defaultPatienceMs = 600_000
const betweenTriesMs = 2_000

/**
 * Applies what is pending, all or nothing, and gives the names applied; then builds the indexes that are
 * missing, where that can't be done beside others. A table that others hold is
 * asked for again and again, a moment each: whoever signs in waits behind us.
 */
export const migrate = async (
  db: Kysely<Tables>,
  dialect: Dialect,
  patienceMs = defaultPatienceMs,
): Promise<readonly string[]> => {
  const applied = await applyPatiently(db, dialect, Date.now() + patienceMs)
  if (!dialect.buildsBeside) await buildIndexes(db, dialect)
  return applied
}

const applyPatiently = async (db: Kysely<Tables>, dialect: Dialect, until: number): Promise<readonly string[]> => {
  for (;;) {
    try {
      return await applyPending(db, dialect)
    } catch (error) {
      const fault = error instanceof MigrationError ? error.cause : error
      if (!dialect.isLocked(fault)) throw error
      if (Date.now() > until) {
        const holders = await dialect.holders(db)
        throw new Error(
          `The database could not be migrated; nothing was changed. Others held its tables: ${holders.join(', ')}. ` +
            'Wait for their end, or end them, and run it again',
          { cause: fault },
        )
      }
      await wait(betweenTriesMs)
    }
  }
}

class MigrationError extends Error {}

const applyPending = async (db: Kysely<Tables>, dialect: Dialect): Promise<readonly string[]> => {
  // A node of the previous release may start beside a newer schema; it finds nothing of its own pending.
  if ((await readMigrationState(db, dialect)).pending.length === 0) return []
  return db.transaction().execute(async (transaction) => {
    await dialect.lockMigrations(transaction)
    const { applied, pending } = await readMigrationState(transaction, dialect)
    if (pending.length === 0) return []
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: async () => prepareMigrations(dialect) },
      migrationTableName,
      migrationLockTableName,
    })
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw new MigrationError('The database could not be migrated; nothing was changed', { cause: error })
    // Nobody is there yet.
    if (applied.length === 0) await buildIndexes(transaction, dialect)
    return (results ?? []).map(({ migrationName }) => migrationName)
  })
}

const prepareMigrations = (dialect: Dialect): Record<string, Migration> =>
  Object.fromEntries(
    Object.entries(migrations).map(([name, statements]) => [
      name,
      {
        up: async (db) => {
          for (const statement of statements(dialect.ddl)) await sql.raw(statement).execute(db)
        },
      },
    ]),
  )
