// Sign-in with other providers, as it crosses the wire.
import { z } from 'zod'
import { sessionStartedSchema } from '../schemas.ts'
import { secondFactorNeededSchema } from './factors.ts'
import { keepOfferedSchema } from './person.ts'

const providerId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)
const place = z
  .string()
  .min(1)
  .max(2048)
  .meta({ description: 'A path of this site, or an address of one of the allowed origins. Default: `/`.' })
const handleInput = z
  .string()
  .regex(/^[a-f0-9]{64}$/)
  .meta({ description: 'What the callback gave to the front end: good for five minutes, once, in this browser.' })

export const providerParam = z.strictObject({ provider: providerId })
export const oauthStartQuery = z.strictObject({
  returnTo: place.optional(),
  again: z.literal('1').optional().meta({ description: 'The provider is to ask anew who is there.' }),
})
/** What a provider sends. More may come, and is not looked at. */
export const oauthCallbackQuery = z.looseObject({
  state: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  code: z.string().max(4096).optional(),
  iss: z.string().max(2048).optional(),
  error: z.string().max(256).optional(),
})
export const exchangeSessionBody = z.strictObject({ sessionId: handleInput })
export const startLinkBody = z.strictObject({ returnTo: place.optional() })
export const identityHandleBody = z.strictObject({ handle: handleInput })
export const identityIdParam = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })

/** What the callback tells the front end by `?error=`. */
export const providerErrors = [
  'cancelled',
  'provider_unavailable',
  'provider_refused',
  'email_missing',
  'email_unverified',
  'account_not_allowed',
] as const
export type ProviderError = (typeof providerErrors)[number]

const returnTo = z.string().meta({ description: 'Where the person was going: a path of the front end.' })
/** As every sign-in answers; and where the person was going. */
export const exchangedSchema = z.union([
  sessionStartedSchema.extend({ returnTo }),
  secondFactorNeededSchema.extend({ returnTo }),
  keepOfferedSchema.extend({ returnTo }),
])
export type Exchanged = z.infer<typeof exchangedSchema>

export const linkStartedSchema = z.object({
  location: z.string().meta({ description: 'The provider’s page, to go to.' }),
})

const who = {
  provider: z.string(),
  providerName: z.string(),
  name: z.string().nullable().meta({ description: 'What people know the account there by.' }),
  email: z.string().nullable(),
}
/** The account at a provider that can be connected. */
export const offeredIdentitySchema = z.object(who)
export type OfferedIdentity = z.infer<typeof offeredIdentitySchema>

const identitySchema = z.object({
  id: z.string(),
  ...who,
  createdAt: z.number().meta({ description: 'Epoch milliseconds.' }),
  lastUsedAt: z.number().nullable().meta({ description: 'Epoch milliseconds; null: never.' }),
})
/** A connected account, as its owner sees it. */
export type Identity = z.infer<typeof identitySchema>

export const identityLinkedSchema = z.object({ identity: identitySchema, returnTo })
export type IdentityLinked = z.infer<typeof identityLinkedSchema>

export const identitiesSchema = z.object({
  identities: z.array(identitySchema),
  providers: z.array(z.object({ id: z.string(), name: z.string() })).meta({ description: 'Those that sign in here.' }),
})
export type Identities = z.infer<typeof identitiesSchema>
