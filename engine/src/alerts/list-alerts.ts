// Alerts, newest first, a page at a time.
import { type AlertRule, alertRules } from '@vigile/contract'
import { cursorOf, parseCursor } from '../audit/cursor.ts'
import { requireInteger } from '../primitives/require-integer.ts'
import type { AlertRow, AlertStore } from './store.ts'

const defaultLimit = 50
const maxLimit = 200

export type ListAlertsInput = {
  /** Only those that nobody has acknowledged. */
  readonly open?: boolean
  readonly rule?: AlertRule
  /** 1 to 200; default 50. */
  readonly limit?: number
  /** A `next`. */
  readonly after?: string
}

export type AlertsPage = {
  readonly alerts: readonly AlertRow[]
  /** From where to go on; null: that was all. */
  readonly next: string | null
}

/** Throws RangeError for a `rule`, `limit` or `after` that can't be one. */
export const listAlerts = async (
  { alerts }: { readonly alerts: Pick<AlertStore, 'list'> },
  { open = false, rule, ...input }: ListAlertsInput = {},
): Promise<AlertsPage> => {
  const limit = requireInteger('alerts.list: limit', input.limit ?? defaultLimit, { min: 1, max: maxLimit })
  const after = input.after === undefined ? null : parseCursor(input.after)
  if (input.after !== undefined && after === null) throw new RangeError('alerts.list: after is to be a next')
  if (rule !== undefined && !Object.hasOwn(alertRules, rule))
    throw new RangeError(`alerts.list: rule is to be one of ${Object.keys(alertRules).join(', ')}`)
  const found = await alerts.list({ open, rule: rule ?? null, after, limit })
  const last = found.length === limit ? found.at(-1) : undefined
  return { alerts: found, next: last ? cursorOf({ at: last.firstAt, id: last.id }) : null }
}
