// What administrators ask, and what they see of others: never a hash, a secret or a token.
import { z } from 'zod'
import { sessionSchema, userSchema } from '../schemas.ts'

const moment = z.number().meta({ description: 'Epoch milliseconds.' })

/** Where a page ends, and how long it may be. */
const pageQuery = {
  after: z
    .string()
    .regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .meta({ description: '`next` of the page before.' }),
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/)
    .transform(Number)
    .optional()
    .meta({ description: '1 to 200; default 50.' }),
}
const nextSchema = z.string().nullable().meta({ description: 'From where to go on; null: that was all.' })
/** PostgreSQL takes no NUL, and nothing that is stored has another control character. */
const searchInput = z
  .string()
  .min(1)
  .regex(/^\P{Cc}*$/u)
const roleNameInput = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)

export const adminUsersQuery = z.strictObject({
  ...pageQuery,
  search: searchInput.max(254).optional().meta({ description: 'A part of the email or name.' }),
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  role: roleNameInput.optional().meta({ description: 'Only those who have the role of this name.' }),
})
export const userIdParam = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })

export const managedUserSchema = userSchema.extend({ isActive: z.boolean(), roles: z.array(z.string()) })
export type AdminUser = z.infer<typeof managedUserSchema>

export const adminUsersSchema = z.object({ users: z.array(managedUserSchema), next: nextSchema })
export type AdminUsers = z.infer<typeof adminUsersSchema>

export const adminUserSchema = managedUserSchema.extend({
  permissions: z.array(z.string()).meta({ description: 'What the roles come to.' }),
  hasPassword: z.boolean(),
  sessions: z.number().int().meta({ description: 'Live ones.' }),
  factors: z.object({
    totp: z.boolean(),
    passkeys: z.number().int(),
    recoveryCodes: z.number().int().meta({ description: 'Not used yet.' }),
  }),
  identities: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      email: z.string().nullable(),
      label: z.string().nullable(),
      createdAt: moment,
      lastUsedAt: moment.nullable(),
    }),
  ),
  lastSignInAt: moment.nullable().meta({ description: 'Null: none is on record.' }),
})
export type AdminUserDetail = z.infer<typeof adminUserSchema>

export const endedSessionsSchema = z.object({ endedSessions: z.number().int() })

const permissionsInput = z
  .array(z.string().min(1).max(80))
  .max(500)
  .meta({ description: 'Permissions, all of a resource (`products:*`), or everything (`*`).' })
const descriptionInput = z.string().max(500).meta({ description: 'One line.' })
export const newRoleBody = z.strictObject({
  name: roleNameInput,
  description: descriptionInput.optional(),
  permissions: permissionsInput,
})
export const changeRoleBody = z.strictObject({
  description: descriptionInput.nullable().optional(),
  permissions: permissionsInput.optional(),
})
const roleId = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
export const roleIdParam = z.strictObject({ id: roleId })
export const roleOfUserParams = userIdParam.extend({ roleId })

export const roleSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  permissions: z.array(z.string()),
  createdAt: moment,
  updatedAt: moment,
})
export type AdminRole = z.infer<typeof roleSchema>

export const rolesSchema = z.object({
  roles: z.array(roleSchema),
  permissions: z.array(z.string()).meta({ description: 'Every permission that there is here.' }),
})
export type AdminRoles = z.infer<typeof rolesSchema>

export const rolesOfUserSchema = z.object({
  changed: z.boolean().meta({ description: 'False: it was so already.' }),
  roles: z.array(z.string()).meta({ description: 'The names of all that the user has now.' }),
})

const userId = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
const filterInput = searchInput.max(200)
export const adminSessionsQuery = z.strictObject({
  ...pageQuery,
  user: userId.optional().meta({ description: 'Whose.' }),
  ip: filterInput.optional().meta({ description: 'The address at sign-in.' }),
})
export const adminSessionsSchema = z.object({
  sessions: z.array(sessionSchema.extend({ userId: z.string() })),
  next: nextSchema,
})

export const keysSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string(),
      algorithm: z.enum(['EdDSA', 'ES256']),
      createdAt: moment,
      signsFrom: moment,
      state: z.enum(['next', 'signing', 'verifying']),
    }),
  ),
})
export const rotatedKeySchema = z.object({ id: z.string(), signsFrom: moment })

const timeInput = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
export const adminAuditQuery = z.strictObject({
  ...pageQuery,
  user: userId.optional().meta({ description: 'Whom it concerns.' }),
  by: userId.optional().meta({ description: 'The user who did it, in administration.' }),
  action: filterInput.optional().meta({ description: 'The whole action, or how it begins: `session:`.' }),
  resource: filterInput.optional(),
  resourceId: filterInput.optional(),
  ip: filterInput.optional(),
  from: timeInput.optional().meta({ description: 'Epoch milliseconds: from then on.' }),
  to: timeInput.optional().meta({ description: 'Epoch milliseconds: before then.' }),
  failed: z.literal('true').optional().meta({ description: 'Only acts that were refused.' }),
})
export const auditExportQuery = adminAuditQuery.omit({ after: true, limit: true }).extend({
  format: z.enum(['csv', 'jsonl']).optional().meta({ description: 'Default: JSON Lines.' }),
})
export const adminAuditSchema = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      at: moment,
      userId: z.string().nullable().meta({ description: 'Whom it concerns.' }),
      actorId: z.string().nullable().meta({ description: 'The user who did it to others, or to the site.' }),
      action: z.string(),
      resource: z.string().nullable(),
      resourceId: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
      ip: z.string().nullable(),
      userAgent: z.string().nullable(),
      requestId: z.string().nullable(),
      position: z.number().int().nullable().meta({ description: 'Its place in the chain; null: it has none yet.' }),
    }),
  ),
  next: nextSchema,
})
