// What operators and applications do with accounts. Each act is on record, with who did it, in its own transaction.

import type { SessionEndReason } from '@vigile/contract'
import { auditEntry, noContext } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import { checkImportedHash } from '../passwords/legacy-hash.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import { createUserId, type UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from '../sessions/announce.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { Actor, NewUser } from '../vigile.ts'
import type { CheckNewPassword } from './check-new-password.ts'
import { parseEmail } from './email.ts'
import type { Account, AccountStore } from './store.ts'

export type ManageDeps = {
  readonly transact: Transact<{ accounts: AccountStore; sessions: SessionStore; audit: AuditStore }>
  readonly hasher: PasswordHasher
  readonly checkNewPassword: CheckNewPassword
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
}

export type CreateUserResult =
  | { readonly ok: true; readonly value: Account }
  | { readonly ok: false; readonly error: 'email_taken' | 'invalid_email' | 'invalid_hash' }
  | { readonly ok: false; readonly error: 'weak_password'; readonly faults: readonly PasswordFault[] }

type NotFound = { readonly ok: false; readonly error: 'not_found' }
const notFound: NotFound = { ok: false, error: 'not_found' }

const record = (action: string, id: UserId, by: Actor, at: number, details: Readonly<Record<string, unknown>> = {}) =>
  auditEntry(noContext, {
    action,
    at,
    userId: id,
    resource: 'user',
    resourceId: id,
    details: { by: `${by.kind}:${by.name}`, ...details },
  })

/** Makes an account. Refuses `invalid_email`, `email_taken`, `weak_password`, `invalid_hash` (unknown or too costly). */
export const createUser = async (deps: ManageDeps, input: NewUser, by: Actor): Promise<CreateUserResult> => {
  const email = parseEmail(input.email)
  if (!email) return { ok: false, error: 'invalid_email' }
  const name = input.name ?? null
  if (input.passwordHash !== undefined && !checkImportedHash(input.passwordHash).ok)
    return { ok: false, error: 'invalid_hash' }
  if (input.password !== undefined) {
    const faults = await deps.checkNewPassword(input.password, { email: email.address, name })
    if (faults.length > 0) return { ok: false, error: 'weak_password', faults }
  }
  const passwordHash =
    input.password === undefined ? (input.passwordHash ?? null) : await deps.hasher.hash(input.password)
  const now = deps.clock.now()
  const account: Account = {
    id: createUserId(),
    email: email.address,
    emailKey: email.key,
    emailVerifiedAt: input.emailVerified ? now : null,
    name,
    image: null,
    locale: input.locale ?? null,
    isActive: true,
    passwordHash,
    createdAt: now,
    updatedAt: now,
  }
  const made = await deps.transact(async ({ accounts, audit }) => {
    if (!(await accounts.insert(account))) return false
    await audit.append([record('user:create', account.id, by, now)])
    return true
  })
  return made ? { ok: true, value: account } : { ok: false, error: 'email_taken' }
}

/** ACC-6: disables an account and ends its sessions at once; or the other way round. */
export const setUserActive = async (
  deps: ManageDeps,
  id: UserId,
  isActive: boolean,
  by: Actor,
): Promise<{ readonly ok: true; readonly value: { readonly endedSessions: number } } | NotFound> => {
  const now = deps.clock.now()
  const ended = await deps.transact(async ({ accounts, sessions, audit }) => {
    if (!(await accounts.setActive(id, isActive, now))) return (await accounts.findById(id)) ? [] : null
    const revoked = isActive ? [] : await endAll(sessions, audit, id, 'account_disabled', by, now)
    await audit.append([
      record(isActive ? 'user:enable' : 'user:disable', id, by, now, { endedSessions: revoked.length }),
    ])
    return revoked
  })
  if (ended === null) return notFound
  await tell(deps, id, ended)
  return { ok: true, value: { endedSessions: ended.length } }
}

export const setUserVerified = async (
  deps: ManageDeps,
  id: UserId,
  by: Actor,
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound> => {
  const now = deps.clock.now()
  const found = await deps.transact(async ({ accounts, audit }) => {
    if (!(await accounts.setEmailVerified(id, now))) return (await accounts.findById(id)) !== null
    await audit.append([record('user:verify-email', id, by, now)])
    return true
  })
  if (!found) return notFound
  await tell(deps, id, [])
  return { ok: true, value: undefined }
}

/** Removes an account and what hangs on it. Its audit entries stay. */
export const deleteUser = async (
  deps: ManageDeps,
  id: UserId,
  by: Actor,
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound> => {
  const now = deps.clock.now()
  const ended = await deps.transact(async ({ accounts, sessions, audit }) => {
    const revoked = await endAll(sessions, audit, id, 'account_deleted', by, now)
    if (!(await accounts.delete(id))) return null
    await audit.append([record('user:delete', id, by, now, { endedSessions: revoked.length })])
    return revoked
  })
  if (ended === null) return notFound
  await tell(deps, id, ended)
  return { ok: true, value: undefined }
}

const endAll = async (
  sessions: SessionStore,
  audit: AuditStore,
  id: UserId,
  reason: SessionEndReason,
  by: Actor,
  now: number,
) => {
  const revoked = await sessions.revokeAllOfUser(id, reason, now, null)
  await recordRevocations(audit, revoked, { reason, now, context: noContext, by: `${by.kind}:${by.name}` })
  return revoked.map((session) => session.id)
}

const tell = async (deps: ManageDeps, id: UserId, sessions: Parameters<typeof announce>[1]): Promise<void> => {
  await announce(deps, sessions)
  await deps.channel
    .publish([{ kind: 'user', id }])
    .catch((error) => deps.log.warn({ err: error }, 'other nodes were not told of a changed account'))
}
