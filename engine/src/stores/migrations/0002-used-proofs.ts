import type { Ddl } from './ddl.ts'

/** Proofs of bound sessions that were used, for the few minutes in which they could be used again. */
export const usedProofs = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table used_proofs (
    proof text not null primary key,
    until ${time} not null
  ) ${tableEnd}`,
  'create index used_proofs_by_end on used_proofs (until)',
]
