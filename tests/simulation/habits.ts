// How people use a site: how long they stay, how long they are away, what they do meanwhile.
import type { Chance } from './chance.ts'
import { day, hour, minute, second } from './policy.ts'

type Mixture = readonly (readonly [weight: number, from: number, to: number])[]

const visits: Mixture = [
  [25, 5 * second, 45 * second],
  [35, minute, 8 * minute],
  [28, 8 * minute, 40 * minute],
  [12, 40 * minute, 4 * hour],
]

const absences: Mixture = [
  [36, 10 * minute, hour],
  [36, hour, 5 * hour],
  [24, 8 * hour, 14 * hour],
  [3.5, day, 6 * day],
  [0.5, 7 * day, 10 * day],
]

const sleeps: Mixture = [
  [40, 30 * second, 5 * minute],
  [40, 5 * minute, 2 * hour],
  [20, 2 * hour, 14 * hour],
]

const draw = (mixture: Mixture, chance: Chance): number => {
  let left = chance.next() * mixture.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, from, to] of mixture) {
    left -= weight
    if (left < 0) return chance.between([from, to])
  }
  return chance.between([minute, hour])
}

export const visitLength = (chance: Chance): number => draw(visits, chance)
/** `longest`: a thief is judged by an owner who comes back. */
export const absence = (chance: Chance, longest: number): number => Math.min(draw(absences, chance), longest)
export const sleepLength = (chance: Chance): number => draw(sleeps, chance)

/** Between two acts of a visit, on average. */
export const pauseMs = 25 * second

/** What is done next on a page, by weight. */
export const acts = { ask: 60, navigate: 18, another: 5, close: 5, switch: 8, away: 4 }

/** How a visit is left, by weight. `lid`: the laptop sleeps until the next visit. */
export const leavings = { quit: 30, closePages: 24, lid: 32, hide: 12, stay: 2 }

/** Signs out at the end of a visit, on purpose. */
export const signsOut = 0.01

/** Applications that ask for news every minute, whether they are looked at or not. */
export const polls = 0.25
export const pollMs = minute
