// Subjects are measured by turns, several rounds of them: what else runs on the machine then disturbs all of them alike.
import { type Load, type LoadResult, runLoad } from './load.ts'
import { cpuOf, cpuOfFamily, memoryOf } from './process-cost.ts'
import { median } from './statistics.ts'

export type Subject = {
  readonly name: string
  readonly pid: number
  /** Of the databases that it asks. */
  readonly postgres?: number | undefined
  readonly redis?: number | undefined
  /** One round; called anew for each. */
  load(round: number): Load | Promise<Load>
}

export type Round = LoadResult & {
  readonly cpuMicros: number
  readonly postgresMicros: number
  readonly redisMicros: number
}

export type Measured = {
  readonly name: string
  readonly rounds: readonly Round[]
  readonly memory: { readonly now: number; readonly peak: number }
}

const measureOnce = async (subject: Subject, round: number): Promise<Round> => {
  const { pid, postgres, redis } = subject
  const load = await subject.load(round)
  const used = () => [cpuOf(pid), postgres ? cpuOfFamily(postgres) : 0, redis ? cpuOf(redis) : 0] as const
  const before = used()
  const result = await runLoad(load)
  const after = used()
  const micros = (part: 0 | 1 | 2) => (after[part] - before[part]) / result.requests
  if (result.requests === 0) throw new Error(`${subject.name}: no request was answered as it should be`)
  return { ...result, cpuMicros: micros(0), postgresMicros: micros(1), redisMicros: micros(2) }
}

/** `warmUps`: rounds before the first that counts, in which code is compiled and memory is filled. */
export const measureByTurns = async (
  subjects: readonly Subject[],
  { rounds, warmUps, say }: { readonly rounds: number; readonly warmUps: number; say(line: string): void },
): Promise<readonly Measured[]> => {
  const measured = subjects.map(({ name }) => ({ name, rounds: [] as Round[], memory: { now: 0, peak: 0 } }))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const one = await measureOnce(subject, round + warmUps)
      const into = measured[index] as (typeof measured)[number]
      if (round >= 0) into.rounds.push(one)
      into.memory = memoryOf(subject.pid)
      const refused = one.refused > 0 ? `, ${one.refused} not answered as they should be` : ''
      say(
        `${round < 0 ? 'warm-up' : `round ${round + 1}`}  ${subject.name}: ${one.cpuMicros.toFixed(1)} µs, ${Math.round(one.perSecond)}/s${refused}`,
      )
    }
  }
  return measured
}

export type Summary = {
  readonly cpuMicros: { readonly least: number; readonly middle: number; readonly most: number }
  readonly postgresMicros: number
  readonly redisMicros: number
  readonly p99Ms: number
  readonly perSecond: number
}

/** Noise only ever adds CPU time: the least is nearest to what the work costs. The spread is told beside it. */
export const summarize = ({ rounds }: Pick<Measured, 'rounds'>): Summary => {
  const all = (pick: (round: Round) => number) => rounds.map(pick)
  const cpu = all((round) => round.cpuMicros)
  return {
    cpuMicros: { least: Math.min(...cpu), middle: median(cpu), most: Math.max(...cpu) },
    postgresMicros: Math.min(...all((round) => round.postgresMicros)),
    redisMicros: Math.min(...all((round) => round.redisMicros)),
    p99Ms: median(all((round) => round.p99Ms)),
    perSecond: median(all((round) => round.perSecond)),
  }
}
