import type { EnginePermission } from '@vigile/contract'
import type { AnyActor } from '../audit/actor.ts'
import { type ActorRefused, lives, type RoleActStores, refuseLacking } from './act-on-roles.ts'
import { heldPermissions } from './held-permissions.ts'

export type HolderStores = Pick<RoleActStores, 'accounts' | 'sessions' | 'roles'>

/**
 * First in the transaction of an act that takes a permission: a user who acts must still be signed in, and hold it, as of now; the guard
 * asked before. Null: they may; commands and applications always.
 */
export const refuseUnlessHeld = async (
  stores: HolderStores,
  by: AnyActor,
  permission: EnginePermission,
): Promise<ActorRefused | null> => {
  if (by.kind !== 'user') return null
  const isThere = (await stores.accounts.lockActive(by.id)) !== null && (await lives(stores, by))
  if (!isThere) return { ok: false, error: 'unauthenticated' }
  await stores.roles.lock()
  return refuseLacking(by, await heldPermissions(stores.roles, by.id), [permission])
}
