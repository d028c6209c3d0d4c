// The lines of the table that are for administrators. Reads need the permission; changes also the CSRF token and a recent sign-in (TOK-11).
import type { createAdminUserHandlers } from './admin-user-handlers.ts'
import type { createPermitted } from './permitted.ts'
import { type Route, type RouteLimit, route } from './route.ts'

export type Administration = {
  readonly permitted: ReturnType<typeof createPermitted>['guard']
  readonly users: ReturnType<typeof createAdminUserHandlers>
}

const read: RouteLimit = { rule: 'read' }
const change: RouteLimit = { rule: 'change' }

export const createAdminRoutes = ({ permitted, users }: Administration): readonly Route[] => [
  route('adminUsers', { guard: permitted('users:read'), limit: read, handle: users.list }),
  route('adminUser', { guard: permitted('users:read'), limit: read, handle: users.one }),
  route('disableUser', { guard: permitted('users:update'), limit: change, handle: users.disable }),
  route('enableUser', { guard: permitted('users:update'), limit: change, handle: users.enable }),
  route('endSessionsOfUser', { guard: permitted('users:update'), limit: change, handle: users.endSessions }),
  route('resetPasswordOfUser', { guard: permitted('users:update'), limit: change, handle: users.resetPassword }),
  route('removeFactorsOfUser', { guard: permitted('users:update'), limit: change, handle: users.removeFactors }),
  route('deleteUser', { guard: permitted('users:delete'), limit: change, handle: users.remove }),
]
