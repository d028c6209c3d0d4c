// Kysely's dialect for PostgreSQL, with its migrator left to the lock that `migrate` holds.
import { PostgresAdapter, PostgresDialect } from 'kysely'

/**
 * The migrator's own lock is one of the connection, which behind PgBouncer is somebody else's a moment later; it waits for an hour, and
 * where a migration failed its release hides why.
 */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

export class OurPostgresDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter()
  }
}
