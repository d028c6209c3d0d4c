import type { Ddl } from './ddl.ts'

/** The user who did it to others, beside the one it was done to. */
export const auditActors = (_: Ddl): readonly string[] => [
  'alter table audit_entries add column actor_id text',
  'create index audit_entries_by_actor on audit_entries (actor_id, at, id) where actor_id is not null',
]
