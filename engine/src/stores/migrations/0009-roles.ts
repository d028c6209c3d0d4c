import type { Ddl } from './ddl.ts'

/** Roles, who has which, and the one row that every change of them waits for. */
export const roles = ({ time, tableEnd }: Ddl): readonly string[] => [
  `create table roles (
    id text not null primary key,
    name text not null unique,
    description text,
    permissions text not null,
    created_at ${time} not null,
    updated_at ${time} not null
  ) ${tableEnd}`,

  `create table user_roles (
    user_id text not null references users (id) on delete cascade,
    role_id text not null references roles (id) on delete cascade,
    granted_at ${time} not null,
    granted_by text not null,
    primary key (user_id, role_id)
  ) ${tableEnd}`,
  'create index user_roles_by_role on user_roles (role_id, user_id)',

  `create table roles_state (
    id integer not null primary key,
    version ${time} not null
  ) ${tableEnd}`,
  'insert into roles_state (id, version) values (1, 0)',
]
