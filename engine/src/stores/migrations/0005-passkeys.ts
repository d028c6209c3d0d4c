import type { Ddl } from './ddl.ts'

/** Passkeys of accounts. A counter has 32 bits without a sign: more than `integer` holds on PostgreSQL. */
export const passkeys = ({ time, flag, tableEnd }: Ddl): readonly string[] => [
  `create table passkeys (
    id text not null primary key,
    user_id text not null references users (id) on delete cascade,
    credential_id text not null unique,
    public_key text not null,
    counter ${time} not null,
    backup_eligible ${flag} not null,
    backed_up ${flag} not null,
    transports text not null,
    name text not null,
    created_at ${time} not null,
    last_used_at ${time}
  ) ${tableEnd}`,
  'create index passkeys_by_user on passkeys (user_id)',
]
