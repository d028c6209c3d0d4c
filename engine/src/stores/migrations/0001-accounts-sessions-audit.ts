import type { Ddl } from './ddl.ts'

/** Accounts, sessions, devices, attempts, audit, signing keys, nodes, jobs. */
export const accountsSessionsAudit = ({ time, flag, tableEnd, firstOf }: Ddl): readonly string[] => [
  `create table users (
    id text not null primary key,
    email text not null,
    email_key text not null unique,
    email_verified_at ${time},
    name text,
    image text,
    locale text,
    is_active ${flag} not null,
    password_hash text,
    search_text text not null,
    created_at ${time} not null,
    updated_at ${time} not null
  ) ${tableEnd}`,
  'create index users_by_creation on users (created_at, id)',

  `create table sessions (
    id text not null primary key,
    user_id text not null references users (id) on delete cascade,
    generation integer not null,
    issue integer not null,
    winner integer,
    previous_winner integer,
    rotated_at ${time} not null,
    issued_at ${time} not null,
    durable ${flag} not null,
    key_id text not null,
    bound_key text,
    replaces text,
    idle_expires_at ${time} not null,
    expires_at ${time} not null,
    revoked_at ${time},
    revoked_reason text,
    created_at ${time} not null,
    authenticated_at ${time} not null,
    last_used_at ${time} not null,
    ip text,
    user_agent text,
    ends_at ${time} not null
      generated always as (${firstOf(['idle_expires_at', 'expires_at', 'coalesce(revoked_at, expires_at)'])}) stored
  ) ${tableEnd}`,
  'create index sessions_by_user on sessions (user_id, ends_at)',
  'create index sessions_by_end on sessions (ends_at)',

  `create table known_devices (
    user_id text not null references users (id) on delete cascade,
    device_hash text not null,
    created_at ${time} not null,
    last_used_at ${time} not null,
    primary key (user_id, device_hash)
  ) ${tableEnd}`,
  'create index known_devices_by_use on known_devices (last_used_at)',

  `create table sign_in_attempts (
    email_hash text not null primary key,
    failed integer not null,
    last_at ${time} not null
  ) ${tableEnd}`,
  'create index sign_in_attempts_by_time on sign_in_attempts (last_at)',

  // No foreign key to users: entries outlive the account.
  `create table audit_entries (
    id text not null primary key,
    at ${time} not null,
    user_id text,
    action text not null,
    resource text,
    resource_id text,
    details text not null,
    ip text,
    user_agent text,
    request_id text
  ) ${tableEnd}`,
  'create index audit_entries_by_time on audit_entries (at, id)',
  'create index audit_entries_by_user on audit_entries (user_id, at, id)',
  'create index audit_entries_by_action on audit_entries (action, at, id)',

  `create table signing_keys (
    id text not null primary key,
    position integer not null unique,
    algorithm text not null,
    public_jwk text not null,
    sealed_private_jwk text not null,
    created_at ${time} not null,
    signs_from ${time} not null
  ) ${tableEnd}`,

  `create table nodes (
    id text not null primary key,
    key_ids text not null,
    seen_at ${time} not null
  ) ${tableEnd}`,

  `create table job_runs (
    job text not null,
    slot ${time} not null,
    node text not null,
    claimed_at ${time} not null,
    leased_until ${time} not null,
    finished_at ${time},
    result text,
    primary key (job, slot)
  ) ${tableEnd}`,
  'create index job_runs_by_time on job_runs (claimed_at)',
]
