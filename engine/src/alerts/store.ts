import type { AlertRule } from '@vigile/contract'

export type AlertRow = {
  readonly id: string
  readonly rule: AlertRule
  readonly severity: 'warning' | 'critical'
  /** A user's id, an address or its /64, a role's id, an anchor. Null: the site as a whole. */
  readonly subject: string | null
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
  readonly details: Readonly<Record<string, unknown>>
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
}

/** `alone`: by a letter and a message of its own. `together`: with others, in a summary. */
export type Told = 'alone' | 'together'

export interface AlertStore {
  /**
   * Holds the watch until the commit: whoever raises an alert does, so that of one thing one alert comes. The position of the last entry
   * that was looked at; null: another node holds it, and is not waited for.
   */
  lockWatch(how: 'wait' | 'skip locked'): Promise<number | null>
  /** The same, held by nobody. */
  watched(): Promise<number>
  /** Entries up to this position were looked at. */
  moveWatch(position: number): Promise<void>
  /** Those of a rule about these that began at `since` or later, in no order. */
  recent(input: {
    readonly rule: AlertRule
    readonly subjects: readonly (string | null)[]
    readonly since: number
  }): Promise<readonly Pick<AlertRow, 'id' | 'subject' | 'details' | 'acknowledgedAt'>[]>
  insert(alerts: readonly (AlertRow & { readonly told: Told | null })[]): Promise<void>
  /** It happened so many times more. `details`: of the newest; null: as they were. */
  add(
    id: string,
    more: { readonly count: number; readonly at: number; readonly details: AlertRow['details'] | null },
  ): Promise<void>
  /** How many of a rule were told alone of those that began at `since` or later. */
  toldAlone(rule: AlertRule, since: number): Promise<number>
  /** Those that nobody was told of yet: how many of each rule, and when the first began. */
  untold(): Promise<readonly { readonly rule: AlertRule; readonly count: number; readonly since: number }[]>
  tellUntold(): Promise<void>
  /** Newest first. */
  list(input: {
    readonly open: boolean
    readonly rule: AlertRule | null
    readonly after: { readonly at: number; readonly id: string } | null
    readonly limit: number
  }): Promise<readonly AlertRow[]>
  /** Null: there is none that is open; of two who acknowledge at once one does. */
  acknowledge(id: string, by: { readonly at: number; readonly name: string }): Promise<AlertRow | null>
  /** How many of each rule nobody has acknowledged. */
  countOpen(): Promise<readonly { readonly rule: AlertRule; readonly count: number }[]>
  /** Forgets up to `limit` that began before; the number forgotten. */
  deleteOld(before: number, limit: number): Promise<number>
}
