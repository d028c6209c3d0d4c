// The acts of the stores use an index each: no table is read as a whole, however long it grows.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createUserId, type SessionId, type UserId } from '../primitives/ids.ts'
import { changeTogether } from './change-together.ts'
import type { Stores } from './database.ts'
import { postgresDialect } from './dialect.ts'
import { openPlanned, planKinds } from './plans.suite.ts'
import { sampleAccount, sampleIdentity, sampleSession } from './samples.suite.ts'

const indexes = [
  'alerts_by_rule',
  'alerts_by_subject',
  'alerts_by_time',
  'alerts_open',
  'alerts_told_alone',
  'alerts_untold',
  'audit_entries_by_action_start',
  'audit_entries_by_time',
  'audit_entries_by_user',
  'identities_by_user',
  'known_devices_by_use',
  'oauth_handles_by_end',
  'oauth_states_by_end',
  'outbox_by_end',
  'outbox_by_turn',
  'passkeys_by_user',
  'sessions_by_end',
  'sessions_by_user',
  'sign_in_attempts_by_time',
  'sign_in_attempts_closed',
  'used_proofs_by_end',
  'user_roles_by_role',
  'users_by_creation',
  'webhook_messages_by_end',
  'webhook_messages_by_turn',
]

const users = Array.from({ length: 300 }, () => createUserId())

const fill = async ({
  accounts,
  sessions,
  audit,
  usedProofs,
  identities,
  oauthStates,
  oauthHandles,
  roles,
  outbox,
  webhooks,
  alerts,
}: Stores): Promise<SessionId[]> => {
  const ids: SessionId[] = []
  const role = { description: null, permissions: [], createdAt: 0, updatedAt: 0 }
  for (const name of ['user', 'editor']) await roles.insert({ ...role, id: name, name })
  for (const [index, id] of users.entries()) {
    await accounts.insert(sampleAccount({ id, createdAt: index }))
    await usedProofs.take(id, index)
    const waiting = { id, kind: 'x', now: index, expiresAt: index }
    await outbox.insert({ ...waiting, userId: null, sealed: 'x' })
    await webhooks.insert({ ...waiting, body: '{}' })
    await accounts.rememberDevice(id, 'device', index)
    await accounts.beginUnknownDeviceAttempt(id, 10, index)
    for (let count = 0; count < 10; count++) {
      const session = sampleSession({ userId: id, idleExpiresAt: index * 100, lastUsedAt: count })
      await sessions.insert(session)
      ids.push(session.id)
    }
    await identities.insert({
      ...sampleIdentity(id, `${index}`),
      tokens: { sealed: 'x', keyId: 'k1', expiresAt: null },
    })
    const flow = { provider: 'discord', browserHash: 'b', returnTo: '/', linking: null, createdAt: 0, expiresAt: index }
    await oauthStates.insert({ ...flow, purpose: 'sign_in', stateHash: id, frontend: '' })
    await oauthHandles.insert({ ...flow, handleHash: id, purpose: 'sign_in', sealed: 'x' })
    const entries = Array.from({ length: 10 }, (_, count) => ({
      id: `${id}${count}`,
      at: index * 10 + count,
      userId: id,
      actorId: null,
      action: `action:${index}`,
      resource: null,
      resourceId: null,
      details: {},
      ip: null,
      userAgent: null,
      requestId: null,
    }))
    await audit.append(entries)
    const alert = { rule: 'session_reuse', severity: 'critical', subject: id, firstAt: index, lastAt: index } as const
    const over = index % 10 === 0 ? { acknowledgedAt: null } : { acknowledgedAt: index }
    const told = index % 20 === 0 ? 'alone' : index % 10 === 0 ? null : 'together'
    await alerts.insert([{ ...alert, ...over, id, count: 1, details: {}, acknowledgedBy: null, told }])
  }
  return ids
}

const actOnIdentities = async ({ identities, oauthStates, oauthHandles }: Stores, user: UserId) => {
  const identity = await identities.findBySubject(sampleIdentity(user, '150'))
  if (!identity) throw new Error('it was filled in')
  await identities.listOfUser(user)
  await identities.findToCall(user, sampleIdentity(user))
  await identities.noteUse(identity.id, { email: null, label: null, now: 1 })
  await identities.beginRefresh(identity, 2, 1)
  await identities.leaveRefresh({ id: identity.id, until: 2 })
  await identities.endRefresh({ id: identity.id, until: 2 }, null)
  await identities.replaceSealed(identity, 'anew', 'k2')
  await identities.putTokens(identity.id, null, 1)
  await identities.listNotUnder('k2', null, 10)
  await identities.disown([identity], 1)
  await identities.isDisowned(identity)
  await identities.takeBack(identity)
  await identities.remove(user, identity.id)
  await identities.removeAll(user)
  const [userId] = users as [UserId]
  const state = { stateHash: userId, provider: 'discord', browserHashes: ['a', 'b'] }
  const handle = { handleHash: userId, purpose: 'sign_in', browserHashes: ['a', 'b'] } as const
  await oauthStates.use(state, -1)
  await oauthStates.standing(userId)
  await oauthStates.deleteOld(5, 5)
  await oauthHandles.find(handle, -1)
  await oauthHandles.use(handle, -1)
  await oauthHandles.standing(userId)
  await oauthHandles.deleteOld(5, 5)
}

const actOnWaiting = async ({ outbox, webhooks }: Stores) => {
  for (const rows of [outbox, webhooks]) {
    await rows.claim({ now: 5, leaseMs: 1, limit: 5 })
    await rows.postpone(users[0] as UserId, 1)
    await rows.end(users[0] as UserId, 'expired', 1)
    await rows.deleteOld(5, 5)
    await rows.waiting()
  }
}

const actOnRoles = async ({ accounts, roles }: Stores, user: UserId) => {
  const { roles: all } = await roles.list()
  const [first, second] = all.map(({ id }) => id) as [string, string]
  await roles.lock()
  await accounts.lock(user)
  await accounts.raiseVersion(user, 1)
  await roles.assignments(users.slice(0, 5))
  await roles.isHeld([first, second], { userId: user })
  await roles.isHeld([first], { userId: user, roleId: first })
  await roles.assign(user, second, { at: 1, by: 'x' })
  await roles.unassign(user, second)
  await roles.change(second, { description: null, permissions: [] }, 1)
  await roles.remove(second)
}

const actOnAlerts = async ({ alerts }: Stores, user: UserId) => {
  const all = { open: false, rule: null, after: null, limit: 10 }
  await alerts.lockWatch('wait')
  await alerts.watched()
  await alerts.moveWatch(1)
  await alerts.recent({ rule: 'session_reuse', subjects: [user, null], since: 5 })
  await alerts.add(user, { count: 1, at: 1, details: {} })
  await alerts.toldAlone('session_reuse', 5)
  await alerts.untold()
  await alerts.list(all)
  await alerts.list({ ...all, open: true, after: { at: 50, id: user } })
  await alerts.list({ ...all, rule: 'session_reuse', after: { at: 50, id: user } })
  await alerts.countOpen()
  await alerts.acknowledge(user, { at: 1, name: 'x' })
  await alerts.tellUntold()
  await alerts.deleteOld(5, 5)
}

const act = async (stores: Stores, ids: readonly SessionId[]) => {
  const { accounts, sessions, audit, usedProofs, passkeys } = stores
  const user = users[150] as UserId
  const id = ids[0] as SessionId
  const { session } = await sessions.find(id)
  await sessions.findMany(ids.slice(0, 10))
  await sessions.findManyWithVersions(ids.slice(0, 10))
  if (session) await sessions.change(session, { winner: 0 }, 1)
  await sessions.listLive(user, 1)
  await sessions.revoke(ids.slice(0, 3), 'signed_out', 1)
  await sessions.revokeAllOfUser(user, 'signed_out', 1, null)
  await sessions.revokeAbove(users[151] as UserId, 3, 'session_limit', 1)
  await sessions.deleteEnded(100, 10)
  await accounts.findById(user)
  await accounts.findByEmailKey('a@example.com')
  await accounts.findMany(users.slice(0, 5))
  await accounts.confirmPassword(user, 'hash', null, 1)
  const { next } = await accounts.list({ after: null, limit: 10, search: null })
  await accounts.list({ after: next, limit: 10, search: null })
  await accounts.findKnownDevice(user, ['device'])
  await actOnIdentities(stores, user)
  await accounts.listClosed(null, 10)
  await accounts.listClosed({ userId: user, emailHash: 'hash' }, 10)
  await accounts.openClosed('hash')
  await accounts.deleteStale({ devicesBefore: 5, attemptsBefore: 5, limit: 5 })
  await actOnRoles(stores, user)
  await actOnWaiting(stores)
  await actOnAlerts(stores, user)
  await accounts.delete(user)
  await audit.list({ limit: 10 })
  await audit.list({ limit: 10, userId: user })
  await audit.list({ limit: 10, action: 'action:7' })
  await passkeys.listOfUser(user)
  await passkeys.findByCredentialId('credential')
  await passkeys.use('passkey', { counter: 1, backedUp: true, now: 1 })
  await passkeys.rename(user, 'passkey', 'name')
  await passkeys.remove(user, 'passkey')
  await usedProofs.take('proof', 1)
  await usedProofs.deleteOld(5, 5)
}

// A small table is read as a whole all the same, unless that is made to look dear: then only what has no index is.
const dearToRead = '?options=-c%20enable_seqscan=off'

test.each(planKinds)('AUD-1 TOK-10 every act finds its rows by an index (%s)', async (kind) => {
  const { db, dialect, stores, sentBy, planOf } = await openPlanned(kind, dearToRead)
  const ids = await fill(stores)
  await sql`analyze`.execute(db)
  const statements = await sentBy(async () => {
    await act(stores, ids)
    if (dialect !== postgresDialect) return
    const change = changeTogether(db, stores.sessions.change)
    const { sessions } = await stores.sessions.findMany(ids.slice(20, 25))
    await Promise.all(sessions.map((session) => change(session, { winner: 0 }, 1)))
  })

  expect(statements.length).toBeGreaterThan(18)
  const used = new Set<string>()
  for (const statement of statements) {
    const plan = await planOf(statement)
    for (const index of indexes) if (plan.includes(index)) used.add(index)
    // SQLite says SCAN of a table without USING INDEX; what json_each gives is scanned, and the few rows that are `due` or `old`,
    // and the one row of the clock, and of the state of roles.
    const readWhole = plan
      .split('\n')
      .filter((line) => /Seq Scan on|SCAN (?!json_each|due|old|clock|roles_state|CONSTANT)(?!.*USING)/.test(line))
    expect(readWhole, `${statement.sql}\n${plan}`).toEqual([])
  }
  // None that nothing needs: each costs a write.
  expect([...used].sort()).toEqual(indexes)
  await db.destroy()
})
