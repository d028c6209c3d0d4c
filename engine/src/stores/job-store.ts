import type { Kysely } from 'kysely'
import type { JobStore } from '../jobs/store.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

/** The clock was ahead when it was written: counted, it would hide for as long that nothing runs. */
const futureMs = 3_600_000

export const createJobStore = (db: Kysely<Tables>): JobStore => ({
  claim: async ({ job, slot, node, now, leaseMs }) => {
    const lease = { node, claimed_at: now, leased_until: now + leaseMs }
    const row = await db
      .insertInto('job_runs')
      .values({ job, slot, ...lease, finished_at: null, result: null })
      .onConflict((conflict) =>
        conflict
          .columns(['job', 'slot'])
          .doUpdateSet({ ...lease, finished_at: null, result: null })
          .where(({ and, eb, or }) =>
            or([
              and([eb('job_runs.finished_at', 'is', null), eb('job_runs.leased_until', '<', now)]),
              eb('job_runs.claimed_at', '>', now + futureMs),
            ]),
          ),
      )
      .returning('node')
      .executeTakeFirst()
    return row !== undefined
  },
  renew: async ({ job, slot, node, now, leaseMs }) => {
    await db
      .updateTable('job_runs')
      .set({ leased_until: now + leaseMs })
      .where('job', '=', job)
      .where('slot', '=', slot)
      .where('node', '=', node)
      .where('finished_at', 'is', null)
      .execute()
  },
  finish: async ({ job, slot, node, now, result }) => {
    await db
      .updateTable('job_runs')
      .set({ finished_at: now, result })
      .where('job', '=', job)
      .where('slot', '=', slot)
      .where('node', '=', node)
      .execute()
  },
  isOwed: async (job, slot, now) => {
    const runs = db
      .selectFrom('job_runs')
      .select(['slot', 'finished_at'])
      .where('job', '=', job)
      .where('claimed_at', '<=', now + futureMs)
      .where('slot', '<=', now + futureMs)
    const own = await runs.where('slot', '=', slot).executeTakeFirst()
    if (own) return own.finished_at === null
    const last = await runs.orderBy('slot', 'desc').limit(1).executeTakeFirst()
    return last !== undefined && Number(last.slot) < slot
  },
  lastFinished: async (now) =>
    plain(
      await db
        .selectFrom('job_runs')
        .select((select) => ['job', select.fn.max('finished_at').$notNull().as('at')])
        .where('finished_at', '<=', now + futureMs)
        .groupBy('job')
        .execute(),
    ),
  lastDone: async (job, now) => {
    const row = await db
      .selectFrom('job_runs')
      .select(['finished_at', 'result'])
      .where('job', '=', job)
      .where('finished_at', '<=', now + futureMs)
      .orderBy('finished_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ? { at: Number(row.finished_at), result: row.result ?? '{}' } : null
  },
  deleteOld: async (before, now) => {
    await db
      .deleteFrom('job_runs')
      .where('claimed_at', '>', now + futureMs)
      .execute()
    await db
      .deleteFrom('job_runs')
      .where('claimed_at', '<', before)
      .where(({ exists, or, eb, selectFrom }) =>
        or([
          eb('finished_at', 'is', null),
          exists(
            selectFrom('job_runs as later')
              .select('later.slot')
              .whereRef('later.job', '=', 'job_runs.job')
              .whereRef('later.slot', '>', 'job_runs.slot')
              .where('later.finished_at', 'is not', null),
          ),
        ]),
      )
      .execute()
  },
})
