import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import type { ActorRefused } from '../roles/act-on-roles.ts'
import { refuseUnlessHeld } from '../roles/refuse-unless-held.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import type { AccountActDeps } from './acts-on-accounts.ts'

type Ended = { readonly ok: true; readonly value: { readonly endedSessions: number } }

/**
 * Ends every session of everyone (S-38). Refuses what whoever acts may not: a user needs `system:admin`. It reaches those who hold more
 * too: after a theft nobody's session is to be trusted, and everybody signs in again.
 */
export const endEveryonesSessions = async (deps: AccountActDeps, by: AnyActor): Promise<Ended | ActorRefused> => {
  const now = deps.clock.now()
  const committed = deps.transact(async (stores): Promise<Ended | ActorRefused> => {
    const refusal = await refuseUnlessHeld(stores, by, 'system:admin')
    if (refusal) return refusal
    const endedSessions = await stores.sessions.revokeEveryones('ended_by_operator', now)
    const details = { by: nameActor(by), endedSessions }
    await stores.audit.append([auditEntry(contextOf(by), { action: 'session:end-everyones', at: now, details })])
    return { ok: true, value: { endedSessions } }
  })
  const done = await orAlarm(deps.log, { reason: 'ended_by_operator' }, committed)
  if (!done.ok) return done
  await deps.channel
    .publish([{ kind: 'everything' }])
    .catch((error) => deps.log.warn({ err: error }, 'other nodes were not told that every session is over'))
  return done
}
