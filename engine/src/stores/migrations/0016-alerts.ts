import type { Ddl } from './ddl.ts'

/** What was suspicious, and how far the record was looked at: what is on it already is not told of. */
export const alerts = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table alerts (
    id text not null primary key,
    rule text not null,
    severity text not null,
    subject text not null,
    first_at ${time} not null,
    last_at ${time} not null,
    count ${time} not null,
    details text not null,
    told text,
    acknowledged_at ${time},
    acknowledged_by text
  ) ${tableEnd}`,
  'create index alerts_by_time on alerts (first_at, id)',
  'create index alerts_open on alerts (first_at, id) where acknowledged_at is null',
  'create index alerts_by_rule on alerts (rule, first_at, id)',
  'create index alerts_by_subject on alerts (rule, subject, first_at)',
  "create index alerts_told_alone on alerts (rule, first_at) where told = 'alone'",
  'create index alerts_untold on alerts (rule, first_at) where told is null',

  `create table alert_watch (
    id integer not null primary key,
    position ${time} not null
  ) ${tableEnd}`,
  'insert into alert_watch (id, position) select 1, coalesce(max(position), 0) from audit_entries where position is not null',
]
