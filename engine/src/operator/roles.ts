// Roles, as commands and applications act on them (RBAC-1 to RBAC-5).

import type { PermissionDeclaration } from '@vigile/contract'
import type { Actor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import type { ActorRefused, NotFound, RoleActDeps, RoleActor } from '../roles/act-on-roles.ts'
import type { EvenTheLast, LastAdministrator } from '../roles/administrators.ts'
import { type Assigned, grantRole, revokeRole } from '../roles/assign-roles.ts'
import { changeRole, createRole, deleteRole } from '../roles/change-roles.ts'
import type { RoleFault } from '../roles/check-role.ts'
import { offerClaim } from '../roles/claim.ts'
import type { Grantable } from '../roles/permissions.ts'
import { type Seeded, seedRoles } from '../roles/seed-roles.ts'
import type { Role, RoleStore } from '../roles/store.ts'

type Done<Value> = { readonly ok: true; readonly value: Value }
type Refused<Code extends string> = { readonly ok: false; readonly error: Code }

/**
 * Each act is on record with who did it and with what was before and after, or it is not done. A user (`{ kind: 'user', id }`) needs
 * `roles:manage`, and gives, takes or changes only what that user holds: else `permission_denied`, with the `permission` that lacks.
 * `unauthenticated`: that user is disabled, or the session is over. The last active user who holds `roles:manage` keeps it:
 * `last_administrator`, unless a command or an application says `leaveNoAdministrator`.
 */
export type Roles<Declared extends PermissionDeclaration = PermissionDeclaration> = {
  /** Every role, by name. */
  list(): Promise<readonly Role[]>
  /** The names of a user's roles. */
  of(userId: UserId): Promise<readonly string[]>
  /**
   * Makes a role. `name`: up to 64 of `a-z`, `0-9` and `-`; `description`: one line of up to 500 characters. Refuses `validation_failed`
   * (`path` and `value` say what: a permission that was not declared, for one) and `name_taken` (or there are 200).
   *
   * @example
   * await auth.roles.create({ name: 'editor', permissions: ['products:*'] }, { kind: 'application', name: 'setup' })
   */
  create(
    input: {
      readonly name: string
      readonly description?: string
      readonly permissions: readonly Grantable<Declared>[]
    },
    by: RoleActor,
  ): Promise<Done<Role> | RoleFault | Refused<'name_taken'> | NotFound | ActorRefused>
  /** Changes what is given; whoever has the role holds the new permissions at the next request. Refuses `not_found`, `validation_failed`. */
  change(
    name: string,
    to: { readonly description?: string | null; readonly permissions?: readonly Grantable<Declared>[] },
    by: RoleActor,
    options?: EvenTheLast,
  ): Promise<Done<Role> | RoleFault | NotFound | LastAdministrator | ActorRefused>
  /** Takes it from everybody who has it. Refuses `not_found`. */
  delete(
    name: string,
    by: RoleActor,
    options?: EvenTheLast,
  ): Promise<Done<undefined> | NotFound | LastAdministrator | ActorRefused>
  /**
   * Gives a user a role; `changed: false` where the user has it already. A command or an application that gives `admin` where there is no
   * such role makes it: as it was declared, else it holds everything. Refuses `not_found` (no such user or role).
   *
   * @example
   * await auth.roles.grant(user.id, 'content-editor', { kind: 'application', name: 'billing' })
   */
  grant(userId: UserId, role: string, by: RoleActor): Promise<Assigned | NotFound | ActorRefused>
  revoke(
    userId: UserId,
    role: string,
    by: RoleActor,
    options?: EvenTheLast,
  ): Promise<Assigned | NotFound | LastAdministrator | ActorRefused>
  /**
   * A token that makes one signed-in user administrator, once (`POST …/claim`; the page is `/claim#` and the token). Good for a day, and
   * ended by the next one. Null: somebody may manage roles already. Show it to whoever owns the installation, and to nobody else.
   *
   * @example
   * const token = await auth.roles.offerClaim()
   * if (token) process.stdout.write(`administration: https://shop.example.com/claim#${token}\n`)
   */
  offerClaim(): Promise<string | null>
  /**
   * Writes the roles that were declared (`roles` of the options), exactly and as often as one likes: each holds what is declared and nothing
   * else; other roles stay as they are. Refuses `too_many_roles` (over 200).
   */
  seed(
    by: Actor,
    options?: EvenTheLast,
  ): Promise<Done<Seeded> | LastAdministrator | Refused<'too_many_roles'> | NotFound | ActorRefused>
}

export const createRoles = (
  deps: RoleActDeps & { readonly roles: Pick<RoleStore, 'list' | 'assignments'> },
): Roles => ({
  list: async () => (await deps.roles.list()).roles,
  of: async (userId) => {
    const own = (await deps.roles.assignments([userId])).get(userId) ?? []
    const { roles } = await deps.roles.list()
    return roles.filter(({ id }) => own.some(({ roleId }) => roleId === id)).map(({ name }) => name)
  },
  create: (input, by) => createRole(deps, input, by),
  change: (name, to, by, options) => changeRole(deps, name, to, { ...options, ...ofUser(by) }),
  delete: (name, by, options) => deleteRole(deps, name, { ...options, ...ofUser(by) }),
  grant: (userId, role, by) => grantRole(deps, { userId, role }, by),
  revoke: (userId, role, by, options) => revokeRole(deps, { userId, role }, { ...options, ...ofUser(by) }),
  offerClaim: () => offerClaim(deps),
  seed: (by, options) => seedRoles(deps, { ...options, by }),
})

/** A user never leaves nobody, whatever is asked. */
const ofUser = (by: RoleActor) => (by.kind === 'user' ? { by, leaveNoAdministrator: false } : { by })
