// What people change and ask about their own account.
import { z } from 'zod'
import { linkTokenInput, localeSchema, nameInput, sessionSchema, userSchema } from '../schemas.ts'
import { passkeySchema } from './passkeys.ts'

export const profileBody = z.strictObject({
  name: nameInput.nullable().optional().meta({ description: 'Null: none.' }),
  locale: localeSchema.optional().meta({ description: 'The language of letters.' }),
})

export const exportBody = z.strictObject({
  after: z.string().max(100).optional().meta({ description: '`next` of the page before. Absent: from the beginning.' }),
})
const moment = z.number().meta({ description: 'Epoch milliseconds.' })
/** All that is held of a person. */
export const exportSchema = z.object({
  data: z
    .object({
      exportedAt: moment,
      account: userSchema.extend({ hasPassword: z.boolean(), updatedAt: moment }),
      sessions: z.array(sessionSchema),
      devices: z.array(z.object({ firstSeenAt: moment, lastSeenAt: moment })),
      authenticatorApp: z.object({ createdAt: moment }).nullable(),
      passkeys: z.array(passkeySchema),
      identities: z.array(
        z.object({
          id: z.string(),
          provider: z.string(),
          subject: z.string().meta({ description: 'What the provider knows the person by.' }),
          email: z.string().nullable(),
          label: z.string().nullable(),
          createdAt: moment,
          lastUsedAt: moment.nullable(),
        }),
      ),
      letters: z.array(z.object({ kind: z.string(), writtenAt: moment, outcome: z.string().nullable() })),
    })
    .nullable()
    .meta({ description: 'On the first page.' }),
  activity: z
    .array(
      z.object({
        at: moment,
        action: z.string(),
        resource: z.string().nullable(),
        resourceId: z.string().nullable(),
        details: z.record(z.string(), z.unknown()),
        ip: z.string().nullable(),
        userAgent: z.string().nullable(),
      }),
    )
    .meta({ description: 'The newest first, 500 a page.' }),
  next: z.string().nullable().meta({ description: 'Null: that was all.' }),
})
export type DataExport = z.infer<typeof exportSchema>

export const accountClosedSchema = z.object({
  status: z.literal('closed'),
  deleteAt: z.number().meta({ description: 'When the account is deleted for good. Epoch milliseconds.' }),
})
export type AccountClosed = z.infer<typeof accountClosedSchema>

export const keepAccountBody = z.strictObject({ token: linkTokenInput })

/** A sign-in to an account that its owner has closed: the password was right, and no session has begun. */
export const keepOfferedSchema = z.object({
  next: z.literal('keep_account'),
  deleteAt: z.number().meta({ description: 'When the account is deleted for good. Epoch milliseconds.' }),
  token: z.string().meta({ description: 'For `./account/keep`; good for ten minutes.' }),
})
export type KeepOffered = z.infer<typeof keepOfferedSchema>
