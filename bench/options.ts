import { parseArgs } from 'node:util'

export const scenarioNames = [
  'check',
  'metrics',
  'refresh',
  'sign-in',
  'audit',
  'chain',
  'search',
  'growth',
  'clean-up',
  'size',
  'backup',
  'storm',
  'revocation',
  'start',
  'peers',
] as const
export type ScenarioName = (typeof scenarioNames)[number]

export type Options = {
  readonly only: readonly ScenarioName[]
  /** How often each subject is measured, by turns. */
  readonly rounds: number
  /** Rounds before the first that counts, in which code is compiled and memory is filled. */
  readonly warmUps: number
  /** How long one measurement takes. */
  readonly seconds: number
  readonly connections: number
  /** Sessions that are put into a database where many are needed. */
  readonly sessions: number
  /** Entries of the big audit log. */
  readonly entries: number
  readonly write: boolean
  readonly quiet: boolean
}

export const help = `What Vigile costs, beside what nothing costs: one table.

  npm run bench -- [options]

  --only NAMES        of ${scenarioNames.join(', ')}; default: all.
                      peers: other systems under the same load; their packages are installed by the first run
  --rounds N          how often each is measured, by turns; default 6
  --seconds N         how long one measurement takes; default 3
  --connections N     connections of the load; default 50
  --sessions N        sessions in the big database, and dead ones to remove; default 1000000
  --entries N         entries of the big audit log; default 10000000
  --quick             1 round of 0.3 s, 2000 sessions and entries: shows that it works, its figures mean little
  --write             puts the table into bench/README.md
  --quiet             no progress on standard error

  npm run bench -- --only check --rounds 10
`

const quick = { rounds: '1', seconds: '0.3', connections: '8', sessions: '2000', entries: '2000' }
const full = { rounds: '6', seconds: '3', connections: '50', sessions: '1000000', entries: '10000000' }

/** The options of a command line, or `help`. Throws where it makes no sense. */
export const readOptions = (args: readonly string[]): Options | 'help' => {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ only: text, rounds: text, seconds: text, connections: text, sessions: text, entries: text },
      ...{ quick: flag, write: flag, quiet: flag, help: flag },
    },
  })
  if (values.help) return 'help'
  const defaults = values.quick ? quick : full
  const positive = (name: keyof typeof full) => {
    const value = Number(values[name] ?? defaults[name])
    if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
    return value
  }
  const only = values.only?.split(',') ?? scenarioNames
  const unknown = only.find((name) => !(scenarioNames as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`there is no "${unknown}": --only takes ${scenarioNames.join(', ')}`)
  return {
    only: only as readonly ScenarioName[],
    rounds: positive('rounds'),
    warmUps: values.quick ? 0 : 2,
    seconds: positive('seconds'),
    connections: positive('connections'),
    sessions: positive('sessions'),
    entries: positive('entries'),
    write: values.write,
    quiet: values.quiet,
  }
}
