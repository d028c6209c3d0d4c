import type { Ddl } from './ddl.ts'

/**
 * Indexes that came to tables which were full already, by name. Each is built beside the people who write, after the migrations, and again
 * where that broke off: in a migration it would keep everybody from signing in for as long as it takes.
 */
export const laterIndexes = ({ byBytes }: Ddl): Readonly<Record<string, string>> => ({
  sessions_by_creation: 'on sessions (created_at, id) where revoked_at is null',
  sessions_by_ip: 'on sessions (ip, created_at, id) where revoked_at is null',
  users_disabled: 'on users (created_at, id) where is_active = false',
  audit_entries_by_actor: 'on audit_entries (actor_id, at, id) where actor_id is not null',
  audit_entries_by_action_start: `on audit_entries (action${byBytes}, at, id)`,
})

/** Those that they replace. */
export const formerIndexes: readonly string[] = ['audit_entries_by_action']
