// The second factor, as it crosses the wire.
import { z } from 'zod'
import { sessionStartedSchema } from '../schemas.ts'
import { passkeyAssertionInput, passkeySchema } from './passkeys.ts'

/** What can prove who one is after a right first factor. */
export const factorSchema = z.enum(['totp', 'passkey', 'recovery_code'])
export type Factor = z.infer<typeof factorSchema>

const expiresIn = z.number().meta({ description: 'Seconds until the sign-in must begin anew.' })

/** What a sign-in that waits for its second factor can use. */
export const pendingSignInSchema = z.object({
  email: z.string().meta({ description: 'Of the account that is being signed in to, for its owner to see.' }),
  factors: z.array(factorSchema).meta({ description: 'What can be used now; empty where none is set up yet.' }),
  enrol: z.boolean().meta({ description: 'A second factor is required, and none is there: set one up now.' }),
  expiresIn,
})
export type PendingSignIn = z.infer<typeof pendingSignInSchema>

/** The first factor was right; there is no session before the second. */
export const secondFactorNeededSchema = pendingSignInSchema.extend({ next: z.literal('second_factor') })
export type SecondFactorNeeded = z.infer<typeof secondFactorNeededSchema>

/** The body of every answer to a right first factor. */
export const enteredSchema = z.union([sessionStartedSchema, secondFactorNeededSchema])
export type Entered = z.infer<typeof enteredSchema>

/** Six digits of an authenticator app. */
const totpCodeInput = z
  .string()
  .regex(/^[0-9]{6}$/)
  .meta({ description: 'Six digits, without spaces.' })
/** In any case, with or without hyphens and spaces. */
const recoveryCodeInput = z.string().min(1).max(64)

export const secondFactorBody = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('totp'), code: totpCodeInput }),
  z.strictObject({ method: z.literal('recovery_code'), code: recoveryCodeInput }),
  z.strictObject({ method: z.literal('passkey'), response: passkeyAssertionInput }),
])
export const totpCodeBody = z.strictObject({ code: totpCodeInput })

/** What an authenticator app is told. */
export const totpOfferSchema = z.object({
  secret: z.string().meta({ description: 'In base32, to type in.' }),
  uri: z.string().meta({ description: '`otpauth://totp/…`, to draw as a QR code.' }),
})
export type TotpOffer = z.infer<typeof totpOfferSchema>

const recoveryCodesInput = z.array(z.string()).meta({ description: 'Shown this once; each is good for one sign-in.' })
export const recoveryCodesSchema = z.object({ recoveryCodes: recoveryCodesInput })
export const totpConfirmedSchema = z.object({
  recoveryCodes: recoveryCodesInput.nullable().meta({ description: 'With the first factor of an account; else null.' }),
})
/** The session, and what is shown once. */
export const enrolledSchema = sessionStartedSchema.extend({ recoveryCodes: recoveryCodesInput })
export type Enrolled = z.infer<typeof enrolledSchema>

export const factorsSchema = z.object({
  totp: z.object({ createdAt: z.number().meta({ description: 'Epoch milliseconds.' }) }).nullable(),
  passkeys: z.array(passkeySchema),
  recoveryCodesLeft: z.number().int(),
  hasPassword: z.boolean().meta({ description: 'False for whoever has only ever come through a provider or a link.' }),
  required: z
    .boolean()
    .meta({ description: 'Whether the account must have a second factor: the last one can’t be removed.' }),
})
/** What an account has to prove itself with. */
export type Factors = z.infer<typeof factorsSchema>
