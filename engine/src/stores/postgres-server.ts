// What PostgreSQL says of itself, for an operator.
import { type Kysely, sql } from 'kysely'
import type { DatabaseServer } from './database.ts'

export const readServer = async <Tables>(db: Kysely<Tables>): Promise<DatabaseServer> => {
  const sentAt = Date.now()
  const { rows } = await sql<{ version: string; number: number; connections: number; now: number }>`
    select current_setting('server_version') as version,
      current_setting('server_version_num')::int as number,
      -- -1: as many as the server has.
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
        (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user),
        (select nullif(datconnlimit, -1) from pg_database where datname = current_database())
      ) as connections,
      floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db)
  const receivedAt = Date.now()
  const [row] = rows
  if (!row) throw new Error('PostgreSQL says nothing of itself')
  return {
    version: row.version,
    major: Math.floor(row.number / 10_000),
    maxConnections: row.connections,
    // Read at some time between the two.
    clockAheadMs: row.now < sentAt ? row.now - sentAt : Math.max(0, row.now - receivedAt),
  }
}
