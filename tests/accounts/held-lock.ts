// A lock of PostgreSQL that is held from outside, so that what a test is about waits at the right place.
import { expect } from 'vitest'
import type { Site } from '../support/site.ts'
import { openDatabase } from './database.ts'

/** Does what `lock` says in a transaction of its own until `release`. */
export const holdLock = async (site: Site, lock: string) => {
  const database = await openDatabase(site)
  await database.run('begin')
  await database.run(lock)
  return {
    /** More in the same transaction. */
    run: database.run,
    /** Waits until so many connections of the engine wait for a lock. */
    untilWaiting: (count: number) =>
      expect
        .poll(
          async () => {
            // Within a transaction PostgreSQL goes on telling what it told the first time.
            await database.run('select pg_stat_clear_snapshot()')
            const [row] = await database.run(
              `select count(*) as waiting from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'`,
            )
            return Number(row?.waiting)
          },
          { timeout: 5_000 },
        )
        .toBe(count),
    /** `commit`: what else was done in it is there then. */
    release: async (how: 'rollback' | 'commit' = 'rollback') => {
      await database.run(how)
      await database.close()
    },
  }
}
