import type { Kysely } from 'kysely'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
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

export const createAuditStore = (db: Kysely<Tables>): AuditStore => ({
  append: async (entries) => {
    if (entries.length > maxEntries)
      throw new RangeError(`At most ${maxEntries} entries at once, not ${entries.length}`)
    if (entries.length > 0) await db.insertInto('audit_entries').values(entries.map(toColumns)).execute()
  },
  list: async ({ limit, userId, action }) => {
    const rows = await db
      .selectFrom('audit_entries')
      .select(columns)
      .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as string))
      .$if(action !== undefined, (query) => query.where('action', '=', action as string))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as AuditEntry['details'] }))
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
