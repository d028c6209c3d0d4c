import type { Ddl } from './ddl.ts'

/** Messages that wait for the operator's webhook. */
export const webhooks = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table webhook_messages (
    id text not null primary key,
    kind text not null,
    body text not null,
    created_at ${time} not null,
    expires_at ${time} not null,
    next_at ${time} not null,
    tries integer not null,
    ended_at ${time},
    outcome text
  ) ${tableEnd}`,
  'create index webhook_messages_by_turn on webhook_messages (next_at) where ended_at is null',
  'create index webhook_messages_by_end on webhook_messages (expires_at)',
]
