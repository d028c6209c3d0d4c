import type { Ddl } from './ddl.ts'

/** The link by which an installation without an administrator is claimed: one at a time, on the row that roles wait for. */
export const claim = ({ time }: Ddl): readonly string[] => [
  'alter table roles_state add column claim_hash text',
  `alter table roles_state add column claim_until ${time}`,
]
