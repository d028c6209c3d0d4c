// What the routes of administration have in common: who acts, what may not be, and who looked at whom.
import type { UserActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import { createOnceInWindow } from '../audit/once-in-window.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { Clock } from '../primitives/clock.ts'
import type { ActorRefusal } from '../roles/act-on-user.ts'
import type { LastAdministrator } from '../roles/administrators.ts'
import type { Call } from './call.ts'
import { type Refusal, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'

/** Who looks is on record once in so long. */
const lookWindowMs = 15 * 60_000

/** The user who acts, as the transaction of the act asks once more: by this session, within what it holds. */
export const actorOf = ({ context }: Call, { verified: { session }, held }: PermittedSession): UserActor => ({
  kind: 'user',
  id: session.userId,
  sessionId: session.id,
  within: held,
  context,
})

/** What an act may refuse to whoever administers. */
export type ActRefused =
  | ActorRefusal
  | LastAdministrator
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

export const refused = (refusal: ActRefused): Refusal => {
  if (refusal.error === 'last_administrator')
    return refuse('permission_denied', { detail: { key: 'lastAdministrator' } })
  if (refusal.error === 'rate_limited') return refuse('rate_limited', { verdict: refusal.verdict })
  if (refusal.error !== 'permission_denied') return refuse(refusal.error)
  const { permission } = refusal
  return refuse('permission_denied', { permission, detail: { key: 'permissionMissing', values: { permission } } })
}

/** Puts on record that somebody looked at data of people, or at one person's; what can't be on record is not shown. */
export type RecordLook = (
  call: Call,
  as: PermittedSession,
  action: string,
  of?: { readonly resource: string; readonly resourceId: string },
) => Promise<void>

export const createRecordLook = (deps: {
  readonly audit: Pick<AuditStore, 'append'>
  readonly clock: Clock
}): RecordLook => {
  const once = createOnceInWindow(deps.clock)
  return async ({ context }, { verified }, action, of) => {
    const { userId } = verified.session
    const entry = () => auditEntry({ ...context, actorId: userId }, { action, at: deps.clock.now(), userId, ...of })
    await once(`${userId} ${action} ${of?.resourceId ?? ''}`, lookWindowMs, () => deps.audit.append([entry()]))
  }
}
