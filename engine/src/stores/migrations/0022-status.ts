import type { Ddl } from './ddl.ts'

/** How the parts that people know of were, for the status page: a row as long as nothing changes. */
export const status = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table status_periods (
    part text not null,
    state text not null,
    began_at ${time} not null,
    seen_at ${time} not null,
    primary key (part, began_at)
  ) ${tableEnd}`,
  'create index status_periods_by_time on status_periods (seen_at)',
]
