// What administrators list is read by an index, a page of it, among ten thousand.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { UserId } from '../primitives/ids.ts'
import { openPlanned, type Planned, planKinds } from './plans.suite.ts'

const size = 10_000

/** One account in a thousand is disabled, one in five hundred has the role; a session each, a hundred addresses, one in fifty ended. */
const fill = async ({ db, stores }: Planned) => {
  const numbers = sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${sql.lit(size)})`
  await sql`insert into users (id, email, email_key, is_active, search_text, created_at, updated_at)
    ${numbers} select 'user-' || i, i || '@example.com', i || '@example.com', i % 1000 <> 0, i || '@example.com', i, 1 from n`.execute(
    db,
  )
  await sql`insert into sessions (id, user_id, generation, issue, rotated_at, issued_at, durable, key_id, idle_expires_at, expires_at,
      revoked_at, created_at, authenticated_at, last_used_at, ip)
    ${numbers} select 'session-' || i, 'user-' || i, 0, 0, 1, 1, 1 = 1, 'key', 20000, 20000,
      case when i % 50 = 0 then 1 end, i, i, i, '192.0.2.' || (i % 100) from n`.execute(db)
  const role = { description: null, permissions: [], createdAt: 0, updatedAt: 0 }
  for (const name of ['rare', 'common']) await stores.roles.insert({ ...role, id: name, name })
  await sql`insert into user_roles (user_id, role_id, granted_at, granted_by)
    ${numbers} select 'user-' || i, 'rare', 1, 'test' from n where i % 500 = 0
    union all select 'user-' || i, 'common', 1, 'test' from n where i % 500 <> 0`.execute(db)
  await sql`analyze`.execute(db)
}

/** What few have in their email or name is looked for in every account: no index that both databases have finds a part of a text. */
const list = { after: null, limit: 50, search: null }
const live = { after: { at: 9_000, id: 'z' }, limit: 50, now: 2 }
const acts: Readonly<Record<string, readonly [(stores: Planned['stores']) => Promise<unknown>, index: RegExp]>> = {
  accounts: [({ accounts }) => accounts.list(list), /users_by_creation/],
  'accounts, the next page': [
    ({ accounts }) => accounts.list({ ...list, after: '9000.user-9000' }),
    /users_by_creation/,
  ],
  'disabled accounts': [({ accounts }) => accounts.list({ ...list, isActive: false }), /users_disabled/],
  'active accounts': [({ accounts }) => accounts.list({ ...list, isActive: true }), /users_by_creation/],
  'accounts of a role that few have': [
    ({ accounts }) => accounts.list({ ...list, roleId: 'rare' }),
    /user_roles_by_role/,
  ],
  'accounts of a role that most have': [({ accounts }) => accounts.list({ ...list, roleId: 'common' }), /user_roles/],
  'accounts by a part of the email that many have': [
    ({ accounts }) => accounts.list({ ...list, search: '@ex' }),
    /users_by_creation/,
  ],
  sessions: [({ sessions }) => sessions.listEveryones(live), /sessions_by_creation/],
  'sessions of a user': [
    ({ sessions }) => sessions.listEveryones({ ...live, userId: 'user-7' as UserId }),
    /sessions_by_user/,
  ],
  'sessions from an address': [
    ({ sessions }) => sessions.listEveryones({ ...live, ip: '192.0.2.7' }),
    /sessions_by_ip/,
  ],
  'sessions of a user from an address': [
    ({ sessions }) => sessions.listEveryones({ ...live, userId: 'user-7' as UserId, ip: '192.0.2.7' }),
    /sessions_by_(user|ip)/,
  ],
}

test.each(planKinds)('AUD-1 among ten thousand, what administrators list is read by an index (%s)', async (kind) => {
  const planned = await openPlanned(kind)
  await fill(planned)
  for (const [name, [act, index]] of Object.entries(acts)) {
    const [statement] = await planned.sentBy(() => act(planned.stores))
    if (!statement) throw new Error('nothing was sent')
    const plan = await planned.planOf(statement)
    expect.soft(plan, name).toMatch(index)
    expect.soft(plan, name).not.toMatch(/Seq Scan on (users|sessions)|SCAN (users|sessions)(?!.*USING)/)
  }
  await planned.db.destroy()
})
