import { type Kysely, sql } from 'kysely'
import type { PendingSignInStore } from '../second-factor/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

const columns = [
  'token_hash as tokenHash',
  'user_id as userId',
  'way_in as by',
  'sealed_grant as grant',
  'created_at as createdAt',
  'expires_at as expiresAt',
] as const

export const createPendingSignInStore = (db: Kysely<Tables>, dialect: Dialect): PendingSignInStore => ({
  insert: async ({ tokenHash, userId, by, grant, createdAt, expiresAt }) => {
    await db
      .insertInto('pending_sign_ins')
      .values({
        token_hash: tokenHash,
        user_id: userId,
        way_in: by,
        sealed_grant: grant,
        created_at: createdAt,
        expires_at: expiresAt,
        tries: 0,
        ended_at: null,
      })
      .execute()
  },
  findWaiting: async (tokenHashes, now) => {
    if (tokenHashes.length === 0) return null
    const row = await db
      .selectFrom('pending_sign_ins')
      .select(columns)
      .where('token_hash', 'in', tokenHashes)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ?? null
  },
  beginTry: async (tokenHash, max, now) => {
    const { numUpdatedRows } = await db
      .updateTable('pending_sign_ins')
      .set({ tries: sql`tries + 1` })
      .where('token_hash', '=', tokenHash)
      .where('tries', '<', max)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  },
  takeBackTry: async (tokenHash) => {
    await db
      .updateTable('pending_sign_ins')
      .set({ tries: sql`tries - 1` })
      .where('token_hash', '=', tokenHash)
      .where('tries', '>', 0)
      .execute()
  },
  end: async (tokenHash, now) => {
    const { numUpdatedRows } = await db
      .updateTable('pending_sign_ins')
      .set({ ended_at: now, sealed_grant: null })
      .where('token_hash', '=', tokenHash)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'pending_sign_ins', { before, limit }),
})
