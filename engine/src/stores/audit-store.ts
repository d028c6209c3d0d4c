import { type Kysely, type RawBuilder, sql } from 'kysely'
import { fromStored, parseDetails, toStored } from '../audit/canonical.ts'
import { mergeDetails } from '../audit/personal-details.ts'
import type { AuditEntry, AuditStore, Filter } from '../audit/store.ts'
import { entryColumns, toColumns } from './audit-columns.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

const maxEntries = 1_000

/**
 * The first of these that is given leads: its index has the entries in the order of their time. The others only look at what it
 * gives; a column with nothing added to it is no column of an index.
 */
const matches = (dialect: Dialect, filter: Filter): RawBuilder<boolean> => {
  const { action, from, to, failed } = filter
  const isPrefix = action?.endsWith(':') === true
  const equal = [
    ['user_id', filter.userId],
    ['actor_id', filter.actorId],
    ['ip', filter.ip],
    ['resource_id', filter.resourceId],
    ['action', isPrefix ? undefined : action],
    ['resource', filter.resource],
  ] as const
  const given = equal.filter(([, value]) => value !== undefined)
  const all = given.map(([column, value], index) =>
    index === 0 ? sql`${sql.ref(column)} = ${value}` : sql`${sql.ref(column)} || '' = ${value}`,
  )
  // What comes after a colon is a semicolon.
  if (isPrefix) all.push(dialect.beginsWith(sql.ref('action'), action, `${action.slice(0, -1)};`))
  if (failed) all.push(sql`action like '%:failed'`)
  if (from !== undefined) all.push(sql`at >= ${from}`)
  if (to !== undefined) all.push(sql`at < ${to}`)
  return all.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.join(all, sql` and `)}`
}

/** Gives the MAC of an entry's content; null: entries have none, and are refused where they are to be sealed. */
export type EntryMac = ((content: string) => string) | null

/** By which a transaction is undone that did all it was to do. */
const undo = new Error('written, and taken back')

const insert = async (db: Kysely<Tables>, entries: readonly AuditEntry[], entryMac: EntryMac): Promise<void> => {
  if (entries.length > maxEntries) throw new RangeError(`At most ${maxEntries} entries at once, not ${entries.length}`)
  const rows = entries.map((entry) => toColumns(toStored(entry, entryMac)))
  // PostgreSQL takes 65,535 parameters in a statement.
  if (rows.length === 0) return
  const { numInsertedOrUpdatedRows } = await db.insertInto('audit_entries').values(rows).executeTakeFirstOrThrow()
  // A trigger may swallow rows and say nothing of it.
  if (numInsertedOrUpdatedRows !== BigInt(rows.length)) throw new Error('the audit log did not take an entry')
}

export const createAuditStore = (db: Kysely<Tables>, dialect: Dialect, entryMac: EntryMac): AuditStore => ({
  append: (entries) => insert(db, entries, entryMac),
  tryAppend: (entry) =>
    db
      .transaction()
      .execute(async (transaction) => {
        await insert(transaction, [entry], entryMac)
        throw undo
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error
      }),
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
  search: async ({ order, after, limit, ...filter }) => {
    const direction = order === 'newest first' ? 'desc' : 'asc'
    const isAfter = order === 'newest first' ? sql`<` : sql`>`
    const rows = await db
      .selectFrom('audit_entries')
      .select(entryColumns)
      .where(matches(dialect, filter))
      .$if(after !== null, (query) => query.where(sql<boolean>`(at, id) ${isAfter} (${after?.at}, ${after?.id})`))
      .orderBy('at', direction)
      .orderBy('id', direction)
      .limit(limit)
      .execute()
    return rows.map((row) => ({ ...fromStored(row), position: row.position }))
  },
  listCounted: async ({ limit, ...filter }) => {
    const rows = await db
      .selectFrom('audit_entries')
      .select(['id', 'position', 'at', 'action', 'user_id as userId', 'ip', 'details', 'personal'])
      .where(matches(dialect, filter))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ details, personal, ...row }) => ({
      ...row,
      details: mergeDetails(parseDetails(details), parseDetails(personal ?? '{}')),
    }))
  },
  pseudonymise: async (userId) => {
    const takeOut = async (column: 'user_id' | 'actor_id', last?: { at: number; id: string }): Promise<void> => {
      const some = await db
        .selectFrom('audit_entries')
        .select(['at', 'id'])
        .where(column, '=', userId)
        .$if(column === 'user_id', (query) => query.where('actor_id', 'is', null))
        .$if(last !== undefined, (query) => query.where(sql<boolean>`(at, id) > (${last?.at}, ${last?.id})`))
        .orderBy('at')
        .orderBy('id')
        .limit(maxEntries)
        .execute()
      if (some.length === 0) return
      await db
        .updateTable('audit_entries')
        .set({ ip: null, user_agent: null, personal: null, salt: null })
        .where(
          dialect.isAny(
            sql.ref('id'),
            some.map(({ id }) => id),
          ),
        )
        .execute()
      await takeOut(column, some.at(-1))
    }
    await takeOut('user_id')
    await takeOut('actor_id')
  },
})
