import { type ActorRefused, actOnRoles, type NotFound, type RoleActDeps, type RoleActor } from './act-on-roles.ts'
import { type EvenTheLast, type LastAdministrator, lastAdministrator } from './administrators.ts'
import { addRole, leavesNobody, newRole, replaced, replaceRole } from './change-roles.ts'
import { tidy } from './check-role.ts'
import { maxRoles } from './store.ts'

/** The names of the roles that were written, and of those that were so already. */
export type Seeded = {
  readonly created: readonly string[]
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
}

/**
 * Writes the declared roles exactly: each holds what is declared and nothing else, and twice is once (RBAC-2). Roles that are not declared
 * stay as they are. All of them or none. Refuses `last_administrator` and `too_many_roles`.
 */
export const seedRoles = async (
  deps: RoleActDeps,
  { by, leaveNoAdministrator = false }: EvenTheLast & { readonly by: Exclude<RoleActor, { kind: 'user' }> },
): Promise<
  | { readonly ok: true; readonly value: Seeded }
  | LastAdministrator
  | ActorRefused
  | NotFound
  | { readonly ok: false; readonly error: 'too_many_roles' }
> =>
  actOnRoles(deps, { by }, async (act) => {
    const named = new Map(act.roles.map((role) => [role.name, role]))
    const wanted = Object.entries(deps.declaredRoles).map(([name, permissions]) => ({
      name,
      permissions: tidy(permissions),
    }))
    const missing = wanted.filter(({ name }) => !named.has(name))
    const differing = wanted.flatMap(({ name, permissions }) => {
      const before = named.get(name)
      const isSame = before?.permissions.join() === permissions.join()
      return before && !isSame ? [{ before, after: { ...before, permissions, updatedAt: act.now } }] : []
    })
    const after = differing.reduce((roles, change) => replaced(roles, change.after), act.roles)
    // What is made here nobody has yet.
    if (!leaveNoAdministrator && (await leavesNobody(act, after))) return lastAdministrator
    if (act.roles.length + missing.length > maxRoles) return { ok: false, error: 'too_many_roles' }
    for (const role of missing) await addRole(act, newRole(role, act.now))
    for (const change of differing) await replaceRole(act, change.before, change.after)
    const created = missing.map(({ name }) => name)
    const changed = differing.map(({ before }) => before.name)
    const unchanged = Object.keys(deps.declaredRoles).filter(
      (name) => !created.includes(name) && !changed.includes(name),
    )
    return { ok: true, value: { created, changed, unchanged } }
  })
