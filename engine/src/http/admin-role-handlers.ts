// Roles, and who has which, for administrators. Nobody gives, takes or changes what they do not hold (RBAC-5).

import { parseUserId } from '../primitives/ids.ts'
import type { RoleActDeps } from '../roles/act-on-roles.ts'
import { grantRole, revokeRole } from '../roles/assign-roles.ts'
import { changeRole, createRole, deleteRole } from '../roles/change-roles.ts'
import type { RoleFault } from '../roles/check-role.ts'
import type { RoleStore } from '../roles/store.ts'
import { actorOf, refused } from './administration.ts'
import type { Call } from './call.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'

export type AdminRoleDeps = RoleActDeps & { readonly roles: Pick<RoleStore, 'list'> }

const invalid = ({ path, value }: RoleFault): Refusal =>
  refuse('validation_failed', {
    fields: [
      path === 'permissions'
        ? { path, code: 'unknown_permission', key: 'fields.unknown_permission', values: { permission: value } }
        : { path, code: 'invalid', key: 'fields.invalid' },
    ],
  })

export const createAdminRoleHandlers = (deps: AdminRoleDeps) => ({
  list: async (): Promise<Outcome> => {
    const { roles } = await deps.roles.list()
    return answer(200, { json: { roles, permissions: deps.permissions.names } })
  },

  create: async (call: Call, as: PermittedSession, { body }: InputOf<'createRole'>): Promise<Outcome> => {
    const { name, description, permissions } = body
    const wanted = { name, permissions, ...(description !== undefined && { description }) }
    const made = await createRole(deps, wanted, actorOf(call, as))
    if (made.ok) return answer(201, { json: { role: made.value } })
    if (made.error === 'validation_failed') return invalid(made)
    return made.error === 'name_taken' ? refuse('name_taken') : refused(made)
  },

  change: async (call: Call, as: PermittedSession, { params, body }: InputOf<'changeRole'>): Promise<Outcome> => {
    const { description, permissions } = body
    const wanted = { ...(description !== undefined && { description }), ...(permissions && { permissions }) }
    const changed = await changeRole(deps, { id: params.id }, wanted, { by: actorOf(call, as) })
    if (changed.ok) return answer(200, { json: { role: changed.value } })
    return changed.error === 'validation_failed' ? invalid(changed) : refused(changed)
  },

  remove: async (call: Call, as: PermittedSession, { params }: InputOf<'deleteRole'>): Promise<Outcome> => {
    const gone = await deleteRole(deps, { id: params.id }, { by: actorOf(call, as) })
    return gone.ok ? answer(204) : refused(gone)
  },

  grant: async (call: Call, as: PermittedSession, { params }: InputOf<'grantRole'>): Promise<Outcome> => {
    const userId = parseUserId(params.id)
    if (userId === null) return refuse('not_found')
    const given = await grantRole(deps, { userId, role: { id: params.roleId } }, actorOf(call, as))
    return given.ok ? answer(200, { json: given.value }) : refused(given)
  },

  revoke: async (call: Call, as: PermittedSession, { params }: InputOf<'revokeRole'>): Promise<Outcome> => {
    const userId = parseUserId(params.id)
    if (userId === null) return refuse('not_found')
    const taken = await revokeRole(deps, { userId, role: { id: params.roleId } }, { by: actorOf(call, as) })
    return taken.ok ? answer(200, { json: taken.value }) : refused(taken)
  },
})
