import type { Ddl } from './ddl.ts'

/** The newest of one address, and of one thing that acts were done to. */
export const auditSearch = (_: Ddl): readonly string[] => [
  'create index audit_entries_by_ip on audit_entries (ip, at, id) where ip is not null',
  'create index audit_entries_by_resource on audit_entries (resource_id, at, id) where resource_id is not null',
]
