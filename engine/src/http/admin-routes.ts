// The lines of the table that are for administrators. Reads need the permission; changes also the CSRF token and a recent sign-in (TOK-11).
import type { EndpointName, EnginePermission } from '@vigile/contract'
import type { createAdminRoleHandlers } from './admin-role-handlers.ts'
import type { createAdminSiteHandlers } from './admin-site-handlers.ts'
import type { createAdminUserHandlers } from './admin-user-handlers.ts'
import type { createAlertHandlers } from './alert-handlers.ts'
import type { createBlockHandlers } from './block-handlers.ts'
import type { Call } from './call.ts'
import type { Outcome } from './outcome.ts'
import type { createPermitted, PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'
import { type Route, type RouteLimit, route } from './route.ts'

export type Administration = {
  readonly permitted: Pick<ReturnType<typeof createPermitted>, 'guard' | 'recordDenied'>
  readonly users: ReturnType<typeof createAdminUserHandlers>
  readonly roles: ReturnType<typeof createAdminRoleHandlers>
  readonly site: ReturnType<typeof createAdminSiteHandlers>
  readonly blocks: ReturnType<typeof createBlockHandlers>
  readonly alerts: ReturnType<typeof createAlertHandlers>
}

const read: RouteLimit = { rule: 'read' }
const change: RouteLimit = { rule: 'change' }
const exports: RouteLimit = { rule: 'auditExport' }

export const createAdminRoutes = ({
  permitted,
  users,
  roles,
  site,
  blocks,
  alerts,
}: Administration): readonly Route[] => {
  const line = <Name extends EndpointName>(
    name: Name,
    permission: EnginePermission,
    limit: RouteLimit,
    handle: (call: Call, as: PermittedSession, input: InputOf<Name>) => Promise<Outcome>,
  ) =>
    route(name, {
      guard: permitted.guard(permission),
      limit,
      handle: async (call, as, input) => permitted.recordDenied(call, as, await handle(call, as, input)),
    })
  return [
    line('adminUsers', 'users:read', read, users.list),
    line('adminUser', 'users:read', read, users.one),
    line('disableUser', 'users:update', change, users.disable),
    line('enableUser', 'users:update', change, users.enable),
    line('endSessionsOfUser', 'users:update', change, users.endSessions),
    line('resetPasswordOfUser', 'users:update', change, users.resetPassword),
    line('removeFactorsOfUser', 'users:update', change, users.removeFactors),
    line('deleteUser', 'users:delete', change, users.remove),
    line('adminRoles', 'roles:read', read, roles.list),
    line('createRole', 'roles:manage', change, roles.create),
    line('changeRole', 'roles:manage', change, roles.change),
    line('deleteRole', 'roles:manage', change, roles.remove),
    line('grantRole', 'roles:manage', change, roles.grant),
    line('revokeRole', 'roles:manage', change, roles.revoke),
    line('adminSessions', 'users:read', read, site.sessions),
    // Before that of one session, whose path would fit.
    line('endEveryonesSessions', 'system:admin', change, site.endEveryones),
    line('endSessionOfUser', 'users:update', change, site.endSession),
    line('adminKeys', 'system:read', read, site.keys),
    line('rotateKeys', 'system:admin', change, site.rotate),
    line('adminAudit', 'audit:read', read, site.audit),
    line('exportAudit', 'audit:read', exports, site.exportAudit),
    line('blocks', 'system:read', read, blocks.list),
    line('liftBlock', 'system:admin', change, blocks.lift),
    line('alerts', 'system:read', read, alerts.list),
    line('acknowledgeAlert', 'system:admin', change, alerts.acknowledge),
  ]
}
