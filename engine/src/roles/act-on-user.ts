// Who may act on whose account: a user who administers others acts on nobody who holds what they do not hold themselves. An
// administrator of users could otherwise disable whoever owns everything, or take away the second factor that protects them.
import type { AnyActor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import { type ActorRefused, lives, type NotFound, notFound, type RoleActStores, refuseLacking } from './act-on-roles.ts'
import { heldPermissions } from './held-permissions.ts'

export type ActOnUserStores = Pick<RoleActStores, 'accounts' | 'sessions' | 'roles'>

export type ActorRefusal = ActorRefused | NotFound

/**
 * First in the transaction of an act on a user's account: holds the rows of both users and of the roles until the commit, then says
 * whether whoever acts may, as of now. Null: they may; commands and applications always, as the owner of the installation. Refuses
 * `unauthenticated` (the session is over, or the account disabled), `not_found` (no such user) and `permission_denied`, naming what lacks:
 * `permission`, or one that the other holds.
 *
 * @example
 * const refusal = await refuseActor(stores, by, { target: id, permission: 'users:update' })
 * if (refusal) return refusal
 */
export const refuseActor = async (
  stores: ActOnUserStores,
  by: AnyActor,
  { target, permission }: { readonly target: UserId; readonly permission: string },
): Promise<ActorRefusal | null> => {
  if (by.kind !== 'user') return null
  const { accounts, roles } = stores
  // In the order of the ids, as changes of roles do: two who act on each other wait, and don't lock each other out.
  for (const id of [...new Set([by.id, target])].sort()) {
    if (id === target && !(await accounts.lock(id))) return notFound
    if (id === by.id && (await accounts.lockActive(id)) === null) return { ok: false, error: 'unauthenticated' }
  }
  if (!(await lives(stores, by))) return { ok: false, error: 'unauthenticated' }
  // A role that is given more meanwhile is waited for.
  await roles.lock()
  const all = (await roles.list()).roles
  const [held, theirs] = [await heldPermissions(roles, by.id, all), await heldPermissions(roles, target, all)]
  return refuseLacking(by, held, [permission, ...theirs])
}
