import { type Kysely, sql } from 'kysely'
import type { PartState } from '../status/period.ts'
import type { StatusStore } from '../status/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

/** Years of calm are one row; parts that come and go each two minutes would fill this in a week. */
const maxPeriods = 5_000

export const createStatusStore = (db: Kysely<Tables>, dialect: Dialect): StatusStore => ({
  since: async (at) =>
    plain(
      await db
        .selectFrom('status_periods')
        .select(['part', 'state', 'began_at as beganAt', 'seen_at as seenAt'])
        .where('seen_at', '>=', at)
        .orderBy('seen_at', 'desc')
        .limit(maxPeriods)
        .execute(),
    ),
  extend: async ({ part, beganAt, seenAt: was }, seenAt) => {
    const { numUpdatedRows } = await db
      .updateTable('status_periods')
      .set({ seen_at: seenAt })
      .where('part', '=', part)
      .where('began_at', '=', beganAt)
      .where('seen_at', '=', was)
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  },
  open: async ({ part, state, beganAt, seenAt }) => {
    const within = db
      .selectFrom('status_periods')
      .select('part')
      .where('part', '=', part)
      .where('began_at', '<', seenAt)
      .where('seen_at', '>', beganAt)
    const row = await db
      .insertInto('status_periods')
      .columns(['part', 'state', 'began_at', 'seen_at'])
      .expression(
        db
          .selectNoFrom([
            sql<string>`cast(${part} as text)`.as('part'),
            sql<PartState>`cast(${state} as text)`.as('state'),
            sql<number>`cast(${beganAt} as bigint)`.as('began_at'),
            sql<number>`cast(${seenAt} as bigint)`.as('seen_at'),
          ])
          .where(({ not, exists }) => not(exists(within))),
      )
      .onConflict((conflict) => conflict.columns(['part', 'began_at']).doNothing())
      .returning('part')
      .executeTakeFirst()
    return row !== undefined
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'status_periods', { before, limit }),
})
