import type { UserId } from '../primitives/ids.ts'
import type { Role, RoleStore } from './store.ts'

/** The permissions that some roles come to: the union, sorted. */
export const unionOf = (roles: readonly Role[]): readonly string[] =>
  [...new Set(roles.flatMap(({ permissions }) => permissions))].sort()

/** What a user holds, as of now, by the database. `roles`: every role, where they are known already. */
export const heldPermissions = async (
  store: Pick<RoleStore, 'list' | 'assignments'>,
  userId: UserId,
  roles?: readonly Role[],
): Promise<readonly string[]> => {
  const own = (await store.assignments([userId])).get(userId)
  if (!own) return []
  const all = roles ?? (await store.list()).roles
  return unionOf(all.filter(({ id }) => own.some(({ roleId }) => roleId === id)))
}
