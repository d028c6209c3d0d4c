import type { Kysely } from 'kysely'
import type { UsedProofStore } from '../binding/store.ts'
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
  deleteOld: async (before, limit) => {
    const old = db.selectFrom('used_proofs').select('proof').where('until', '<', before).orderBy('until').limit(limit)
    const { numDeletedRows } = await db
      .deleteFrom('used_proofs')
      .where('proof', 'in', dialect.locked(old, 'skip locked'))
      .executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  },
})
