import type { Ddl } from './ddl.ts'

/** Whose sign-in it is that takes no more attempts, for operators: found without reading what takes some. */
export const closedSignIns = (_: Ddl): readonly string[] => [
  'alter table sign_in_attempts add column user_id text',
  'create index sign_in_attempts_closed on sign_in_attempts (last_at) where failed >= 100',
]
