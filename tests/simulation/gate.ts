// What must hold, and what is said where it does not: the seed, and its story.
import type { Faults } from './faults.ts'
import type { Rule } from './rules/rule.ts'
import { type HonestTally, honestDays, perMillion, type ThiefTally } from './tally.ts'
import type { Factor } from './tasks.ts'
import type { Thief } from './thieves/thief.ts'
import { runWorld } from './world.ts'

/** So many logouts for nothing in a million refreshes are too many: at the stated faults, and with each five times as often. */
const tooMany: Record<Factor, number> = { 1: 2, 5: 10 }

export type Breach = { readonly words: string; readonly world: number; readonly thief?: Thief }

/** In a short run, not one is allowed. */
export const honestBreaches = (tally: HonestTally, factor: Factor): Breach[] =>
  perMillion(tally) < tooMany[factor]
    ? []
    : tally.spurious.map(({ world, why }) => ({ words: `world ${world}: logged out for nothing: ${why}`, world }))

export const thiefBreaches = (thief: Thief, { stillIn }: ThiefTally): Breach[] =>
  stillIn.map((world) => ({ words: `world ${world}: the thief "${thief.name}" is still in`, world, thief }))

type Teller = { rule: Rule; faults: Faults; seed: number; days?: number; whole?: boolean }

const lastSteps = 60

/** How it came to that, step by step: the same seed, told in words. */
export async function tellStory({ words, world, thief }: Breach, teller: Teller): Promise<string> {
  const { rule, faults, seed, days = honestDays, whole = false } = teller
  const options = { rule, faults, seed, index: world, days, narrate: true, ...(thief && { thief }) }
  const { story } = await runWorld(options)
  const found = thief ? -1 : story.findIndex((line) => line.includes('FOR NOTHING'))
  const end = found < 0 ? story.length : found + 1
  const steps = whole ? story : [story[0], '…', ...story.slice(Math.max(1, end - lastSteps), end)]
  return [`${rule.title}, seed ${seed}, ${words}`, ...steps].join('\n')
}
