// The accounts of others, for administrators.
import { z } from 'zod'
import {
  adminUserSchema,
  adminUsersQuery,
  adminUsersSchema,
  endedSessionsSchema,
  userIdParam,
} from '../schemas/admin.ts'
import { emptyBody } from '../schemas.ts'
import { type Endpoint, json, nothing, sentSchema } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

const change = { params: userIdParam, body: emptyBody, refuses: refusedBy.permittedChange } as const

export const adminUsersEndpoints = {
  adminUsers: {
    method: 'GET',
    path: '/api/admin/users',
    summary: 'Accounts, the oldest first, a page at a time',
    query: adminUsersQuery,
    answers: { 200: json(adminUsersSchema, 'A page.') },
    refuses: refusedBy.permitted,
  },
  adminUser: {
    method: 'GET',
    path: '/api/admin/users/{id}',
    summary: 'One account',
    params: userIdParam,
    answers: { 200: json(z.object({ user: adminUserSchema }), 'The account. Nothing secret.') },
    refuses: refusedBy.permitted,
  },
  disableUser: {
    method: 'POST',
    path: '/api/admin/users/{id}/disable',
    summary: 'Disable an account, and end its sessions at once',
    answers: { 200: json(endedSessionsSchema, 'Disabled; nobody signs in to it.') },
    ...change,
  },
  enableUser: {
    method: 'POST',
    path: '/api/admin/users/{id}/enable',
    summary: 'Enable a disabled account',
    answers: { 204: nothing('Enabled.') },
    ...change,
  },
  endSessionsOfUser: {
    method: 'POST',
    path: '/api/admin/users/{id}/end-sessions',
    summary: 'End every session of a user',
    answers: { 200: json(endedSessionsSchema, 'They are over, on every node.') },
    ...change,
  },
  resetPasswordOfUser: {
    method: 'POST',
    path: '/api/admin/users/{id}/reset-password',
    summary: 'Send the owner the link to choose a new password',
    answers: { 202: json(sentSchema, 'On its way. The present password is good until the link is used.') },
    ...change,
  },
  removeFactorsOfUser: {
    method: 'POST',
    path: '/api/admin/users/{id}/remove-factors',
    summary: 'Take away every second factor of somebody who has lost them, and end their sessions',
    answers: { 200: json(endedSessionsSchema, 'They are gone, and the owner is told.') },
    ...change,
  },
  deleteUser: {
    method: 'DELETE',
    path: '/api/admin/users/{id}',
    summary: 'Delete an account for good, at once',
    answers: { 204: nothing('It is gone, and its sessions are over.') },
    ...change,
  },
} as const satisfies Record<string, Endpoint>
