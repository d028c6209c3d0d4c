// What the links of letters send.
import { z } from 'zod'
import { linkTokenInput } from '../schemas.ts'

/** A link, and nothing else. */
export const linkBody = z.strictObject({ token: linkTokenInput })
