import type { Ddl } from './ddl.ts'

/** What administrators list: live sessions of everyone and of an address, the newest first, and disabled accounts. */
export const lists = (_: Ddl): readonly string[] => [
  'create index sessions_by_creation on sessions (created_at, id) where revoked_at is null',
  'create index sessions_by_ip on sessions (ip, created_at, id) where revoked_at is null',
  'create index users_disabled on users (created_at, id) where is_active = false',
]
