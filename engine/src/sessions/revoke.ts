// Ends sessions. What is not committed is not reported as done (I11).
import type { SessionEndReason } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from './announce.ts'
import type { RevokedSession, SessionStore } from './store.ts'

export type RevokeDeps = {
  readonly transact: Transact<{ sessions: SessionStore; audit: AuditStore }>
  readonly channel: Channel
  readonly log: Log
}

export type RevokeInput = {
  readonly reason: SessionEndReason
  readonly now: number
  readonly context: Context
  /** Who did it, where it was not the owner: an operator's or application's name. */
  readonly by?: string
}

/** What the record says of ended sessions: one entry each, bounded by the sessions a user can have. */
export const revocationEntries = (revoked: readonly RevokedSession[], input: RevokeInput) =>
  revoked.map(({ id, userId }) =>
    auditEntry(input.context, {
      action: 'session:end',
      at: input.now,
      userId,
      resource: 'session',
      resourceId: id,
      details: { reason: input.reason, ...(input.by === undefined ? {} : { by: input.by }) },
    }),
  )

/** Ends these sessions; those that were over already stay as they were. Gives the ones that this call ended. */
export const revokeSessions = async (
  deps: RevokeDeps,
  ids: readonly SessionId[],
  input: RevokeInput,
): Promise<readonly RevokedSession[]> => {
  if (ids.length === 0) return []
  const revoked = await deps.transact(async ({ sessions, audit }) => {
    const ended = await sessions.revoke(ids, input.reason, input.now)
    await audit.append(revocationEntries(ended, input))
    return ended
  })
  await announce(deps, ids)
  return revoked
}

/** Ends every session of a user, but for `except`. */
export const revokeUser = async (
  deps: RevokeDeps,
  userId: UserId,
  input: RevokeInput & { readonly except?: SessionId },
): Promise<readonly RevokedSession[]> => {
  const revoked = await deps.transact(async ({ sessions, audit }) => {
    const ended = await sessions.revokeAllOfUser(userId, input.reason, input.now, input.except ?? null)
    await audit.append(revocationEntries(ended, input))
    return ended
  })
  await announce(
    deps,
    revoked.map(({ id }) => id),
  )
  return revoked
}
