import type { AnyActor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { type AccountActDeps, announceAccount, endSessions } from './acts-on-accounts.ts'

/** Ends every session of a user, and every sign-in that waits for its second factor. Refuses what whoever acts may not. */
export const endEverySession = async (
  deps: AccountActDeps,
  id: UserId,
  by: AnyActor,
): Promise<{ readonly ok: true; readonly value: { readonly endedSessions: number } } | ActorRefusal> => {
  const committed = deps.transact(async (stores) => {
    const act = { id, by, now: deps.clock.now() }
    const refusal = await refuseActor(stores, by, { target: id, permission: 'users:update' })
    if (refusal) return refusal
    // Holds the row: an act or a sign-in that holds it is waited for, and what it begins ends as well.
    await stores.accounts.lockActive(id)
    return endSessions(stores, act, 'ended_by_operator')
  })
  const ended = await orAlarm(deps.log, { reason: 'ended_by_operator', user: id }, committed)
  if ('error' in ended) return ended
  await announceAccount(deps, id, ended)
  return { ok: true, value: { endedSessions: ended.length } }
}
