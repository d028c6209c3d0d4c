// Alerts, as commands and applications see them.
import type { AlertRule } from '@vigile/contract'
import { type AcknowledgeDeps, acknowledgeAlert } from '../alerts/acknowledge-alert.ts'
import { type AlertsPage, type ListAlertsInput, listAlerts } from '../alerts/list-alerts.ts'
import type { AlertRow, AlertStore } from '../alerts/store.ts'
import type { Actor } from '../audit/actor.ts'

export type Alerts = {
  /**
   * Newest first, 50 a page (`limit`: 1 to 200) from `after`, a `next`; `open`: those that nobody has acknowledged; `rule`: those of one.
   * Throws RangeError where one of these can't be what it is to be.
   *
   * @example
   * const { alerts, next } = await auth.alerts.list({ open: true, rule: 'session_reuse' })
   */
  list(input?: ListAlertsInput): Promise<AlertsPage>
  /**
   * Says that somebody has seen to it. On record with who. Refuses `not_found`: there is none, or somebody has already.
   *
   * @example
   * await auth.alerts.acknowledge(alert.id, { kind: 'application', name: 'on call' })
   */
  acknowledge(
    id: string,
    by: Actor,
  ): Promise<{ readonly ok: true; readonly value: AlertRow } | { readonly ok: false; readonly error: 'not_found' }>
  /**
   * How many alerts of each rule nobody has acknowledged; of rules without any there is no line.
   *
   * @example
   * for (const { rule, count } of await auth.alerts.open()) console.log(rule, count)
   */
  open(): Promise<readonly { readonly rule: AlertRule; readonly count: number }[]>
}

export const createAlerts = (deps: AcknowledgeDeps & { readonly alerts: AlertStore }): Alerts => ({
  list: (input) => listAlerts(deps, input),
  acknowledge: async (id, by) => {
    const done = await acknowledgeAlert(deps, id, by)
    return done.ok ? done : { ok: false, error: 'not_found' }
  },
  open: () => deps.alerts.countOpen(),
})
