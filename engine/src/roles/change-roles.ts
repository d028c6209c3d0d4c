// Roles are made, changed and deleted. Nobody puts into a role, nor takes a role away that holds, what they do not hold themselves.
import { randomToken } from '../primitives/random.ts'
import {
  type ActorRefused,
  actOnRoles,
  type NotFound,
  notFound,
  type RoleAct,
  type RoleActDeps,
  type RoleActor,
} from './act-on-roles.ts'
import { type EvenTheLast, isManaged, type LastAdministrator, lastAdministrator } from './administrators.ts'
import { checkRole, type RoleFault, tidy } from './check-role.ts'
import { findRole, type Role, type RoleRef } from './store.ts'

export type NewRole = {
  readonly name: string
  readonly description?: string
  readonly permissions: readonly string[]
}

type Done<Value> = { readonly ok: true; readonly value: Value }

/** Refuses `validation_failed`, `name_taken` (or `maxRoles` are there), and what whoever acts may not. */
export const createRole = async (
  deps: RoleActDeps,
  input: NewRole,
  by: RoleActor,
): Promise<Done<Role> | RoleFault | ActorRefused | NotFound | { readonly ok: false; readonly error: 'name_taken' }> => {
  const fault = checkRole(deps.permissions, input)
  if (fault) return fault
  return actOnRoles(deps, { by }, async (act) => {
    const role = newRole(input, act.now)
    return (
      act.refuses(role.permissions) ??
      ((await addRole(act, role)) ? { ok: true, value: role } : { ok: false, error: 'name_taken' })
    )
  })
}

/** What is left out stays as it is. Refuses `validation_failed`, `not_found`, `last_administrator`, and what whoever acts may not. */
export const changeRole = async (
  deps: RoleActDeps,
  ref: RoleRef,
  to: { readonly description?: string | null; readonly permissions?: readonly string[] },
  { by, leaveNoAdministrator = false }: EvenTheLast & { readonly by: RoleActor },
): Promise<Done<Role> | RoleFault | NotFound | LastAdministrator | ActorRefused> => {
  const fault = checkRole(deps.permissions, to)
  if (fault) return fault
  return actOnRoles(deps, { by }, async (act) => {
    const before = findRole(act.roles, ref)
    if (!before) return notFound
    const { description = before.description, permissions = before.permissions } = to
    const after = { ...before, description, permissions: tidy(permissions), updatedAt: act.now }
    const refusal = act.refuses(before.permissions, after.permissions)
    if (refusal) return refusal
    if (isSame(before, after)) return { ok: true, value: before }
    if (!leaveNoAdministrator && (await leavesNobody(act, replaced(act.roles, after)))) return lastAdministrator
    await replaceRole(act, before, after)
    return { ok: true, value: after }
  })
}

/** Takes it from everybody who has it. Refuses `not_found`, `last_administrator`, and what whoever acts may not. */
export const deleteRole = async (
  deps: RoleActDeps,
  ref: RoleRef,
  { by, leaveNoAdministrator = false }: EvenTheLast & { readonly by: RoleActor },
): Promise<Done<undefined> | NotFound | LastAdministrator | ActorRefused> =>
  actOnRoles(deps, { by }, async (act) => {
    const role = findRole(act.roles, ref)
    if (!role) return notFound
    const refusal = act.refuses(role.permissions)
    if (refusal) return refusal
    const left = act.roles.filter(({ id }) => id !== role.id)
    if (!leaveNoAdministrator && (await leavesNobody(act, left))) return lastAdministrator
    await act.stores.roles.remove(role.id)
    const details = { before: shown(role), after: null }
    await act.stores.audit.append([act.entry('role:delete', { resource: 'role', resourceId: role.id, details })])
    return { ok: true, value: undefined }
  })

/** Whether an active user may manage roles now, and none could with these. */
export const leavesNobody = async ({ stores, roles }: RoleAct, after: readonly Role[]): Promise<boolean> =>
  (await isManaged(stores.roles, roles)) && !(await isManaged(stores.roles, after))

export const newRole = ({ name, description, permissions }: NewRole, now: number): Role => ({
  id: randomToken(16),
  name,
  description: description ?? null,
  permissions: tidy(permissions),
  createdAt: now,
  updatedAt: now,
})

export const addRole = async ({ stores, entry }: RoleAct, role: Role): Promise<boolean> => {
  if (!(await stores.roles.insert(role))) return false
  const details = { before: null, after: shown(role) }
  await stores.audit.append([entry('role:create', { resource: 'role', resourceId: role.id, details })])
  return true
}

export const replaceRole = async ({ stores, entry, now }: RoleAct, before: Role, after: Role): Promise<void> => {
  await stores.roles.change(before.id, after, now)
  const details = { before: shown(before), after: shown(after) }
  await stores.audit.append([entry('role:change', { resource: 'role', resourceId: before.id, details })])
}

const isSame = (before: Role, after: Role): boolean =>
  before.description === after.description && before.permissions.join() === after.permissions.join()

export const replaced = (roles: readonly Role[], after: Role): readonly Role[] =>
  roles.map((role) => (role.id === after.id ? after : role))

const shown = ({ name, description, permissions }: Role) => ({ role: name, description, permissions })
