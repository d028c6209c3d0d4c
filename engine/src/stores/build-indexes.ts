// Indexes of tables that are full: built one by one, after the migrations, while people go on writing.
import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { formerIndexes, laterIndexes } from './migrations/later-indexes.ts'
import type { Tables } from './schema.ts'

const againMs = 1_000

/** What is left to do. `beside`: without a lock that keeps people from writing; it can't be in a transaction then. */
const statementsFor = async (db: Kysely<Tables>, dialect: Dialect, beside: boolean): Promise<readonly string[]> => {
  const how = beside ? ' concurrently' : ''
  const valid = await dialect.indexes(db)
  const missing = Object.entries(laterIndexes(dialect.ddl)).filter(([name]) => !valid.has(name))
  return [
    ...missing.flatMap(([name, definition]) => [
      // One that broke off is there, and of no use.
      `drop index${how} if exists ${name}`,
      `create index${how} if not exists ${name} ${definition}`,
    ]),
    ...formerIndexes.filter((name) => valid.has(name)).map((name) => `drop index${how} if exists ${name}`),
  ]
}

/** At once: nobody writes, or only this process does. */
export const buildIndexes = async (db: Kysely<Tables>, dialect: Dialect): Promise<void> => {
  for (const statement of await statementsFor(db, dialect, false)) await sql.raw(statement).execute(db)
}

/**
 * Beside the people who write: waits for those who read since before, a backup too, and holds nobody up. One process of many does it:
 * of two, the second would take for broken what the first is building. They ask, and don't wait in the database: whoever waits there has
 * a snapshot, for which the building waits.
 */
export const buildIndexesBeside = async (db: Kysely<Tables>, dialect: Dialect): Promise<void> => {
  let isOurs = false
  while (!isOurs && (await statementsFor(db, dialect, true)).length > 0) {
    isOurs = await db.transaction().execute(async (gate) => {
      if (!(await dialect.tryLockIndexes(gate))) return false
      for (const statement of await statementsFor(db, dialect, true)) await sql.raw(statement).execute(db)
      return true
    })
    if (!isOurs) await wait(againMs)
  }
}
