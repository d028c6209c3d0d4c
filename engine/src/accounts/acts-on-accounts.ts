// What the acts of operators and applications on accounts have in common: they are on record with who did it, in their own
// transaction, and every node hears of them.
import type { SessionEndReason } from '@vigile/contract'
import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import type { RoleStore } from '../roles/store.ts'
import { announce } from '../sessions/announce.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { ClosureStore } from './closure-store.ts'
import type { AccountStore } from './store.ts'

export type AccountActDeps = {
  readonly transact: Transact<{
    accounts: AccountStore
    closures: ClosureStore
    sessions: SessionStore
    roles: RoleStore
    audit: AuditStore
  }>
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
}

/** Whose account, who acts, and when. */
export type ActOnAccount = { readonly id: UserId; readonly by: AnyActor; readonly now: number }

export type NotFound = { readonly ok: false; readonly error: 'not_found' }
export const notFound: NotFound = { ok: false, error: 'not_found' }

export const entryOf = (
  action: string,
  { id, by, now }: ActOnAccount,
  details: Readonly<Record<string, unknown>> = {},
): AuditEntry =>
  auditEntry(contextOf(by), {
    action,
    at: now,
    userId: id,
    resource: 'user',
    resourceId: id,
    details: { by: nameActor(by), ...details },
  })

/** Ends every session of the account, and every sign-in that waits for its second factor, in the transaction of the act. */
export const endSessions = async (
  { sessions, audit }: { readonly sessions: SessionStore; readonly audit: AuditStore },
  { id, by, now }: ActOnAccount,
  reason: SessionEndReason,
): Promise<readonly SessionId[]> => {
  const revoked = await sessions.revokeAllOfUser(id, reason, now, null)
  await recordRevocations(audit, revoked, { reason, now, context: contextOf(by), by: nameActor(by) })
  return revoked.map((session) => session.id)
}

/** ACC-9: after the commit, every node drops what it holds of the account and of these sessions. */
export const announceAccount = async (
  deps: Pick<AccountActDeps, 'channel' | 'log'>,
  id: UserId,
  sessions: readonly SessionId[],
): Promise<void> => {
  await announce(deps, sessions)
  await deps.channel
    .publish([{ kind: 'user', id }])
    .catch((error) => deps.log.warn({ err: error }, 'other nodes were not told of a changed account'))
}
