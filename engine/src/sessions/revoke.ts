// Ends sessions. What is not committed is not reported as done (I11).
import type { SessionEndReason } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from './announce.ts'
import { orAlarm } from './or-alarm.ts'
import type { RevokedSession, SessionStore } from './store.ts'

/** As far as sessions need to know of accounts: to hold the row of one that is active. */
export type LockedAccounts = { lockActive(id: UserId): Promise<unknown> }

export type RevokeDeps = {
  readonly transact: Transact<{ accounts: LockedAccounts; sessions: SessionStore; audit: AuditStore }>
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

/** Entries in one statement: who may have any number of sessions can still end them all. */
const entriesAtOnce = 500

/** Puts ended sessions on record, one entry each. */
export const recordRevocations = async (
  audit: AuditStore,
  revoked: readonly RevokedSession[],
  input: RevokeInput,
): Promise<void> => {
  const details = { reason: input.reason, ...(input.by === undefined ? {} : { by: input.by }) }
  const entries = revoked.map(({ id, userId }) =>
    auditEntry(input.context, {
      action: 'session:end',
      at: input.now,
      userId,
      resource: 'session',
      resourceId: id,
      details,
    }),
  )
  for (let start = 0; start < entries.length; start += entriesAtOnce)
    await audit.append(entries.slice(start, start + entriesAtOnce))
}

/**
 * These sessions, and those that live on only until one of these is proven to have arrived (PROTOCOL.md, "Elevation"):
 * who signs out of an elevated session means both.
 */
export const withReplaced = async (
  sessions: Pick<SessionStore, 'findMany'>,
  ids: readonly SessionId[],
): Promise<readonly SessionId[]> => {
  const rows = (await sessions.findMany(ids)).sessions
  return [...new Set([...ids, ...rows.flatMap(({ replaces }) => (replaces === null ? [] : [replaces]))])]
}

/**
 * Ends these sessions, and those that they replace; what was over already stays as it was. Gives those that this call ended. The
 * accounts' rows come first: an act under way that one of these sessions authorised is done by then, or finds its session over.
 */
export const revokeSessions = async (
  deps: RevokeDeps,
  ids: readonly SessionId[],
  input: RevokeInput,
): Promise<readonly RevokedSession[]> => {
  if (ids.length === 0) return []
  const committed = deps.transact(async ({ accounts, sessions, audit }) => {
    const owners = (await sessions.findMany(ids)).sessions.map(({ userId }) => userId)
    // In one order: two that end the same ones don't lock each other out.
    for (const owner of [...new Set(owners)].sort()) await accounts.lockActive(owner)
    const all = await withReplaced(sessions, ids)
    const ended = await sessions.revoke(all, input.reason, input.now)
    await recordRevocations(audit, ended, input)
    return { all, ended }
  })
  const { all, ended } = await orAlarm(deps.log, { reason: input.reason, sessions: ids }, committed)
  await announce(deps, all)
  return ended
}

/**
 * Ends every session of a user but for `except`, and every sign-in that still waits for its second factor. The account's row comes
 * first: what an act or a sign-in that holds it begins is waited for, and seen by the statement after; it ends as well.
 */
export const revokeUser = async (
  deps: RevokeDeps,
  userId: UserId,
  input: RevokeInput & { readonly except?: SessionId },
): Promise<readonly RevokedSession[]> => {
  const committed = deps.transact(async ({ accounts, sessions, audit }) => {
    await accounts.lockActive(userId)
    const ended = await sessions.revokeAllOfUser(userId, input.reason, input.now, input.except ?? null)
    await recordRevocations(audit, ended, input)
    return ended
  })
  const revoked = await orAlarm(deps.log, { reason: input.reason, user: userId }, committed)
  await announce(
    deps,
    revoked.map(({ id }) => id),
  )
  return revoked
}
