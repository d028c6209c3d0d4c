import type { Ddl } from './ddl.ts'

/** Accounts that their owners have closed, and whose a letter is. */
export const person = ({ time, flag, tableEnd }: Ddl): readonly string[] => [
  `create table account_closures (
    user_id text not null primary key references users (id) on delete cascade,
    closed_at ${time} not null,
    delete_at ${time} not null,
    revocable ${flag} not null
  ) ${tableEnd}`,
  'create index account_closures_by_turn on account_closures (delete_at)',

  // No foreign key: who has an account is not told by what a letter locks.
  'alter table outbox add column user_id text',
  'create index outbox_by_user on outbox (user_id, created_at)',
]
