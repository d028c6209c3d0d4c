// Roles, and who has which, for administrators.
import { z } from 'zod'
import {
  changeRoleBody,
  newRoleBody,
  roleIdParam,
  roleOfUserParams,
  roleSchema,
  rolesOfUserSchema,
  rolesSchema,
} from '../schemas/admin.ts'
import { emptyBody } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

const role = z.object({ role: roleSchema })

export const adminRolesEndpoints = {
  adminRoles: {
    method: 'GET',
    path: '/api/admin/roles',
    summary: 'Every role, and every permission that there is',
    answers: { 200: json(rolesSchema, 'By name.') },
    refuses: refusedBy.permitted,
  },
  createRole: {
    method: 'POST',
    path: '/api/admin/roles',
    summary: 'Make a role',
    body: newRoleBody,
    answers: { 201: json(role, 'Made.') },
    refuses: [...refusedBy.permittedChange, 'name_taken'],
  },
  changeRole: {
    method: 'PATCH',
    path: '/api/admin/roles/{id}',
    summary: 'Change what a role holds; what is left out stays as it is',
    params: roleIdParam,
    body: changeRoleBody,
    answers: { 200: json(role, 'Changed, for whoever has it, at their next request.') },
    refuses: refusedBy.permittedChange,
  },
  deleteRole: {
    method: 'DELETE',
    path: '/api/admin/roles/{id}',
    summary: 'Delete a role, and take it from everybody who has it',
    params: roleIdParam,
    body: emptyBody,
    answers: { 204: nothing('It is gone.') },
    refuses: refusedBy.permittedChange,
  },
  grantRole: {
    method: 'PUT',
    path: '/api/admin/users/{id}/roles/{roleId}',
    summary: 'Give a user a role',
    params: roleOfUserParams,
    body: emptyBody,
    answers: { 200: json(rolesOfUserSchema, 'The user has it.') },
    refuses: refusedBy.permittedChange,
  },
  revokeRole: {
    method: 'DELETE',
    path: '/api/admin/users/{id}/roles/{roleId}',
    summary: 'Take a role from a user',
    params: roleOfUserParams,
    body: emptyBody,
    answers: { 200: json(rolesOfUserSchema, 'The user does not have it.') },
    refuses: refusedBy.permittedChange,
  },
} as const satisfies Record<string, Endpoint>
