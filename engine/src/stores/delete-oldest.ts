import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

type Columns = {
  readonly [Table in keyof Tables]?: readonly [time: keyof Tables[Table], ...key: (keyof Tables[Table])[]]
}

/** The tables that are cleaned up: the time by which a row is old, and its key. */
const columns = {
  alerts: ['first_at', 'id'],
  known_devices: ['last_used_at', 'user_id', 'device_hash'],
  oauth_handles: ['expires_at', 'handle_hash'],
  oauth_states: ['expires_at', 'state_hash'],
  one_time_tokens: ['expires_at', 'token_hash'],
  outbox: ['expires_at', 'id'],
  pending_sign_ins: ['expires_at', 'token_hash'],
  sessions: ['ends_at', 'id'],
  sign_in_attempts: ['last_at', 'email_hash'],
  status_periods: ['seen_at', 'part', 'began_at'],
  totp_enrolments: ['expires_at', 'user_id'],
  used_proofs: ['until', 'proof'],
  webhook_messages: ['expires_at', 'id'],
} as const satisfies Columns

/**
 * Deletes up to `limit` rows whose time is before that one (epoch milliseconds), the oldest first; the number deleted. Rows that another
 * transaction holds are left: nobody waits for anybody.
 */
export const deleteOldest = async (
  db: Kysely<Tables>,
  dialect: Dialect,
  table: keyof typeof columns,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> => {
  // One of them for the types: in what this asks for they are alike.
  const from = table as 'sessions'
  const [time, ...key] = columns[table] as unknown as (typeof columns)['sessions']
  const old = db.selectFrom(from).select(key).where(time, '<', before).orderBy(time).limit(limit)
  const { numDeletedRows } = await db
    // Materialized, or PostgreSQL may run it once for each row that it looks at, and delete all there are at a stroke.
    .with(
      (cte) => cte('old').materialized(),
      () => dialect.locked(old, 'skip locked'),
    )
    .deleteFrom(from)
    .where(sql<boolean>`(${sql.join(key.map((column) => sql.ref(column)))}) in (select * from old)`)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
