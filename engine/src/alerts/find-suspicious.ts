// What new entries of the record amount to, with those before them.
import { alertRules } from '@vigile/contract'
import type { AuditStore, RecordedEntry } from '../audit/store.ts'
import { findBursts } from './find-bursts.ts'
import { type ImpossibleMoveDeps, type ImpossibleMoveStores, isImpossibleMove } from './impossible-move.ts'
import type { Finding } from './raise.ts'
import { burstRules, bursts, singleRuleOf, type Thresholds } from './rules.ts'

/** Entries of an action that are looked at again: of a greater flood the rules for the whole site tell. */
const maxLookedBack = 10_000

export type FindDeps = ImpossibleMoveDeps & {
  readonly thresholds: Thresholds
  /** Addresses that are never limited are nobody's, and not counted. */
  readonly unlimited: { contains(ip: string): boolean }
}

export type FindStores = ImpossibleMoveStores & { readonly audit: Pick<AuditStore, 'search'> }

/** `entries`: sealed ones that no call had before, in the order of their places. */
export const findSuspicious = async (
  deps: FindDeps,
  stores: FindStores,
  entries: readonly RecordedEntry[],
): Promise<readonly Finding[]> => [
  ...(await findSingles(deps, stores, entries)),
  ...(await findMany(deps, stores, entries)),
]

const findSingles = async (
  deps: FindDeps,
  stores: FindStores,
  entries: readonly RecordedEntry[],
): Promise<readonly Finding[]> => {
  const found = new Map<string, Finding>()
  for (const entry of entries) {
    const isMove = entry.action === 'session:sign-in' && entry.details.newDevice === true
    const rule = isMove && (await isImpossibleMove(deps, stores, entry)) ? 'impossible_move' : singleRuleOf(entry)
    if (!rule) continue
    const { about } = alertRules[rule]
    const subject = about === 'user' ? entry.userId : about === 'grant' ? entry.resourceId : null
    const key = `${rule} ${subject}`
    const added = (found.get(key)?.added ?? 0) + 1
    const first = { count: added, details: { entry: entry.id }, ip: entry.ip }
    found.set(key, { rule, subject, at: entry.at, added, first })
  }
  return [...found.values()]
}

const findMany = async (
  deps: FindDeps,
  stores: FindStores,
  entries: readonly RecordedEntry[],
): Promise<readonly Finding[]> => {
  const fresh = entries.filter(({ action }) => burstActions.has(action))
  if (fresh.length === 0) return []
  const places = new Set(fresh.map(({ position }) => position))
  const isNew = ({ position }: RecordedEntry) => places.has(position)
  const upTo = fresh.at(-1)?.position ?? 0
  const times = fresh.map(({ at }) => at)
  const range = { from: Math.min(...times) - longestWindowMs, to: Math.max(...times) + 1 }
  const seen: RecordedEntry[] = []
  for (const action of burstActions) {
    const some = await stores.audit.search({
      ...range,
      action,
      order: 'newest first',
      after: null,
      limit: maxLookedBack,
    })
    // What comes later in the chain counts when its turn comes: never twice.
    seen.push(...some.filter(({ position }) => position !== null && position <= upTo))
  }
  const networkOf = (ip: string) => (deps.unlimited.contains(ip) ? null : deps.addressKeyOf(ip))
  const { thresholds } = deps
  const findings: Finding[] = []
  for (const { rule, subject, added, last, peak } of findBursts({ entries: seen, isNew, thresholds, networkOf })) {
    const isTelling = peak !== null && !(await isOutnumbered(stores, rule, peak))
    const details = { entry: last.id, from: peak?.from, to: peak?.to, measure: peak?.measure }
    const first = isTelling
      ? { count: peak.entries, details, ip: rule === 'failures_by_account' ? last.ip : null }
      : null
    findings.push({ rule, subject, at: last.at, added, first })
  }
  return findings
}

const burstActions: ReadonlySet<string> = new Set(burstRules.flatMap(([, { actions }]) => actions))
const longestWindowMs = Math.max(...burstRules.map(([, { windowMs }]) => windowMs))

/** Whether as much went well in the same window: a busy site, not an attack. */
const isOutnumbered = async (
  { audit }: FindStores,
  rule: keyof typeof bursts,
  { entries, from, to }: { readonly entries: number; readonly from: number; readonly to: number },
): Promise<boolean> => {
  const { unlessAsMany: action } = { unlessAsMany: undefined, ...bursts[rule] }
  if (action === undefined) return false
  const range = { action, from, to: to + 1, order: 'newest first', after: null, limit: entries } as const
  return (await audit.search(range)).length === entries
}
