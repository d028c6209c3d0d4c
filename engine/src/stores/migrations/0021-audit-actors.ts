import type { Ddl } from './ddl.ts'

/** The user who did it to others, beside the one it was done to; and actions that begin alike are found together. */
export const auditActors = ({ byBytes }: Ddl): readonly string[] => [
  'alter table audit_entries add column actor_id text',
  'create index audit_entries_by_actor on audit_entries (actor_id, at, id) where actor_id is not null',
  'drop index audit_entries_by_action',
  `create index audit_entries_by_action on audit_entries (action${byBytes}, at, id)`,
]
