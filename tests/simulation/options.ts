// What `run.ts` can be asked for.
import { parseArgs } from 'node:util'
import { rules } from './rules/all.ts'
import type { Rule } from './rules/rule.ts'
import { type Factor, ruleNamed, thiefNamed } from './tasks.ts'
import type { Thief } from './thieves/thief.ts'

export const help = `tests/simulation/run.ts: sessions through lost answers, crashes, sleep, failovers and thieves, in virtual time

  --refreshes N    honest refreshes for each rule and each rate          100000
  --others N       the same, for the rules of others                     as many
  --seed N         another seed is another run                           1
  --rule NAME      ${rules.map(({ name }) => name).join(', ')}
                   (may be given more than once)                         all of them
  --rates x1|x5    the stated fault rates, or all of them five times     both
  --trials N       worlds for each thief; 0: no thieves                  10
  --days N         from the first sign-in to the horizon of a theft      14
  --threads N      the sums do not depend on it                          1
  --world N        tells the story of one world, with --rates
  --thief NAME     with this thief in it

The table goes to standard output, progress to standard error. Exits with 1 where the protocol does not hold: two or
more logouts for nothing in a million refreshes at the stated rates, ten or more with all of them five times, or a thief who
is still in at the horizon. Then the first of them tell their stories.
`

export type Options = {
  readonly help: boolean
  readonly refreshes: number
  readonly others: number
  readonly seed: number
  readonly rules: readonly Rule[]
  readonly factors: readonly Factor[]
  readonly trials: number
  readonly days: number
  readonly threads: number
  readonly world: number | null
  readonly thief: Thief | null
}

const factorsOf = (rates: string | undefined): readonly Factor[] => {
  if (rates === undefined) return [1, 5]
  if (rates === 'x1') return [1]
  if (rates === 'x5') return [5]
  throw new Error('--rates must be x1 or x5')
}

const whole = (name: string, text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`)
  return value
}

/** Throws where it can't be understood, and says what would be right. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      refreshes: { type: 'string', default: '100000' },
      others: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rule: { type: 'string', multiple: true },
      rates: { type: 'string' },
      trials: { type: 'string', default: '10' },
      days: { type: 'string', default: '14' },
      threads: { type: 'string', default: '1' },
      world: { type: 'string' },
      thief: { type: 'string' },
    },
  })
  return {
    help: values.help,
    refreshes: whole('refreshes', values.refreshes),
    others: whole('others', values.others ?? values.refreshes),
    seed: whole('seed', values.seed),
    rules: values.rule?.map(ruleNamed) ?? rules,
    factors: factorsOf(values.rates),
    trials: whole('trials', values.trials),
    days: whole('days', values.days),
    threads: Math.max(1, whole('threads', values.threads)),
    world: values.world === undefined ? null : whole('world', values.world),
    thief: values.thief === undefined ? null : thiefNamed(values.thief),
  }
}
