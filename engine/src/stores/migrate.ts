// Brings the schema up to date, in one transaction, however many nodes try at once.
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
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

/** Applies what is pending and gives the names applied. All or nothing. */
export const migrate = async (db: Kysely<Tables>, dialect: Dialect): Promise<readonly string[]> => {
  // A node of the previous release may start beside a newer schema; it finds nothing of its own pending.
  if ((await readMigrationState(db, dialect)).pending.length === 0) return []
  return db.transaction().execute(async (transaction) => {
    await dialect.lockMigrations(transaction)
    if ((await readMigrationState(transaction, dialect)).pending.length === 0) return []
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: async () => prepareMigrations(dialect) },
      migrationTableName,
      migrationLockTableName,
    })
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw new Error('The database could not be migrated; nothing was changed', { cause: error })
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
