import type { Ddl } from './ddl.ts'

/** Sign-ins that wait for their second factor, authenticator apps, recovery codes. */
export const secondFactor = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table pending_sign_ins (
    token_hash text not null primary key,
    user_id text not null references users (id) on delete cascade,
    way_in text not null,
    created_at ${time} not null,
    expires_at ${time} not null,
    tries integer not null,
    ended_at ${time}
  ) ${tableEnd}`,
  'create index pending_sign_ins_by_user on pending_sign_ins (user_id)',
  'create index pending_sign_ins_by_end on pending_sign_ins (expires_at)',

  // The secret is sealed; key_id names the key, so that what is under an old one is found.
  `create table totp_factors (
    user_id text not null primary key references users (id) on delete cascade,
    sealed text not null,
    key_id text not null,
    last_step ${time} not null,
    created_at ${time} not null
  ) ${tableEnd}`,
  'create index totp_factors_by_key on totp_factors (key_id)',

  // Until a first code of it is right.
  `create table totp_enrolments (
    user_id text not null primary key references users (id) on delete cascade,
    sealed text not null,
    created_at ${time} not null,
    expires_at ${time} not null
  ) ${tableEnd}`,
  'create index totp_enrolments_by_end on totp_enrolments (expires_at)',

  `create table recovery_codes (
    user_id text not null references users (id) on delete cascade,
    code_hash text not null,
    created_at ${time} not null,
    used_at ${time},
    primary key (user_id, code_hash)
  ) ${tableEnd}`,
]
