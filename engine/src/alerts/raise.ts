// An alert is a row, a letter and a message, all in the transaction of what was found: each comes once, whatever dies meanwhile.
import { type AlertRule, alertRules } from '@vigile/contract'
import type { Meter } from '../meter/meter.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import type { Transact } from '../primitives/transact.ts'
import type { AlertRow, AlertStore, Told } from './store.ts'
import { type TellDeps, type TellStores, tellOf, tellTogether } from './tell.ts'

/** For so long the same is counted in its alert, and is no other. */
export const quietMs = 3_600_000
/** Letters of one rule in that time; then the others come together in one. By rule, so that a flood of one hides no other. */
const toldAlonePerRule = 10

export type RaiseStores = TellStores & { readonly alerts: AlertStore }

export type RaiseDeps = TellDeps & {
  readonly clock: Clock
  readonly log: Log
  readonly meter: Meter
  readonly mailPosted: () => void
  readonly webhooksPosted: () => void
}

export type Finding = {
  readonly rule: AlertRule
  /** Null: the site as a whole. */
  readonly subject: string | null
  /** Epoch milliseconds. */
  readonly at: number
  /** What an alert that goes on counts more. */
  readonly added: number
  /** The alert, where none goes on; null: this is not enough for one. */
  readonly first: { readonly count: number; readonly details: AlertRow['details']; readonly ip?: string | null } | null
}

/** Part of a transaction that holds the watch. Gives the new alerts; after the commit call `announce` with them. */
export const raise = async (
  deps: RaiseDeps,
  stores: RaiseStores,
  findings: readonly Finding[],
): Promise<readonly AlertRow[]> => {
  const now = deps.clock.now()
  const raised: AlertRow[] = []
  for (const [rule, some] of Map.groupBy(findings, (finding) => finding.rule)) {
    const subjects = some.map(({ subject }) => subject)
    const since = now - quietMs + 1
    const recent = await stores.alerts.recent({ rule, subjects, since })
    const running = new Map(
      recent.filter(({ acknowledgedAt }) => acknowledgedAt === null).map(({ id, subject }) => [subject, id]),
    )
    // What somebody has seen to hides nothing that came after it, but is told of no second time while it lasts: a head that is forged.
    const sameAs = (finding: Finding) =>
      recent.find(({ subject, details }) => subject === finding.subject && isSame(details, finding.first?.details))?.id
    const rows: (AlertRow & { readonly told: Told | null })[] = []
    let left: number | undefined
    for (const finding of some) {
      const { subject, added, at, first } = finding
      const id = running.get(subject) ?? sameAs(finding)
      const details = first?.details ?? null
      if (id !== undefined && added > 0) await stores.alerts.add(id, { count: added, at, details })
      if (id !== undefined || first === null) continue
      const alert = toAlert({ rule, subject, at, ...first }, now)
      left ??= toldAlonePerRule - (await stores.alerts.toldAlone(rule, since))
      const told = left > 0 ? 'alone' : null
      left -= 1
      if (told) await tellOf(deps, stores, { alert, ip: first.ip ?? null, now })
      rows.push({ ...alert, told })
      running.set(subject, alert.id)
    }
    await stores.alerts.insert(rows)
    raised.push(...rows)
  }
  return raised
}

const isSame = (one: AlertRow['details'], other: AlertRow['details'] | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** One summary of what was not told alone, once the first of it is an hour old. */
export const tellUntold = async (deps: RaiseDeps, stores: RaiseStores): Promise<void> => {
  const now = deps.clock.now()
  const untold = await stores.alerts.untold()
  if (!isSummaryDue(untold, now)) return
  await tellTogether(deps, stores, { untold, now })
  await stores.alerts.tellUntold()
}

export const isSummaryDue = (untold: readonly { readonly since: number }[], now: number): boolean =>
  untold.some(({ since }) => since <= now - quietMs)

const toAlert = (
  found: Pick<AlertRow, 'rule' | 'subject' | 'count' | 'details'> & { at: number },
  now: number,
): AlertRow => ({
  id: randomToken(16),
  rule: found.rule,
  severity: alertRules[found.rule].severity,
  subject: found.subject,
  firstAt: now,
  lastAt: found.at,
  count: found.count,
  details: found.details,
  acknowledgedAt: null,
  acknowledgedBy: null,
})

/** After the commit. */
export const announce = (deps: RaiseDeps, raised: readonly AlertRow[]): void => {
  for (const { id, rule, severity, subject, count } of raised) {
    deps.meter.add('alerts_total', { rule })
    deps.log.warn({ alert: rule, category: 'SECURITY', severity, subject, count, id }, 'something is suspicious')
  }
  deps.mailPosted()
  deps.webhooksPosted()
}

export type RaiseAlone = (finding: Finding) => Promise<void>

/** Of what is found elsewhere than in the record: in a transaction of its own. */
export const createRaiseAlone =
  (deps: RaiseDeps & { readonly transact: Transact<RaiseStores> }): RaiseAlone =>
  async (finding) => {
    const raised = await deps.transact(async (stores) => {
      await stores.alerts.lockWatch('wait')
      return raise(deps, stores, [finding])
    })
    if (raised.length > 0) announce(deps, raised)
  }
