import type { Kysely } from 'kysely'
import type { UsedProofStore } from '../binding/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

export const createUsedProofStore = (db: Kysely<Tables>, dialect: Dialect): UsedProofStore => ({
  take: async (proof, until) => {
    const row = await db
      .insertInto('used_proofs')
      .values({ proof, until })
      .onConflict((conflict) => conflict.column('proof').doNothing())
      .returning('proof')
      .executeTakeFirst()
    return row !== undefined
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'used_proofs', { before, limit }),
})
