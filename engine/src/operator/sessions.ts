// Sessions, as commands and applications act on them (S-38).
import type { Session } from '@vigile/contract'
import type { AccountActDeps } from '../accounts/acts-on-accounts.ts'
import { endEveryonesSessions } from '../accounts/end-everyones-sessions.ts'
import { type Actor, nameActor } from '../audit/actor.ts'
import { noContext } from '../audit/entry.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { presentSession } from '../sessions/present-session.ts'
import { type RevokeInput, revokeSessions, revokeUser } from '../sessions/revoke.ts'
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

export const createSessions = (deps: AccountActDeps & { readonly sessions: SessionStore }): Sessions => {
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
      const done = await endEveryonesSessions(deps, by)
      // Commands and applications act as the owner of the installation.
      if (!done.ok) throw new Error(`an operator was refused: ${done.error}`)
      return done.value
    },
  }
}
