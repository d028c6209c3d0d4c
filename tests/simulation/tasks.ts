// A run, cut into tasks that depend on nothing but their words: whoever does them, and in whatever order, the sums are the same.
import { times } from './faults.ts'
import { rules } from './rules/all.ts'
import { type HonestTally, runHonest, runThief, type ThiefTally } from './tally.ts'
import { thieves } from './thieves/list.ts'

export type Factor = 1 | 5

export type Task =
  | {
      readonly kind: 'honest'
      readonly rule: string
      readonly factor: Factor
      readonly seed: number
      readonly refreshes: number
      readonly firstWorld: number
    }
  | {
      readonly kind: 'thief'
      readonly rule: string
      readonly thief: string
      readonly seed: number
      readonly trials: number
      readonly days: number
    }

export type Done =
  | { readonly kind: 'honest'; readonly tally: HonestTally }
  | { readonly kind: 'thief'; readonly tally: ThiefTally }

/** Worlds of one task never reach the first of the next. */
const worldsApart = 100_000
const taskRefreshes = 50_000

/** So many honest refreshes, in tasks of some minute each. */
export const honestTasks = (rule: string, factor: Factor, seed: number, refreshes: number): Task[] =>
  Array.from({ length: Math.ceil(refreshes / taskRefreshes) }, (_, index) => ({
    kind: 'honest',
    rule,
    factor,
    seed,
    refreshes: Math.min(taskRefreshes, refreshes - index * taskRefreshes),
    firstWorld: index * worldsApart,
  }))

export const thiefTasks = (rule: string, seed: number, trials: number, days: number): Task[] =>
  thieves.map(({ name }) => ({ kind: 'thief', rule, thief: name, seed, trials, days }))

const named = <T extends { readonly name: string }>(list: readonly T[], name: string): T => {
  const found = list.find((each) => each.name === name)
  if (!found) throw new Error(`there is no "${name}"; there are: ${list.map((each) => each.name).join(', ')}`)
  return found
}
export const ruleNamed = (name: string) => named(rules, name)
export const thiefNamed = (name: string) => named(thieves, name)

export async function perform(task: Task): Promise<Done> {
  const rule = ruleNamed(task.rule)
  if (task.kind === 'honest')
    return { kind: 'honest', tally: await runHonest({ ...task, rule, faults: times(task.factor) }) }
  const thief = thiefNamed(task.thief)
  return { kind: 'thief', tally: await runThief({ ...task, rule, thief, faults: times(1) }) }
}
