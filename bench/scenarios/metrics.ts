// A session check that is counted for Prometheus, and one that is not: the same program by turns.
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import { figure, type Row } from '../row.ts'
import { checksOf } from './check.ts'

/** More rounds than elsewhere: the two differ by less than the machine does from one moment to the next. */
const pairsPerRound = 2
const withoutMetrics = ['--import', join(import.meta.dirname, '../servers/without-metrics.mjs')]

export const metrics = async (bench: Bench): Promise<readonly Row[]> => {
  const { connections, rounds, warmUps, seconds } = bench.options
  const subjectOf = async (name: string, flags: readonly string[]): Promise<Subject> => {
    const server = await bench.start(bench.embedded(), { flags })
    const next = await checksOf(server, connections)
    return { name, pid: server.pid, load: () => ({ port: server.port, connections, seconds, next }) }
  }
  const subjects = [
    await subjectOf('session check without metrics (embedded)', withoutMetrics),
    await subjectOf('session check with them', []),
  ]
  const [without, counted] = await measureByTurns(subjects, { rounds: rounds * pairsPerRound, warmUps, say: bench.say })
  if (!without || !counted) throw new Error('not everything was measured')
  const more = counted.rounds.map(
    ({ cpuMicros }, round) => (cpuMicros / (without.rounds[round]?.cpuMicros ?? Number.NaN) - 1) * 100,
  )
  const [one, other] = [summarize(without), summarize(counted)]
  const least = (other.cpuMicros.least / one.cpuMicros.least - 1) * 100
  return [
    { what: without.name, summary: one },
    {
      what: counted.name,
      summary: other,
      aim: 'at most 2 % more',
      reached: `${figure(least, 1)} % by the least of each; middle of ${more.length} pairs ${figure(median(more), 1)} %, half of them ${figure(percentile(more, 0.25), 1)} to ${figure(percentile(more, 0.75), 1)}`,
    },
  ]
}
