// Somebody can always manage roles: who could not, could not make anybody else do it either (RBAC-5).
import type { UserId } from '../primitives/ids.ts'
import { holds } from './permissions.ts'
import type { Role, RoleStore } from './store.ts'

/** What administrators hold, and the last active one of them keeps. */
export const managePermission = 'roles:manage'

/** Where it is not declared, it holds everything. */
export const administratorRole = 'admin'

export type LastAdministrator = { readonly ok: false; readonly error: 'last_administrator' }
export const lastAdministrator: LastAdministrator = { ok: false, error: 'last_administrator' }

/** Only a command or an application can ask for it: that afterwards nobody may manage roles. */
export type EvenTheLast = { readonly leaveNoAdministrator?: boolean }

const managing = (roles: readonly Role[]): readonly string[] =>
  roles.filter(({ permissions }) => holds(permissions, managePermission)).map(({ id }) => id)

/** Whether an active user may manage roles; `without`: leaving out a user, or one of the user's roles. */
export const isManaged = async (
  store: Pick<RoleStore, 'isHeld'>,
  roles: readonly Role[],
  without?: { readonly userId: UserId; readonly roleId?: string },
): Promise<boolean> => {
  const ids = managing(roles)
  return ids.length > 0 && store.isHeld(ids, without)
}

/**
 * Whether the account is the last active one that may manage roles. Part of the transaction that disables or removes it, and that holds
 * its row; then holds the row that changes of roles wait for, so that of two that would leave nobody one finds the other done.
 */
export const isLastAdministrator = async (store: RoleStore, userId: UserId): Promise<boolean> => {
  const own = (await store.assignments([userId])).get(userId)
  // Most have no role that could make it so, but a role may be given more meanwhile: whoever has any waits.
  if (!own) return false
  await store.lock()
  const { roles } = await store.list()
  const ids = managing(roles)
  return own.some(({ roleId }) => ids.includes(roleId)) && !(await isManaged(store, roles, { userId }))
}
