import type { Ddl } from './ddl.ts'

/** How far each anchor outside the database has come, signed: who has the database can't say that it has come further. */
export const auditAnchors = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table audit_anchors (
    name text not null primary key,
    statement text,
    signature text,
    leased_until ${time} not null
  ) ${tableEnd}`,
]
