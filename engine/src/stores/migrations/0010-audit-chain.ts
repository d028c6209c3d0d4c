import type { Ddl } from './ddl.ts'

/**
 * What makes the audit log tamper-evident (decisions/0022).
 * `position` and `hash` come a moment after the entry, from whoever seals.
 */
export const auditChain = ({ time, tableEnd }: Ddl): readonly string[] => [
  'alter table audit_entries add column personal text',
  'alter table audit_entries add column salt text',
  'alter table audit_entries add column commitment text',
  'alter table audit_entries add column mac text',
  `alter table audit_entries add column position ${time}`,
  'alter table audit_entries add column hash text',
  'create unique index audit_entries_by_position on audit_entries (position) where position is not null',
  'create index audit_entries_to_seal on audit_entries (at, id) where position is null and hash is null',
  'create index audit_entries_outside on audit_entries (id) where position is null and hash is not null',

  // One row: the end of the chain, signed.
  `create table audit_head (
    id integer not null primary key,
    statement text not null,
    signature text not null
  ) ${tableEnd}`,

  `create table audit_checkpoints (
    position ${time} not null primary key,
    statement text not null,
    signature text not null
  ) ${tableEnd}`,
]
