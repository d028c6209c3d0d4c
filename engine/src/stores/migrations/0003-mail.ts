import type { Ddl } from './ddl.ts'

/** One-time tokens of links that are sent by mail, and the outbox that the mail waits in. */
export const mail = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table one_time_tokens (
    token_hash text not null primary key,
    purpose text not null,
    user_id text references users (id) on delete cascade,
    email_key text not null,
    created_at ${time} not null,
    expires_at ${time} not null,
    used_at ${time}
  ) ${tableEnd}`,
  'create index one_time_tokens_by_user on one_time_tokens (user_id, purpose)',
  'create index one_time_tokens_by_end on one_time_tokens (expires_at)',

  `create table outbox (
    id text not null primary key,
    kind text not null,
    sealed text,
    created_at ${time} not null,
    expires_at ${time} not null,
    next_at ${time} not null,
    tries integer not null,
    ended_at ${time},
    outcome text
  ) ${tableEnd}`,
  'create index outbox_by_turn on outbox (next_at) where ended_at is null',
  'create index outbox_by_end on outbox (expires_at)',
]
