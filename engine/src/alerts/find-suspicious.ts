// What new entries of the record amount to, with those before them.
import { alertRules } from '@vigile/contract'
import type { RecordedEntry } from '../audit/store.ts'
import { type FindManyDeps, type FindManyStores, findMany } from './find-many.ts'
import { type ImpossibleMoveDeps, type ImpossibleMoveStores, isImpossibleMove } from './impossible-move.ts'
import type { Finding } from './raise.ts'
import { singleRuleOf } from './rules.ts'

export type FindDeps = ImpossibleMoveDeps & FindManyDeps
export type FindStores = ImpossibleMoveStores & FindManyStores

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
