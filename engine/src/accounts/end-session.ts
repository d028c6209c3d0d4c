import type { AnyActor } from '../audit/actor.ts'
import { contextOf, nameActor } from '../audit/actor.ts'
import type { SessionId } from '../primitives/ids.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import { announce } from '../sessions/announce.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations, withReplaced } from '../sessions/revoke.ts'
import { type AccountActDeps, notFound } from './acts-on-accounts.ts'

/** Ends one session of a user, and what it replaces. Refuses `not_found` (there is none, or it is over), and what whoever acts may not. */
export const endSession = async (
  deps: AccountActDeps,
  id: SessionId,
  by: AnyActor,
): Promise<{ readonly ok: true; readonly value: undefined } | ActorRefusal> => {
  const reason = 'ended_by_operator'
  const committed = deps.transact(async (stores) => {
    const now = deps.clock.now()
    const { session } = await stores.sessions.find(id)
    if (!session) return notFound
    const refusal = await refuseActor(stores, by, { target: session.userId, permission: 'users:update' })
    if (refusal) return refusal
    await stores.accounts.lockActive(session.userId)
    const all = await withReplaced(stores.sessions, [id])
    const ended = await stores.sessions.revoke(all, reason, now)
    await recordRevocations(stores.audit, ended, { reason, now, context: contextOf(by), by: nameActor(by) })
    return ended.length > 0 ? all : notFound
  })
  const ended = await orAlarm(deps.log, { reason, sessions: [id] }, committed)
  if ('error' in ended) return ended
  await announce(deps, ended)
  return { ok: true, value: undefined }
}
