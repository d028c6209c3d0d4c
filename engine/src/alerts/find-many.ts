// What new entries amount to with those before them, less what ordinary life explains and what somebody has seen to.
import type { AuditStore, CountedEntry } from '../audit/store.ts'
import { type FoundBurst, findBursts, subjectOf } from './find-bursts.ts'
import type { Finding } from './raise.ts'
import { type Burst, type BurstRule, burstRules, bursts, type Thresholds } from './rules.ts'
import type { AlertStore } from './store.ts'

/** Entries of an action that are looked at again: of a greater flood the rules for the whole site tell. */
const maxLookedBack = 10_000
/** So many accounts of one address count as people who got in: an attacker has one address, or few, and any number of accounts. */
const countedPerAddress = 5
/** At so many times the threshold no success explains it any more. */
const ceiling = 10
/** Alerts so old are over, whoever saw to them. */
const seenToWithinMs = 86_400_000

export type FindManyDeps = {
  readonly thresholds: Thresholds
  /** Addresses that are never limited are nobody's, and not counted. */
  readonly unlimited: { contains(ip: string): boolean }
  /** An IPv4 address itself, or the /64 of another; null: it is none. */
  readonly addressKeyOf: (ip: string) => string | null
}

export type FindManyStores = {
  readonly audit: Pick<AuditStore, 'listCounted'>
  readonly alerts: Pick<AlertStore, 'recent'>
}

type Range = { readonly from: number; readonly to: number }

/** `entries`: sealed ones that no call had before, in the order of their places. */
export const findMany = async (
  deps: FindManyDeps,
  stores: FindManyStores,
  entries: readonly CountedEntry[],
): Promise<readonly Finding[]> => {
  const touched = burstRules.filter(([, rule]) => entries.some((entry) => isOf(rule, entry)))
  const fresh = entries.filter((entry) => touched.some(([, rule]) => isOf(rule, entry)))
  if (fresh.length === 0) return []
  const places = new Set(fresh.map(({ position }) => position))
  const isNew = ({ position }: CountedEntry) => places.has(position)
  const times = fresh.map(({ at }) => at)
  const range = { from: Math.min(...times) - longestWindowMs, to: Math.max(...times) + 1 }
  const upTo = fresh.at(-1)?.position ?? 0
  const seen: CountedEntry[] = []
  for (const action of new Set(touched.flatMap(([, { actions }]) => actions))) {
    const some = await stores.audit.listCounted({ ...range, action, limit: maxLookedBack })
    // What comes later in the chain counts when its turn comes: never twice.
    seen.push(...some.filter(({ position }) => position !== null && position <= upTo))
  }
  const networkOf = (ip: string) => (deps.unlimited.contains(ip) ? null : deps.addressKeyOf(ip))
  const input = { entries: seen, isNew, thresholds: deps.thresholds, networkOf }
  const found = findBursts(input)
  const full = found.filter(({ peak }) => peak !== null)
  if (full.length === 0) return found.map((burst) => toFinding(burst, false))
  const signIns = await listSignIns(stores, full, range)
  const counts = await createCounts(stores, full, { signIns, networkOf })
  return findBursts({ ...input, counts }).map((burst) =>
    toFinding(burst, burst.peak !== null && !isOutnumbered(deps, burst.rule, burst.peak, { signIns, networkOf })),
  )
}

const isOf = ({ actions, matches = () => true }: Burst, entry: CountedEntry): boolean =>
  actions.includes(entry.action) && matches(entry)

const longestWindowMs = Math.max(...burstRules.map(([, { windowMs }]) => windowMs))

const toFinding = ({ rule, subject, added, last, peak }: FoundBurst, isTelling: boolean): Finding => {
  const details = { entry: last.id, from: peak?.from, to: peak?.to, measure: peak?.measure }
  const ip = rule === 'failures_by_account' ? last.ip : null
  const first = isTelling && peak ? { count: peak.entries, details, ip } : null
  return { rule, subject, at: last.at, added, first }
}

type Successes = {
  readonly signIns: readonly CountedEntry[]
  readonly networkOf: (ip: string) => string | null
}

/** Only where they may explain something. */
const listSignIns = async ({ audit }: FindManyStores, full: readonly FoundBurst[], range: Range) =>
  full.some(({ rule }) => ruleOf(rule).unlessGotIn || ruleOf(rule).unlessAsMany)
    ? audit.listCounted({ ...range, action: 'session:sign-in', limit: maxLookedBack })
    : []

const ruleOf = (rule: BurstRule): Burst => bursts[rule]

/** What fills a window: what nobody has seen to yet, and of an address the accounts that did not get in there. */
const createCounts = async (
  { alerts }: FindManyStores,
  full: readonly FoundBurst[],
  { signIns, networkOf }: Successes,
): Promise<NonNullable<Parameters<typeof findBursts>[0]['counts']>> => {
  const seenTo = new Map<string, number>()
  for (const [rule, some] of Map.groupBy(full, (burst) => burst.rule)) {
    const subjects = some.map(({ subject }) => subject)
    const since = Math.min(...some.map(({ last }) => last.at)) - seenToWithinMs
    for (const { subject, acknowledgedAt } of await alerts.recent({ rule, subjects, since })) {
      const key = `${rule} ${subject}`
      seenTo.set(key, Math.max(seenTo.get(key) ?? 0, acknowledgedAt ?? 0))
    }
  }
  const gotIn = new Set(
    (['address', 'network'] as const).flatMap((by) =>
      signIns.map((signIn) => `${subjectOf(by, signIn, networkOf)} ${signIn.userId}`),
    ),
  )
  return ({ at, userId }, { rule, subject }) =>
    at > (seenTo.get(`${rule} ${subject}`) ?? 0) && !(ruleOf(rule).unlessGotIn && gotIn.has(`${subject} ${userId}`))
}

/**
 * Whether as many people got in at the same time: a busy site, not an attack. Each account counts once, and of one address few: or the
 * attacker signs in to an account of their own as often as they fail elsewhere.
 */
const isOutnumbered = (
  { thresholds }: Pick<FindManyDeps, 'thresholds'>,
  rule: BurstRule,
  { entries, from, to }: NonNullable<FoundBurst['peak']>,
  { signIns, networkOf }: Successes,
): boolean => {
  if (!ruleOf(rule).unlessAsMany || entries >= ceiling * thresholds[rule]) return false
  const people = new Map(
    signIns.filter(({ at }) => at >= from && at <= to).map(({ userId, ip }) => [userId, ip && networkOf(ip)]),
  )
  const byAddress = Map.groupBy(people.values(), (address) => address)
  const counted = [...byAddress].map(([address, { length }]) =>
    address === null ? length : Math.min(length, countedPerAddress),
  )
  return counted.reduce((sum, some) => sum + some, 0) >= entries
}
