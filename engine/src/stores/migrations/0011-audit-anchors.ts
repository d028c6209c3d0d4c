import type { Ddl } from './ddl.ts'

/** How far each anchor outside the database has come. */
export const auditAnchors = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table audit_anchors (
    name text not null primary key,
    position ${time} not null,
    leased_until ${time} not null
  ) ${tableEnd}`,
]
