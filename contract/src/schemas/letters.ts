// What the links of letters send.
import { z } from 'zod'
import { linkTokenInput } from '../schemas.ts'
import { enteredSchema } from './factors.ts'

/** A link, and nothing else. */
export const linkBody = z.strictObject({ token: linkTokenInput })

export const magicLinkBody = linkBody.extend({
  confirmed: z.literal(true).optional().meta({
    description: 'The person has read whose account it is: needed in a browser that did not ask for the link.',
  }),
})

/** In a browser that did not ask for the link: whose account it is. Nothing was used up. */
const confirmSignInSchema = z.object({ next: z.literal('confirm'), email: z.string() })
export type ConfirmSignIn = z.infer<typeof confirmSignInSchema>

export const linkEnteredSchema = z.union([enteredSchema, confirmSignInSchema])
