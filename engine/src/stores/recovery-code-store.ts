import type { Kysely } from 'kysely'
import type { RecoveryCodeStore } from '../second-factor/store.ts'
import type { Tables } from './schema.ts'

export const createRecoveryCodeStore = (db: Kysely<Tables>): RecoveryCodeStore => {
  const removeAll: RecoveryCodeStore['removeAll'] = async (userId, since = 0) => {
    await db.deleteFrom('recovery_codes').where('user_id', '=', userId).where('created_at', '>=', since).execute()
  }
  return {
    removeAll,
    replaceAll: async (userId, codeHashes, now) => {
      await removeAll(userId)
      const rows = codeHashes.map((code_hash) => ({ user_id: userId, code_hash, created_at: now, used_at: null }))
      await db.insertInto('recovery_codes').values(rows).execute()
    },
    use: async (userId, codeHash, now) => {
      const { numUpdatedRows } = await db
        .updateTable('recovery_codes')
        .set({ used_at: now })
        .where('user_id', '=', userId)
        .where('code_hash', '=', codeHash)
        .where('used_at', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}
