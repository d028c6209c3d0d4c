// The second factor, as it crosses the wire.
import { z } from 'zod'
import { sessionStartedSchema } from '../schemas.ts'

/** What can prove who one is after a right first factor. */
export const factorSchema = z.enum(['totp', 'passkey', 'recovery_code'])
export type Factor = z.infer<typeof factorSchema>

const expiresIn = z.number().meta({ description: 'Seconds until the sign-in must begin anew.' })

/** What a sign-in that waits for its second factor can use. */
export const pendingSignInSchema = z.object({
  factors: z.array(factorSchema).meta({ description: 'What can be used now; empty where none is set up yet.' }),
  enrol: z.boolean().meta({ description: 'A second factor is required, and none is there: set one up now.' }),
  expiresIn,
})
export type PendingSignIn = z.infer<typeof pendingSignInSchema>

/** The first factor was right; there is no session before the second. */
const secondFactorNeededSchema = pendingSignInSchema.extend({ next: z.literal('second_factor') })
export type SecondFactorNeeded = z.infer<typeof secondFactorNeededSchema>

/** The body of every answer to a right first factor. */
export const enteredSchema = z.union([sessionStartedSchema, secondFactorNeededSchema])
export type Entered = z.infer<typeof enteredSchema>
