// What is suspicious, as data. Thresholds let ordinary life through: a person who mistypes, an office that signs in at nine.
import type { AlertRule } from '@vigile/contract'
import type { CountedEntry, RecordedEntry } from '../audit/store.ts'
import { holds } from '../roles/permissions.ts'

const minute = 60_000

/** So many entries within the window. */
export type Burst = {
  readonly actions: readonly string[]
  readonly matches?: (entry: CountedEntry) => boolean
  /** What is counted apart. */
  readonly by: 'user' | 'address' | 'network' | 'site'
  /** Counts how many accounts were tried in place of how often. */
  readonly distinct?: (entry: CountedEntry) => string | null
  readonly threshold: number
  readonly windowMs: number
  /** Accounts that got in from the same address are not counted: they mistyped. */
  readonly unlessGotIn?: true
  /** None where as many got in: a site is as busy as it is. */
  readonly unlessAsMany?: true
}

const failed = 'session:sign-in:failed'
/** What an account does in a browser that it knows is no stranger's guess. A device's mark is only had by a whole sign-in (LIM-7). */
const isStrange = ({ details }: CountedEntry): boolean => details.known !== true
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const bursts = {
  failures_by_account: { actions: [failed], by: 'user', threshold: 20, windowMs: 60 * minute },
  failures_by_address: { actions: [failed], matches: isStrange, by: 'address', threshold: 20, windowMs: 60 * minute },
  accounts_by_address: {
    actions: [failed],
    matches: isStrange,
    unlessGotIn: true,
    by: 'address',
    distinct: ({ userId, details }) => userId ?? text(details.emailHash),
    threshold: 15,
    windowMs: 60 * minute,
  },
  // Whoever has a /48 has 65,536 of the /64s that an address counts as.
  accounts_by_network: {
    actions: [failed],
    matches: isStrange,
    unlessGotIn: true,
    by: 'network',
    distinct: ({ userId, details }) => userId ?? text(details.emailHash),
    threshold: 40,
    windowMs: 60 * minute,
  },
  failures_overall: {
    actions: [failed],
    by: 'site',
    threshold: 200,
    windowMs: 15 * minute,
    unlessAsMany: true,
  },
  sign_ups_by_address: { actions: ['user:sign-up'], by: 'address', threshold: 20, windowMs: 60 * minute },
  blocks_overall: {
    actions: ['limit:refused', failed],
    matches: ({ action, details }) => action !== failed || details.reason === 'limited' || details.reason === 'closed',
    by: 'site',
    threshold: 100,
    windowMs: 60 * minute,
  },
} as const satisfies Partial<Record<AlertRule, Burst>>

export type BurstRule = keyof typeof bursts
export type Thresholds = Readonly<Record<BurstRule, number>>
export const burstRules: readonly (readonly [BurstRule, Burst])[] = Object.entries(bursts) as [BurstRule, Burst][]
export const defaultThresholds = Object.fromEntries(
  burstRules.map(([rule, { threshold }]) => [rule, threshold]),
) as Thresholds

/** Who holds one of these may make themselves hold everything. */
const wide = ['roles:manage', 'system:admin'] as const

const isWideGrant = ({ action, details }: RecordedEntry): boolean => {
  // A role that is made is nobody's yet; and whoever is the first to manage roles is whom the site was set up for.
  if (!['user:role-grant', 'role:change'].includes(action) || details.first === true) return false
  const before = permissionsOf(details.before)
  const after = permissionsOf(action === 'user:role-grant' ? details : details.after)
  return wide.some((one) => holds(after, one) && !holds(before, one))
}

const permissionsOf = (value: unknown): readonly string[] => {
  const { permissions } = (value ?? {}) as { readonly permissions?: unknown }
  return Array.isArray(permissions) ? permissions.filter((one) => typeof one === 'string') : []
}

/** Rules of which one entry is enough, by its action; null: it is none. */
export const singleRuleOf = (entry: RecordedEntry): AlertRule | null => {
  const { action } = entry
  // Anybody can send what is a proof of no session.
  if (action === 'session:proof:failed') return entry.userId === null ? null : 'proof_failed'
  if (/^role:|^user:role-|^system:claim$/.test(action)) return isWideGrant(entry) ? 'wide_grant' : 'roles_changed'
  return singles[action] ?? null
}

const singles: Readonly<Record<string, AlertRule | undefined>> = {
  'session:reuse': 'session_reuse',
  'user:not-me': 'not_me',
  'session:many-siblings': 'many_siblings',
  'session:commits-lost': 'commits_lost',
  'audit:forged': 'audit_tampering',
  'audit:unknown-key': 'audit_stalled',
  'audit:cut:failed': 'audit_tampering',
}
