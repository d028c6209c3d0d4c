import type { AnyActor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import {
  type EvenTheLast,
  isLastAdministrator,
  type LastAdministrator,
  lastAdministrator,
} from '../roles/administrators.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import {
  type AccountActDeps,
  announceAccount,
  endSessions,
  entryOf,
  type NotFound,
  notFound,
} from './acts-on-accounts.ts'

/** ACC-6: disables an account and ends its sessions at once; or the other way round. Refuses `not_found`, `last_administrator`, and what whoever acts may not. */
export const setAccountActive = async (
  deps: AccountActDeps,
  id: UserId,
  isActive: boolean,
  by: AnyActor,
  { leaveNoAdministrator = false }: EvenTheLast = {},
): Promise<
  | { readonly ok: true; readonly value: { readonly endedSessions: number } }
  | NotFound
  | LastAdministrator
  | ActorRefusal
> => {
  const act = { id, by, now: deps.clock.now() }
  const committed = deps.transact(async ({ accounts, closures, sessions, roles, audit }) => {
    const permission = 'users:update'
    const refusal = await refuseActor({ accounts, sessions, roles }, by, { target: id, permission })
    if (refusal) return refusal
    // Of an account that its owner has closed: enabled, it is an account like any other again; disabled, its owner can't come
    // back. First, so that a return under way is waited for; and last, for a closure that was.
    const settleClosure = () => (isActive ? closures.remove(id) : closures.fix(id))
    await settleClosure()
    // Holds the row, so that what makes an administrator is waited for.
    const mustStay = !isActive && !leaveNoAdministrator && (await accounts.lockActive(id)) !== null
    if (mustStay && (await isLastAdministrator(roles, id))) return lastAdministrator
    // The row comes first: a sign-in that holds it is waited for, and its session ends too; a later one finds it disabled.
    const changed = await accounts.setActive(id, isActive, act.now)
    await settleClosure()
    if (!changed) return (await accounts.findById(id)) ? [] : notFound
    const revoked = isActive ? [] : await endSessions({ sessions, audit }, act, 'account_disabled')
    await audit.append([entryOf(isActive ? 'user:enable' : 'user:disable', act, { endedSessions: revoked.length })])
    return revoked
  })
  const ended = await (isActive ? committed : orAlarm(deps.log, { reason: 'account_disabled', user: id }, committed))
  if ('error' in ended) return ended
  await announceAccount(deps, id, ended)
  return { ok: true, value: { endedSessions: ended.length } }
}
