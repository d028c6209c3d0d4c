// Which accounts, addresses or sites reached a threshold with the entries that are new, and which only go on.
import type { CountedEntry } from '../audit/store.ts'
import { regionOf } from './region.ts'
import { type Burst, type BurstRule, burstRules, type Thresholds } from './rules.ts'

export type FoundBurst = {
  readonly rule: BurstRule
  /** Null: the site as a whole. */
  readonly subject: string | null
  /** New entries. */
  readonly added: number
  /** The newest of them. */
  readonly last: CountedEntry
  /** The fullest window that a new entry ends, where it reaches the threshold. */
  readonly peak: Window | null
}

type Window = {
  readonly entries: number
  /** Of different accounts, where the rule counts them; else the entries. */
  readonly measure: number
  /** Epoch milliseconds, both in it. */
  readonly from: number
  readonly to: number
}

/**
 * Pure. `entries`: those of the actions of the rules, as far back as their windows reach from the oldest new one, in any order;
 * `isNew`: those that no call had before. `networkOf`: what an address counts as; null: it is not counted.
 */
export const findBursts = (input: {
  readonly entries: readonly CountedEntry[]
  readonly isNew: (entry: CountedEntry) => boolean
  readonly thresholds: Thresholds
  readonly networkOf: (ip: string) => string | null
  /** Whether an entry fills a window; default: each does. */
  readonly counts?: (entry: CountedEntry, burst: Pick<FoundBurst, 'rule' | 'subject'>) => boolean
}): readonly FoundBurst[] => {
  const { isNew, counts = () => true } = input
  // Of those at the same time the new ones come last, so that each of them ends a window that holds the others.
  const inOrder = input.entries.toSorted((a, b) => a.at - b.at || Number(isNew(a)) - Number(isNew(b)))
  return burstRules.flatMap(([rule, burst]) => {
    const { actions, matches = () => true, by, windowMs, distinct } = burst
    const bySubject = Map.groupBy(
      inOrder.filter((entry) => actions.includes(entry.action) && matches(entry)),
      (entry) => subjectOf(by, entry, input.networkOf),
    )
    return [...bySubject].flatMap(([subject, entries]): FoundBurst[] => {
      const fresh = entries.filter(isNew)
      const last = fresh.at(-1)
      if (subject === undefined || !last) return []
      const counted = entries.filter((entry) => counts(entry, { rule, subject }))
      const fullest = fullestWindow(counted, { windowMs, isNew, distinct })
      const peak = fullest.measure >= input.thresholds[rule] ? fullest : null
      return [{ rule, subject, added: fresh.length, last, peak }]
    })
  })
}

/** What an entry is counted for; undefined: nothing. `networkOf`: as of `findBursts`. */
export const subjectOf = (
  by: Burst['by'],
  { userId, ip }: Pick<CountedEntry, 'userId' | 'ip'>,
  networkOf: (ip: string) => string | null,
): string | null | undefined => {
  if (by === 'site') return null
  if (by === 'user') return userId ?? undefined
  const address = ip === null ? null : networkOf(ip)
  if (by === 'network') return address?.includes(':') ? regionOf(address) : undefined
  return address ?? undefined
}

/** Of the windows that end with a new entry. `entries`: oldest first. */
const fullestWindow = (
  entries: readonly CountedEntry[],
  by: {
    readonly windowMs: number
    readonly isNew: (entry: CountedEntry) => boolean
    readonly distinct: ((entry: CountedEntry) => string | null) | undefined
  },
): Window => {
  const within = new Map<string, number>()
  const measureOf = by.distinct ?? (({ id }: CountedEntry) => id)
  const count = (entry: CountedEntry | undefined, more: 1 | -1) => {
    const name = entry && measureOf(entry)
    if (name == null) return
    const left = (within.get(name) ?? 0) + more
    if (left === 0) within.delete(name)
    else within.set(name, left)
  }
  let fullest: Window = { entries: 0, measure: 0, from: 0, to: 0 }
  let first = 0
  for (const [index, entry] of entries.entries()) {
    count(entry, 1)
    const from = entry.at - by.windowMs
    for (; (entries[first]?.at ?? entry.at) <= from; first += 1) count(entries[first], -1)
    const window = { entries: index - first + 1, measure: within.size, from: from + 1, to: entry.at }
    if (by.isNew(entry) && window.measure >= fullest.measure) fullest = window
  }
  return fullest
}
