// The ways into the database beside the servers.
import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import type { Ledger, Row } from './crowd.ts'

const statements = {
  rows: 'select id, revoked_at as "revokedAt" from sessions',
  users: 'select id from users',
  record: `select action || ' ' || resource_id as line from audit_entries`,
  alarms: `select action, resource_id as "session", details from audit_entries
    where action in ('session:reuse', 'session:commits-lost')`,
  passTime: (ms: number) =>
    `update sessions set rotated_at = rotated_at - ${ms}, issued_at = issued_at - ${ms} where revoked_at is null`,
}
type Alarm = { readonly action: string; readonly session: string; readonly details: string }
const hourMs = 3_600_000
const said = ({ action, session, details }: Alarm) => `${action} of ${session}: ${details}`

export const postgresLedger = (db: pg.Client): Ledger => ({
  passTime: async (hours) => void (await db.query(statements.passTime(hours * hourMs))),
  rows: async () => (await db.query<Row>(statements.rows)).rows,
  users: async () => (await db.query<{ id: string }>(statements.users)).rows.map(({ id }) => id),
  record: async () => (await db.query<{ line: string }>(statements.record)).rows.map(({ line }) => line),
  alarms: async () => (await db.query<Alarm>(statements.alarms)).rows.map(said),
})

/** Opened for each call, so that after a crash the server is the first to open the file. */
export const sqliteLedger = (file: string): Ledger & { integrity(): string } => {
  const withFile = <Result>(work: (database: DatabaseSync) => Result): Result => {
    const database = new DatabaseSync(file, { timeout: 10_000 })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
  const all = <Found>(text: string) => withFile((database) => database.prepare(text).all() as Found[])
  return {
    passTime: async (hours) => withFile((database) => database.exec(statements.passTime(hours * hourMs))),
    rows: async () => all<Row>(statements.rows),
    users: async () => all<{ id: string }>(statements.users).map(({ id }) => id),
    record: async () => all<{ line: string }>(statements.record).map(({ line }) => line),
    alarms: async () => all<Alarm>(statements.alarms).map(said),
    integrity: () =>
      all<{ integrity_check: string }>('pragma integrity_check')
        .map((row) => row.integrity_check)
        .join(),
  }
}
