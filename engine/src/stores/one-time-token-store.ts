import type { Kysely } from 'kysely'
import type { OneTimeTokenStore, OneTimeUse } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

/** More than anybody is written in a week. */
const maxListed = 1_000

const uses = ['user_id as userId', 'email_key as emailKey', 'about'] as const

const toUse = (row: (Omit<OneTimeUse, 'userId'> & { userId: UserId | null }) | undefined): OneTimeUse | null =>
  row?.userId ? { userId: row.userId, emailKey: row.emailKey, about: row.about } : null

export const createOneTimeTokenStore = (db: Kysely<Tables>, dialect: Dialect): OneTimeTokenStore => ({
  insert: async ({ tokenHash, purpose, userId, emailKey, about, createdAt, expiresAt }) => {
    await db
      .insertInto('one_time_tokens')
      .values({
        token_hash: tokenHash,
        purpose,
        user_id: userId,
        email_key: emailKey,
        about,
        created_at: createdAt,
        expires_at: expiresAt,
        used_at: null,
      })
      .execute()
  },
  find: async (tokenHash, purpose, now) => {
    const row = await db
      .selectFrom('one_time_tokens')
      .select(uses)
      .where('token_hash', '=', tokenHash)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return toUse(row)
  },
  use: async (tokenHash, purpose, now) => {
    const row = await db
      .updateTable('one_time_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', tokenHash)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning(uses)
      .executeTakeFirst()
    return toUse(row)
  },
  endAll: async (userId, purpose, now, since = 0) => {
    await db
      .updateTable('one_time_tokens')
      .set({ used_at: now })
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('created_at', '>=', since)
      .execute()
  },
  list: async (userId, purpose, now) => {
    const rows = await db
      .selectFrom('one_time_tokens')
      .select(uses)
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('created_at')
      .limit(maxListed)
      .execute()
    return rows.flatMap((row) => toUse(row) ?? [])
  },
  aboutsSince: async (userId, purpose, since) => {
    const rows = await db
      .selectFrom('one_time_tokens')
      .select('about')
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('created_at', '>=', since)
      .execute()
    return rows.map(({ about }) => about)
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'one_time_tokens', { before, limit }),
})
