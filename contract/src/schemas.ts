// The shapes that cross the wire. Requests are strict (an unknown property is refused: VAL-1); answers are described as sent.
import { z } from 'zod'
import { type ErrorCode, errorStatus, sessionEndReasons } from './errors.ts'

/** Longest email address by RFC 5321 section 4.5.3.1: 254 octets. */
export const maxEmailLength = 254
/** Longest password accepted, in UTF-16 code units, before the policy counts characters. */
export const maxPasswordLength = 4096

const emailInput = z.string().min(3).max(maxEmailLength).meta({ format: 'email', example: 'ada@example.com' })
const passwordInput = z.string().min(1).max(maxPasswordLength).meta({ format: 'password' })
const fingerprintInput = z
  .string()
  .regex(/^[a-f0-9]{16}$/)
  .meta({ description: 'The first 16 hexadecimal digits of the SHA-256 of a refresh token.' })
/** One line of text as people write it: control characters and overrides of direction would write more than a name. */
export const nameInput = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u)

export const locales = ['en', 'fr'] as const
export const localeSchema = z.enum(locales)
export type Locale = z.infer<typeof localeSchema>

export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  locale: localeSchema.nullable(),
  createdAt: z.number().meta({ description: 'Epoch milliseconds.' }),
})
export type User = z.infer<typeof userSchema>

export const sessionSchema = z.object({
  id: z.string(),
  createdAt: z.number().meta({ description: 'Epoch milliseconds.' }),
  lastUsedAt: z.number().meta({ description: 'Epoch milliseconds; exact to the last write of the session.' }),
  authenticatedAt: z.number().meta({ description: 'When the user last proved who they are. Epoch milliseconds.' }),
  idleExpiresAt: z.number(),
  expiresAt: z.number(),
  browser: z.string().nullable(),
  system: z.string().nullable(),
  device: z.enum(['desktop', 'mobile', 'tablet', 'other']),
  ip: z.string().nullable(),
})
export type Session = z.infer<typeof sessionSchema>

export const listedSessionSchema = sessionSchema.extend({ current: z.boolean() })
export type ListedSession = z.infer<typeof listedSessionSchema>

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string(), code: z.string() }))
    .optional()
    .meta({ description: 'With `validation_failed`: each bad field.' }),
  reason: z.enum(sessionEndReasons).optional().meta({
    description: 'With `session_ended`: why. `key_lost` with `proof_required`: this browser has another key.',
  }),
  fingerprint: z.string().optional().meta({
    description: 'With a refused refresh or ack: the fingerprint of the token presented, empty where none came.',
  }),
  permission: z.string().optional().meta({ description: 'With `permission_denied`: the one that lacks.' }),
  retryAfterSeconds: z.number().optional(),
})
/** An RFC 9457 problem answer. */
export type Problem = z.infer<typeof problemSchema>

export const registerBody = z.strictObject({
  email: emailInput,
  password: passwordInput,
  name: nameInput.optional(),
  locale: localeSchema.optional(),
})
export const refreshBody = z.strictObject({
  retry: fingerprintInput.optional(),
  settled: fingerprintInput.optional(),
})
export const ackBody = z.strictObject({ settled: fingerprintInput.optional() })
export const logoutBody = z.strictObject({
  only: z
    .union([fingerprintInput, z.literal('')])
    .optional()
    .meta({ description: 'Do nothing unless the browser still holds this token (empty: unless it holds none).' }),
})
/** The token of a link that was sent by mail. */
export const linkTokenInput = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .meta({ description: 'What stands behind `#` in the link.' })
export const loginBody = z.strictObject({
  email: emailInput,
  password: passwordInput,
  verification: linkTokenInput.optional().meta({
    description:
      'What stands behind `#` in the link that proves the email: this sign-in proves it, and uses the link up.',
  }),
})
export const emailBody = z.strictObject({ email: emailInput })
export const resetPasswordBody = z.strictObject({ token: linkTokenInput, password: passwordInput })
export const emptyBody = z.strictObject({})
export const changePasswordBody = z.strictObject({ currentPassword: passwordInput, newPassword: passwordInput })
export const sessionIdParam = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })
export const continueQuery = z.strictObject({ returnTo: z.string().min(1).max(2048) })

const required = (what: string) =>
  z
    .array(z.string().min(1).max(80))
    .max(16)
    .optional()
    .meta({ description: `${what} that are required, all of them.` })
export const forwardQuery = z.strictObject({ role: required('Roles'), permission: required('Permissions') })

/** The body of every answer that begins a session. */
export const sessionStartedSchema = z.object({
  user: userSchema,
  session: sessionSchema,
  expiresIn: z.number().meta({ description: 'Seconds until the access token expires.' }),
  fingerprint: z.string(),
  accessToken: z.string().optional().meta({ description: 'Only in body delivery.' }),
})
export type SessionStarted = z.infer<typeof sessionStartedSchema>

export const refreshedSchema = z.object({
  expiresIn: z.number(),
  rotated: z.boolean().meta({ description: 'Whether this answer sets a refresh cookie.' }),
  fingerprint: z.string(),
  accessToken: z.string().optional(),
})
export type Refreshed = z.infer<typeof refreshedSchema>

/** What the browser is to keep: W3C Device Bound Session Credentials, "JSON Session Instruction Format". */
export const deviceSessionSchema = z.object({
  session_identifier: z.string(),
  refresh_url: z.string(),
  scope: z.object({ origin: z.string(), include_site: z.boolean() }),
  credentials: z.array(
    z.object({
      type: z.literal('cookie'),
      name: z.string(),
      attributes: z.string().meta({ description: 'Those that the cookie is set with, but for its life.' }),
    }),
  ),
  allowed_refresh_initiators: z.array(z.string()).meta({ description: 'Hosts whose pages may make it refresh.' }),
})
export type DeviceSession = z.infer<typeof deviceSessionSchema>

/** The same anew; or that there is nothing to keep. */
export const deviceRefreshSchema = z.union([
  deviceSessionSchema,
  z.object({ session_identifier: z.string(), continue: z.literal(false) }),
])

export const meSchema = z.object({
  user: userSchema,
  session: sessionSchema,
  roles: z.array(z.string()).meta({ description: "The names of the user's roles." }),
  permissions: z.array(z.string()).meta({
    description: 'What the roles come to: `products:read`, all of a resource (`products:*`), or everything (`*`).',
  }),
})
export type Me = z.infer<typeof meSchema>

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  parts: z.record(z.string(), z.enum(['ok', 'degraded', 'down'])).optional(),
  todo: z.string().optional().meta({ description: 'For an operator, where the name of a part does not say it.' }),
})
export type Health = z.infer<typeof healthSchema>
