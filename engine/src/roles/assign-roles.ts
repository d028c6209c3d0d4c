// Who has which role. Nobody gives, nor takes away, a role that holds what they do not hold themselves.
import { nameActor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import {
  type ActorRefused,
  actOnRoles,
  type NotFound,
  notFound,
  type RoleAct,
  type RoleActDeps,
  type RoleActor,
} from './act-on-roles.ts'
import {
  administratorRole,
  type EvenTheLast,
  isManaged,
  type LastAdministrator,
  lastAdministrator,
  managePermission,
} from './administrators.ts'
import { addRole, newRole } from './change-roles.ts'
import { holds } from './permissions.ts'
import { findRole, type Role, type RoleRef } from './store.ts'

/** `changed`: false where it was so already. `roles`: the names of all that the user has now. */
export type Assigned = {
  readonly ok: true
  readonly value: { readonly changed: boolean; readonly roles: readonly string[] }
}

type Wanted = { readonly userId: UserId; readonly role: RoleRef }

/**
 * Refuses `not_found` (no such user or role), and what whoever acts may not. A command or an application that gives `admin` where no role
 * has that name makes the role: as it was declared, else it holds everything.
 */
export const grantRole = async (
  deps: RoleActDeps,
  { userId, role: ref }: Wanted,
  by: RoleActor,
): Promise<Assigned | NotFound | ActorRefused> =>
  actOnRoles(deps, { by, target: userId }, async (act) => {
    const found = findRole(act.roles, ref)
    const role = found ?? (ref === administratorRole && by.kind !== 'user' ? await findAdministrators(deps, act) : null)
    if (!role) return notFound
    return act.refuses(role.permissions) ?? give(act, userId, role, nameActor(by))
  })

/** Refuses `not_found` (no such user or role), `last_administrator`, and what whoever acts may not. */
export const revokeRole = async (
  deps: RoleActDeps,
  { userId, role: ref }: Wanted,
  { by, leaveNoAdministrator = false }: EvenTheLast & { readonly by: RoleActor },
): Promise<Assigned | NotFound | LastAdministrator | ActorRefused> =>
  actOnRoles(deps, { by, target: userId }, async (act) => {
    const { stores, roles } = act
    const role = findRole(roles, ref)
    if (!role) return notFound
    const { name } = role
    const refusal = act.refuses(role.permissions)
    if (refusal) return refusal
    const isLast =
      (await isManaged(stores.roles, roles)) && !(await isManaged(stores.roles, roles, { userId, roleId: role.id }))
    if (isLast && !leaveNoAdministrator) return lastAdministrator
    const before = await namesOf(act, userId)
    const changed = await stores.roles.unassign(userId, role.id)
    const after = before.filter((one) => one !== name)
    if (changed) await record(act, 'user:role-revoke', userId, { role: name, before, after })
    return { ok: true, value: { changed, roles: after } }
  })

/** The role of administrators, made as it was declared where there is none; null: it could not be. */
export const findAdministrators = async (
  { declaredRoles }: Pick<RoleActDeps, 'declaredRoles'>,
  act: RoleAct,
): Promise<Role | null> => {
  const there = act.roles.find(({ name }) => name === administratorRole)
  if (there) return there
  const role = newRole({ name: administratorRole, permissions: declaredRoles[administratorRole] ?? ['*'] }, act.now)
  return (await addRole(act, role)) ? role : null
}

export const give = async (act: RoleAct, userId: UserId, role: Role, by: string): Promise<Assigned> => {
  const before = await namesOf(act, userId)
  const isFirst = holds(role.permissions, managePermission) &&
    !(await isManaged(act.stores.roles, act.roles)) && { first: true }
  const changed = await act.stores.roles.assign(userId, role.id, { at: act.now, by })
  const after = changed ? [...before, role.name].sort() : before
  if (changed)
    await record(act, 'user:role-grant', userId, {
      role: role.name,
      permissions: role.permissions,
      before,
      after,
      ...isFirst,
    })
  return { ok: true, value: { changed, roles: after } }
}

const namesOf = async ({ stores, roles }: RoleAct, userId: UserId): Promise<readonly string[]> => {
  const own = (await stores.roles.assignments([userId])).get(userId) ?? []
  return roles.filter(({ id }) => own.some(({ roleId }) => roleId === id)).map(({ name }) => name)
}

const record = async (
  { stores, entry }: RoleAct,
  action: string,
  userId: UserId,
  details: Readonly<Record<string, unknown>>,
): Promise<void> => stores.audit.append([entry(action, { userId, resource: 'user', resourceId: userId, details })])
