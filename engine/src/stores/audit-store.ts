import { type Kysely, sql } from 'kysely'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'

const maxEntries = 1_000

const columns = [
  'id',
  'at',
  'user_id as userId',
  'action',
  'resource',
  'resource_id as resourceId',
  'details',
  'ip',
  'user_agent as userAgent',
  'request_id as requestId',
] as const

/** Details that tell of a person. */
const personal = ['emailHash', 'email', 'name'] as const

export const createAuditStore = (db: Kysely<Tables>, dialect: Dialect): AuditStore => ({
  append: async (entries) => {
    if (entries.length > maxEntries)
      throw new RangeError(`At most ${maxEntries} entries at once, not ${entries.length}`)
    if (entries.length > 0) await db.insertInto('audit_entries').values(entries.map(toColumns)).execute()
  },
  list: async ({ limit, userId, action, before }) => {
    const rows = await db
      .selectFrom('audit_entries')
      .select(columns)
      .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as string))
      .$if(action !== undefined, (query) => query.where('action', '=', action as string))
      .$if(before !== undefined, (query) => query.where(sql<boolean>`(at, id) < (${before?.at}, ${before?.id})`))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as AuditEntry['details'] }))
  },
  pseudonymise: async (userId) => {
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
        .set({ ip: null, user_agent: null, details: dialect.withoutKeys(sql.ref('details'), personal) })
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

const toColumns = (entry: AuditEntry) => ({
  id: entry.id,
  at: entry.at,
  user_id: entry.userId,
  action: entry.action,
  resource: entry.resource,
  resource_id: entry.resourceId,
  details: JSON.stringify(entry.details),
  ip: entry.ip,
  user_agent: entry.userAgent,
  request_id: entry.requestId,
})
