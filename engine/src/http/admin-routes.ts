// The lines of the table that are for administrators. Reads need the permission; changes also the CSRF token and a recent sign-in (TOK-11).
import type { createAdminRoleHandlers } from './admin-role-handlers.ts'
import type { createAdminSiteHandlers } from './admin-site-handlers.ts'
import type { createAdminUserHandlers } from './admin-user-handlers.ts'
import type { createAlertHandlers } from './alert-handlers.ts'
import type { createBlockHandlers } from './block-handlers.ts'
import type { createPermitted } from './permitted.ts'
import { type Route, type RouteLimit, route } from './route.ts'

export type Administration = {
  readonly permitted: ReturnType<typeof createPermitted>['guard']
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
}: Administration): readonly Route[] => [
  route('adminUsers', { guard: permitted('users:read'), limit: read, handle: users.list }),
  route('adminUser', { guard: permitted('users:read'), limit: read, handle: users.one }),
  route('disableUser', { guard: permitted('users:update'), limit: change, handle: users.disable }),
  route('enableUser', { guard: permitted('users:update'), limit: change, handle: users.enable }),
  route('endSessionsOfUser', { guard: permitted('users:update'), limit: change, handle: users.endSessions }),
  route('resetPasswordOfUser', { guard: permitted('users:update'), limit: change, handle: users.resetPassword }),
  route('removeFactorsOfUser', { guard: permitted('users:update'), limit: change, handle: users.removeFactors }),
  route('deleteUser', { guard: permitted('users:delete'), limit: change, handle: users.remove }),
  route('adminRoles', { guard: permitted('roles:read'), limit: read, handle: roles.list }),
  route('createRole', { guard: permitted('roles:manage'), limit: change, handle: roles.create }),
  route('changeRole', { guard: permitted('roles:manage'), limit: change, handle: roles.change }),
  route('deleteRole', { guard: permitted('roles:manage'), limit: change, handle: roles.remove }),
  route('grantRole', { guard: permitted('roles:manage'), limit: change, handle: roles.grant }),
  route('revokeRole', { guard: permitted('roles:manage'), limit: change, handle: roles.revoke }),
  route('adminSessions', { guard: permitted('users:read'), limit: read, handle: site.sessions }),
  // Before that of one session, whose path would fit.
  route('endEveryonesSessions', { guard: permitted('system:admin'), limit: change, handle: site.endEveryones }),
  route('endSessionOfUser', { guard: permitted('users:update'), limit: change, handle: site.endSession }),
  route('adminKeys', { guard: permitted('system:read'), limit: read, handle: site.keys }),
  route('rotateKeys', { guard: permitted('system:admin'), limit: change, handle: site.rotate }),
  route('adminAudit', { guard: permitted('audit:read'), limit: read, handle: site.audit }),
  route('exportAudit', { guard: permitted('audit:read'), limit: exports, handle: site.exportAudit }),
  route('blocks', { guard: permitted('system:read'), limit: read, handle: blocks.list }),
  route('liftBlock', { guard: permitted('system:admin'), limit: change, handle: blocks.lift }),
  route('alerts', { guard: permitted('system:read'), limit: read, handle: alerts.list }),
  route('acknowledgeAlert', { guard: permitted('system:admin'), limit: change, handle: alerts.acknowledge }),
]
