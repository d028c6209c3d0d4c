// What is suspicious, for operators.
import { z } from 'zod'

/** Every rule, what its alerts are about, and how grave they are. */
export const alertRules = {
  failures_by_account: { about: 'user', severity: 'warning' },
  failures_by_address: { about: 'address', severity: 'warning' },
  accounts_by_address: { about: 'address', severity: 'warning' },
  accounts_by_network: { about: 'address', severity: 'warning' },
  failures_overall: { about: 'site', severity: 'critical' },
  sign_ups_by_address: { about: 'address', severity: 'warning' },
  blocks_overall: { about: 'site', severity: 'warning' },
  impossible_move: { about: 'user', severity: 'warning' },
  session_reuse: { about: 'user', severity: 'critical' },
  proof_failed: { about: 'user', severity: 'warning' },
  not_me: { about: 'user', severity: 'critical' },
  many_siblings: { about: 'user', severity: 'warning' },
  commits_lost: { about: 'site', severity: 'warning' },
  wide_grant: { about: 'grant', severity: 'critical' },
  roles_changed: { about: 'site', severity: 'warning' },
  audit_tampering: { about: 'site', severity: 'critical' },
  audit_stalled: { about: 'site', severity: 'warning' },
  anchor_behind: { about: 'anchor', severity: 'warning' },
} as const satisfies Record<string, { readonly about: string; readonly severity: 'warning' | 'critical' }>

export type AlertRule = keyof typeof alertRules
const ruleNames = Object.keys(alertRules) as [AlertRule, ...AlertRule[]]

export const alertsQuery = z.strictObject({
  open: z.literal('true').optional().meta({ description: 'Only those that nobody has acknowledged.' }),
  rule: z.enum(ruleNames).optional(),
  after: z.string().max(100).optional().meta({ description: 'A `next`: the page that follows.' }),
  limit: z.coerce.number().int().min(1).max(200).optional().meta({ description: '50 unless told.' }),
})
export const alertIdParam = z.strictObject({ id: z.string().max(64) })

const alertSchema = z.object({
  id: z.string(),
  rule: z.enum(ruleNames),
  severity: z.enum(['warning', 'critical']),
  subject: z.string().nullable().meta({
    description:
      "Whom or what it is about: a user's id, an address, its /64 or /48, a role's id, an anchor; null: this site as a whole.",
  }),
  firstAt: z.number().meta({ description: 'Epoch milliseconds.' }),
  lastAt: z.number().meta({ description: 'Of the newest that counts. Epoch milliseconds.' }),
  count: z.number().meta({ description: 'How often it happened: it goes on for an hour from the first.' }),
  details: z.record(z.string(), z.unknown()).meta({ description: 'Where to look: `entry` is one of the audit log.' }),
  acknowledgedAt: z.number().nullable(),
  acknowledgedBy: z.string().nullable(),
})
export type Alert = z.infer<typeof alertSchema>

export const alertsSchema = z.object({
  alerts: z.array(alertSchema),
  next: z.string().nullable().meta({ description: 'From where to go on; null: that was all.' }),
})
