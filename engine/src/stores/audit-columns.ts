import type { StoredEntry } from '../audit/chain-store.ts'
import type { AuditEntriesTable } from './schema.ts'

/** An entry with all that it is stored with. */
export const entryColumns = [
  'id',
  'at',
  'user_id as userId',
  'actor_id as actorId',
  'action',
  'resource',
  'resource_id as resourceId',
  'details',
  'ip',
  'user_agent as userAgent',
  'request_id as requestId',
  'personal',
  'salt',
  'commitment',
  'mac',
  'position',
  'hash',
] as const

export const toColumns = (entry: StoredEntry): AuditEntriesTable => ({
  id: entry.id,
  at: entry.at,
  user_id: entry.userId,
  actor_id: entry.actorId,
  action: entry.action,
  resource: entry.resource,
  resource_id: entry.resourceId,
  details: entry.details,
  ip: entry.ip,
  user_agent: entry.userAgent,
  request_id: entry.requestId,
  personal: entry.personal,
  salt: entry.salt,
  commitment: entry.commitment,
  mac: entry.mac,
  position: entry.position,
  hash: entry.hash,
})
