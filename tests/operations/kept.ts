// A site whose database is backed up and restored, on each of the two kinds of databases.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Ledger } from '../nodes/crowd.ts'
import { postgresLedger, sqliteLedger } from '../nodes/ledgers.ts'
import { runVigile } from '../nodes/node.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'

export type Kept = {
  readonly database: string
  readonly ledger: Ledger
  /** The address of another database, which is empty. */
  empty(): Promise<string>
  close(): Promise<void>
}

const embedded = async (): Promise<Kept> => {
  const folder: Folder = await temporaryFolder('kept')
  const file = join(folder.path, 'vigile.db')
  let others = 0
  return {
    database: `file:${file}`,
    ledger: sqliteLedger(file),
    empty: async () => {
      others += 1
      return `file:${join(folder.path, `other-${others}.db`)}`
    },
    close: folder.remove,
  }
}

const postgres = async (): Promise<Kept> => {
  const database = await freshDatabase()
  await runVigile('migrate', { database })
  const db = new pg.Client({ connectionString: database })
  await db.connect()
  return { database, ledger: postgresLedger(db), empty: () => freshDatabase(), close: () => db.end() }
}

export const kinds = [
  ['embedded', embedded],
  ['PostgreSQL', postgres],
] as const

/** The rows of one statement, of either kind of database. */
export const ask = async (database: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  if (database.startsWith('file:')) {
    const opened = new DatabaseSync(database.slice(5), { timeout: 10_000 })
    const rows = opened.prepare(sql).all()
    opened.close()
    return rows
  }
  const db = new pg.Client({ connectionString: database })
  await db.connect()
  try {
    return (await db.query<Record<string, unknown>>(sql)).rows
  } finally {
    await db.end()
  }
}
