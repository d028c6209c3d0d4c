import type { Kysely } from 'kysely'
import type { ClosureStore } from '../accounts/closure-store.ts'
import type { Tables } from './schema.ts'

export const createClosureStore = (db: Kysely<Tables>): ClosureStore => ({
  insert: async (userId, { closedAt, deleteAt }) => {
    await db
      .insertInto('account_closures')
      .values({ user_id: userId, closed_at: closedAt, delete_at: deleteAt, revocable: true })
      .execute()
  },
  find: async (userId, now) => {
    const row = await db
      .selectFrom('account_closures')
      .select(['closed_at as closedAt', 'delete_at as deleteAt'])
      .where('user_id', '=', userId)
      .where('revocable', '=', true)
      .where('delete_at', '>', now)
      .executeTakeFirst()
    return row ?? null
  },
  takeBack: async (userId, now) => {
    const { numDeletedRows } = await db
      .deleteFrom('account_closures')
      .where('user_id', '=', userId)
      .where('revocable', '=', true)
      .where('delete_at', '>', now)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  },
  fix: async (userId) => {
    await db.updateTable('account_closures').set({ revocable: false }).where('user_id', '=', userId).execute()
  },
  remove: async (userId) => {
    await db.deleteFrom('account_closures').where('user_id', '=', userId).execute()
  },
  listDue: async (now, limit) => {
    const rows = await db
      .selectFrom('account_closures')
      .select('user_id')
      .where('delete_at', '<=', now)
      .orderBy('delete_at')
      .limit(limit)
      .execute()
    return rows.map((row) => row.user_id)
  },
  takeDue: async (userId, now) => {
    const { numDeletedRows } = await db
      .deleteFrom('account_closures')
      .where('user_id', '=', userId)
      .where('delete_at', '<=', now)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  },
})
