import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

/** The tables whose rows expire, with their keys. */
const keyOf = {
  oauth_handles: 'handle_hash',
  oauth_states: 'state_hash',
  one_time_tokens: 'token_hash',
  outbox: 'id',
  pending_sign_ins: 'token_hash',
  totp_enrolments: 'user_id',
  webhook_messages: 'id',
} as const satisfies { [Table in keyof Tables]?: keyof Tables[Table] }

/**
 * Deletes up to `limit` rows that expired before that time (epoch milliseconds), the oldest first; the number deleted. Rows that another
 * transaction holds are left: nobody waits for anybody.
 */
export const deleteExpired = async (
  db: Kysely<Tables>,
  dialect: Dialect,
  table: keyof typeof keyOf,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> => {
  // One of them for the types: in what this asks for they are alike.
  const [from, key] = [table as 'oauth_states', keyOf[table] as 'state_hash']
  const old = db.selectFrom(from).select(key).where('expires_at', '<', before).orderBy('expires_at').limit(limit)
  const { numDeletedRows } = await db
    .deleteFrom(from)
    .where(key, 'in', dialect.locked(old, 'skip locked'))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
