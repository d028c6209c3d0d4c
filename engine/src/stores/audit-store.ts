import { type Kysely, sql } from 'kysely'
import { fromStored, toStored } from '../audit/canonical.ts'
import type { AuditStore } from '../audit/store.ts'
import { entryColumns, toColumns } from './audit-columns.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

const maxEntries = 1_000

/** Details that tell of a person, in entries of before they had a column of their own. */
const personal = ['emailHash', 'email', 'name'] as const

/** Gives the MAC of an entry's content; null: entries have none, and stay outside the chain. */
export type EntryMac = ((content: string) => string) | null

export const createAuditStore = (db: Kysely<Tables>, dialect: Dialect, entryMac: EntryMac): AuditStore => ({
  append: async (entries) => {
    if (entries.length > maxEntries)
      throw new RangeError(`At most ${maxEntries} entries at once, not ${entries.length}`)
    const rows = entries.map((entry) => toColumns(toStored(entry, entryMac)))
    // PostgreSQL takes 65,535 parameters in a statement.
    if (rows.length > 0) await db.insertInto('audit_entries').values(rows).execute()
  },
  list: async ({ limit, userId, action, before }) => {
    const rows = await db
      .selectFrom('audit_entries')
      .select(entryColumns)
      .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as string))
      .$if(action !== undefined, (query) => query.where('action', '=', action as string))
      .$if(before !== undefined, (query) => query.where(sql<boolean>`(at, id) < (${before?.at}, ${before?.id})`))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(fromStored)
  },
  pseudonymise: async (userId) => {
    // To the byte where a MAC covers them: what is personal is not among them.
    const details = sql<string>`case when mac is null then ${dialect.withoutKeys(sql.ref('details'), personal)} else details end`
    for (let last: { at: number; id: string } | undefined; ; ) {
      const some = await db
        .selectFrom('audit_entries')
        .select(['at', 'id'])
        .where('user_id', '=', userId)
        .$if(last !== undefined, (query) => query.where(sql<boolean>`(at, id) > (${last?.at}, ${last?.id})`))
        .orderBy('at')
        .orderBy('id')
        .limit(maxEntries)
        .execute()
      if (some.length === 0) return
      await db
        .updateTable('audit_entries')
        .set({ ip: null, user_agent: null, personal: null, salt: null, details })
        .where(
          dialect.isAny(
            sql.ref('id'),
            some.map(({ id }) => id),
          ),
        )
        .execute()
      last = some.at(-1)
    }
  },
})
