// A PostgreSQL with a streaming replica, and nodes that reach whichever of the two is the primary.
import pg from 'pg'
import { vi } from 'vitest'
import { createDatabase, type PostgresReplica, startPostgres, startReplica } from '../services/postgres.ts'
import { type Link, openLink } from './link.ts'
import { runVigile } from './node.ts'

export type Pair = {
  /** Where nodes find the primary, whichever it is. */
  readonly database: string
  /** What the replica streams through: cut or held, commits are not on the replica. */
  readonly stream: Link
  /** Asks the primary of the moment. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<readonly Row[]>
  /** Resolves when the replica has all that is committed. */
  caughtUp(): Promise<void>
  /** The primary is killed: nobody is there. */
  killPrimary(): Promise<void>
  promoteReplica(): Promise<void>
  stop(): Promise<void>
}

const patience = { timeout: 30_000, interval: 20 }

export const startPair = async (): Promise<Pair> => {
  const primary = await startPostgres()
  const stream = await openLink(primary.port)
  const toPrimary = await openLink(primary.port)
  const own = await createDatabase(primary.url)
  await runVigile('migrate', { database: own })
  const replica: PostgresReplica = await startReplica(stream.through(primary.url))
  const database = toPrimary.through(own)

  const ask = async <Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return await client.query<Row>(text, values)
    } finally {
      await client.end()
    }
  }
  return {
    database,
    stream,
    query: async (text, values) => (await ask<never>(database, text, values)).rows,
    caughtUp: async () => {
      const [at] = (await ask<{ at: string }>(primary.url, 'select pg_current_wal_insert_lsn()::text as at')).rows
      const reached = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as reached'
      await vi.waitUntil(async () => (await ask(replica.url, reached, [at?.at])).rows[0]?.reached === true, patience)
    },
    killPrimary: () => primary.kill(),
    promoteReplica: async () => {
      await replica.promote()
      toPrimary.mend(replica.port)
    },
    stop: async () => {
      await Promise.all([toPrimary.stop(), stream.stop()])
      await Promise.all([primary.stop(), replica.stop()])
    },
  }
}
