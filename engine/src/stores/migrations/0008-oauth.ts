import type { Ddl } from './ddl.ts'

/** Sign-ins with providers that are under way, their handles, and who is who at which provider. */
export const oauth = ({ time, tableEnd }: Ddl): readonly string[] => [
  // No foreign keys here and in the next: a row is good for minutes, and linking asks for the live session again.
  `create table oauth_states (
    state_hash text not null primary key,
    purpose text not null,
    provider text not null,
    browser_hash text not null,
    frontend text not null,
    return_to text not null,
    user_id text,
    session_id text,
    created_at ${time} not null,
    expires_at ${time} not null,
    used_at ${time}
  ) ${tableEnd}`,
  'create index oauth_states_by_end on oauth_states (expires_at)',

  // What is sealed goes when the handle is used.
  `create table oauth_handles (
    handle_hash text not null primary key,
    purpose text not null,
    provider text not null,
    browser_hash text not null,
    sealed text,
    return_to text not null,
    user_id text,
    session_id text,
    created_at ${time} not null,
    expires_at ${time} not null,
    used_at ${time}
  ) ${tableEnd}`,
  'create index oauth_handles_by_end on oauth_handles (expires_at)',

  `create table identities (
    id text not null primary key,
    user_id text not null references users (id) on delete cascade,
    provider text not null,
    issuer text not null,
    subject text not null,
    email text,
    label text,
    created_at ${time} not null,
    last_used_at ${time},
    granted_at ${time} not null,
    sealed_tokens text,
    key_id text,
    tokens_expire_at ${time},
    refreshing_until ${time},
    unique (provider, issuer, subject)
  ) ${tableEnd}`,
  'create index identities_by_user on identities (user_id)',

  // Who was disconnected is not connected again by email. A hash: it tells nothing of who that is at the provider.
  `create table disowned_identities (
    user_id text not null references users (id) on delete cascade,
    mark text not null,
    created_at ${time} not null,
    primary key (user_id, mark)
  ) ${tableEnd}`,

  // What a provider gave waits for the second factor.
  'alter table pending_sign_ins add column sealed_grant text',
]
