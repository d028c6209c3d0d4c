// Sessions, as commands and applications act on them (S-38).
import type { Session } from '@vigile/contract'
import { type Actor, nameActor } from '../audit/actor.ts'
import { auditEntry, noContext } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { presentSession } from '../sessions/present-session.ts'
import { type LockedAccounts, type RevokeInput, revokeSessions, revokeUser } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'

type Ended = { readonly ok: true; readonly value: undefined } | { readonly ok: false; readonly error: 'not_found' }

/** Each act is on record with who did it (`by`), or it is not done. */
export type Sessions = {
  /** The live sessions of a user, the last used first; 1,000 at most. */
  list(userId: UserId): Promise<readonly Session[]>
  /** Ends a session. Refuses `not_found` where there is none, or it is over. */
  end(id: SessionId, by: Actor): Promise<Ended>
  endAll(userId: UserId, by: Actor): Promise<{ readonly endedSessions: number }>
  /** Ends every session of everyone, after a theft of the database for example. */
  endEveryones(by: Actor): Promise<{ readonly endedSessions: number }>
}

export const createSessions = (deps: {
  readonly sessions: SessionStore
  readonly transact: Transact<{ accounts: LockedAccounts; sessions: SessionStore; audit: AuditStore }>
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
}): Sessions => {
  const { clock } = deps
  const circumstances = (by: Actor): RevokeInput => ({
    reason: 'ended_by_operator',
    now: clock.now(),
    context: noContext,
    by: nameActor(by),
  })
  return {
    list: async (userId) => (await deps.sessions.listLive(userId, clock.now())).map(presentSession),
    end: async (id, by) => {
      const ended = await revokeSessions(deps, [id], circumstances(by))
      return ended.length > 0 ? { ok: true, value: undefined } : { ok: false, error: 'not_found' }
    },
    endAll: async (userId, by) => ({ endedSessions: (await revokeUser(deps, userId, circumstances(by))).length }),
    endEveryones: async (by) => {
      const now = clock.now()
      const committed = deps.transact(async ({ sessions, audit }) => {
        const count = await sessions.revokeEveryones('ended_by_operator', now)
        const details = { by: nameActor(by), endedSessions: count }
        await audit.append([auditEntry(noContext, { action: 'session:end-everyones', at: now, details })])
        return count
      })
      const endedSessions = await orAlarm(deps.log, { reason: 'ended_by_operator' }, committed)
      await deps.channel
        .publish([{ kind: 'everything' }])
        .catch((error) => deps.log.warn({ err: error }, 'other nodes were not told that every session is over'))
      return { endedSessions }
    },
  }
}
