import type { Kysely } from 'kysely'
import type { TotpStore } from '../second-factor/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

const columns = [
  'user_id as userId',
  'sealed',
  'key_id as keyId',
  'last_step as lastStep',
  'created_at as createdAt',
] as const

export const createTotpStore = (db: Kysely<Tables>, dialect: Dialect): TotpStore => ({
  find: async (userId) => {
    const row = await db.selectFrom('totp_factors').select(columns).where('user_id', '=', userId).executeTakeFirst()
    return row ?? null
  },
  put: async ({ userId, sealed, keyId, lastStep, createdAt }) => {
    const row = { sealed, key_id: keyId, last_step: lastStep, created_at: createdAt }
    await db
      .insertInto('totp_factors')
      .values({ user_id: userId, ...row })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
      .execute()
  },
  useStep: async ({ userId, createdAt }, step) => {
    const { numUpdatedRows } = await db
      .updateTable('totp_factors')
      .set({ last_step: step })
      .where('user_id', '=', userId)
      .where('created_at', '=', createdAt)
      .where('last_step', '<', step)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  },
  replaceSealed: async (factor, sealed, keyId) => {
    const { numUpdatedRows } = await db
      .updateTable('totp_factors')
      .set({ sealed, key_id: keyId })
      .where('user_id', '=', factor.userId)
      .where('sealed', '=', factor.sealed)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  },
  listNotUnder: async (keyId, after, limit) =>
    plain(
      await db
        .selectFrom('totp_factors')
        .select(columns)
        .where('key_id', '!=', keyId)
        .$if(after !== null, (query) => query.where('user_id', '>', after as NonNullable<typeof after>))
        .orderBy('user_id')
        .limit(limit)
        .execute(),
    ),
  remove: async (userId) => {
    const { numDeletedRows } = await db
      .deleteFrom('totp_factors')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  },
  beginEnrolment: async ({ userId, sealed, createdAt, expiresAt }) => {
    const row = { sealed, created_at: createdAt, expires_at: expiresAt }
    await db
      .insertInto('totp_enrolments')
      .values({ user_id: userId, ...row })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
      .execute()
  },
  findEnrolment: async (userId, now) => {
    const row = await db
      .selectFrom('totp_enrolments')
      .select(['user_id as userId', 'sealed', 'created_at as createdAt', 'expires_at as expiresAt'])
      .where('user_id', '=', userId)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return row ?? null
  },
  endEnrolment: async ({ userId, sealed }) => {
    const { numDeletedRows } = await db
      .deleteFrom('totp_enrolments')
      .where('user_id', '=', userId)
      .where('sealed', '=', sealed)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  },
  deleteOldEnrolments: (before, limit) => deleteOldest(db, dialect, 'totp_enrolments', { before, limit }),
})
