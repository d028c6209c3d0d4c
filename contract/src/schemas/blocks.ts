// Who is refused by a limit, for operators.
import { z } from 'zod'

export const blocksQuery = z.strictObject({
  who: z
    .string()
    .min(1)
    .max(320)
    .optional()
    .meta({ description: "Those of one email address, address, user's id or session's id." }),
  limit: z.coerce.number().int().min(1).max(200).optional().meta({ description: '50 unless told.' }),
})
export const blockIdParam = z.strictObject({ id: z.string().max(64) })

const blockSchema = z.object({
  id: z.string(),
  rule: z
    .string()
    .meta({ description: 'The limit, by its name in the settings; `application`: one of an application.' }),
  closed: z.boolean().meta({
    description: 'Too many have failed in a row: only proof of the mailbox opens it, or an operator.',
  }),
  kind: z.enum(['address', 'account', 'browser', 'email', 'session', 'application']).meta({
    description: '`browser`: one that the account knows. `email`: no account has it.',
  }),
  whose: z.string().meta({
    description:
      "The address or its /64, the account's email, the session's id, the application's key; of an email without account, what the audit log has of it.",
  }),
  userId: z.string().nullable(),
  count: z.number(),
  limit: z.number(),
  until: z.number().nullable().meta({ description: 'Epoch milliseconds. Null: time does not end it.' }),
})
export const blocksSchema = z.object({
  blocks: z.array(blockSchema),
  more: z.boolean().meta({ description: 'There are more: narrow it by `who`.' }),
  limits: z.enum(['all_nodes', 'this_node', 'none']).meta({
    description: 'Whose counts were seen. `this_node`: there is no shared Redis, and each node counts by itself.',
  }),
})
