// Sums over worlds: what the table is made of.
import type { Faults } from './faults.ts'
import { hour } from './policy.ts'
import type { Rule } from './rules/rule.ts'
import type { Thief } from './thieves/thief.ts'
import type { Theft } from './thieves/trial.ts'
import { runWorld, type WorldResult } from './world.ts'

/** Long enough for one absolute end. */
export const honestDays = 35

export type Finding = { readonly world: number; readonly at: number; readonly why: string }

export type HonestTally = {
  readonly worlds: number
  readonly refreshes: number
  readonly signIns: number
  /** Of pages that somebody looks at. */
  readonly answered: number
  readonly refused: number
  readonly spurious: readonly Finding[]
  readonly printed: readonly Finding[]
  readonly rows: Readonly<Record<string, number>>
}

type HonestRun = {
  rule: Rule
  faults: Faults
  seed: number
  /** Worlds are run until there are so many. */
  refreshes: number
  firstWorld?: number
}

const nothing: HonestTally = {
  worlds: 0,
  refreshes: 0,
  signIns: 0,
  answered: 0,
  refused: 0,
  spurious: [],
  printed: [],
  rows: {},
}

const ofWorld = (world: number, result: WorldResult): HonestTally => {
  const found = (list: WorldResult['spurious']) => list.map((each) => ({ world, ...each }))
  return {
    worlds: 1,
    refreshes: result.refreshes,
    signIns: result.signIns,
    ...result.requests,
    spurious: found(result.spurious),
    printed: found(result.printed),
    rows: result.rows,
  }
}

const addRows = (a: HonestTally['rows'], b: HonestTally['rows']) =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((row) => [row, (a[row] ?? 0) + (b[row] ?? 0)]),
  )

export const sum = (tallies: readonly HonestTally[]): HonestTally =>
  tallies.reduce(
    (a, b) => ({
      worlds: a.worlds + b.worlds,
      refreshes: a.refreshes + b.refreshes,
      signIns: a.signIns + b.signIns,
      answered: a.answered + b.answered,
      refused: a.refused + b.refused,
      spurious: [...a.spurious, ...b.spurious],
      printed: [...a.printed, ...b.printed],
      rows: addRows(a.rows, b.rows),
    }),
    nothing,
  )

/** People and their misfortunes, world after world. */
export async function runHonest({ rule, faults, seed, refreshes, firstWorld = 0 }: HonestRun): Promise<HonestTally> {
  let tally = nothing
  for (let index = firstWorld; tally.refreshes < refreshes; index++)
    tally = sum([tally, ofWorld(index, await runWorld({ seed, index, rule, faults, days: honestDays }))])
  return tally
}

export const perMillion = ({ spurious, refreshes }: HonestTally): number =>
  refreshes === 0 ? 0 : (spurious.length / refreshes) * 1_000_000

export type ThiefTally = {
  readonly thief: string
  readonly trials: number
  /** Worlds in which he was given a token within the last day before the horizon. */
  readonly stillIn: readonly number[]
  /** Found, and the session was ended for it. */
  readonly found: number
  /** Hours, and visits of the owner's, from the theft to the last token: the median and the longest. */
  readonly hours: readonly [number, number]
  readonly visits: readonly [number, number]
}

type ThiefRun = { rule: Rule; faults: Faults; seed: number; thief: Thief; trials: number; days: number }

/** He may have stolen on the second day; in the last day a token is a token too many. */
const isStillIn = ({ end, lastAt, endedAt }: Theft): boolean => end === 'horizon' && lastAt > endedAt - 24 * hour

const spread = (values: number[]): [number, number] => {
  const sorted = values.toSorted((a, b) => a - b)
  return [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0]
}

/** One thief in several worlds. A world in which nothing was there to steal doesn't count. */
export async function runThief({ rule, faults, seed, thief, trials, days }: ThiefRun): Promise<ThiefTally> {
  const thefts: { world: number; theft: Theft }[] = []
  for (let world = 0; thefts.length < trials && world < trials * 3; world++) {
    const { theft } = await runWorld({ seed, index: world, rule, faults, thief, days })
    if (theft) thefts.push({ world, theft })
  }
  const all = thefts.map(({ theft }) => theft)
  return {
    thief: thief.name,
    trials: all.length,
    stillIn: thefts.filter(({ theft }) => isStillIn(theft)).map(({ world }) => world),
    found: all.filter(({ end }) => end === 'found').length,
    hours: spread(all.map(({ stolenAt, lastAt }) => (lastAt - stolenAt) / hour)),
    visits: spread(all.map(({ visits }) => visits)),
  }
}
