import type { Kysely } from 'kysely'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

export const createOneTimeTokenStore = (db: Kysely<Tables>, dialect: Dialect): OneTimeTokenStore => ({
  insert: async ({ tokenHash, purpose, userId, email, createdAt, expiresAt }) => {
    await db
      .insertInto('one_time_tokens')
      .values({
        token_hash: tokenHash,
        purpose,
        user_id: userId,
        email,
        created_at: createdAt,
        expires_at: expiresAt,
        used_at: null,
      })
      .execute()
  },
  use: async (tokenHash, purpose, now) => {
    const row = await db
      .updateTable('one_time_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', tokenHash)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning(['user_id as userId', 'email'])
      .executeTakeFirst()
    return row?.userId ? { userId: row.userId, email: row.email } : null
  },
  endAll: async (userId, purpose, now) => {
    await db
      .updateTable('one_time_tokens')
      .set({ used_at: now })
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .execute()
  },
  deleteOld: async (before, limit) => {
    const old = db
      .selectFrom('one_time_tokens')
      .select('token_hash')
      .where('expires_at', '<', before)
      .orderBy('expires_at')
      .limit(limit)
    const { numDeletedRows } = await db
      .deleteFrom('one_time_tokens')
      .where('token_hash', 'in', dialect.locked(old, 'skip locked'))
      .executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  },
})
