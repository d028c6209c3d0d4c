// A whole sign-in with the chain of the audit log, and without: the same program by turns, so that what else runs here disturbs both.
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import { change, password, query, signUp } from '../people.ts'
import { figure, type Row } from '../row.ts'

const people = 20
/** More and shorter rounds than elsewhere: the two differ by less than the machine does from one moment to the next. */
const pairsPerRound = 4
const connections = 4
const withoutChain = ['--import', join(import.meta.dirname, '../servers/without-chain.mjs')]

export const chain = async (bench: Bench): Promise<readonly Row[]> => {
  const { rounds, warmUps, seconds } = bench.options
  const databases: string[] = []
  const subjectOf = async (name: string, flags: readonly string[]): Promise<Subject> => {
    const stores = await bench.shared()
    databases.push(stores.database)
    const server = await bench.start(stores, { flags })
    for (let n = 0; n < people; n += 1) await signUp(server, `person-${n}@example.com`)
    let turn = 0
    const next = () => change('/login', { email: `person-${turn++ % people}@example.com`, password })
    return {
      ...{ name, pid: server.pid, postgres: bench.postgres.pid(), redis: bench.redis.pid() },
      load: () => ({ port: server.port, connections, seconds, next }),
    }
  }
  const subjects = [
    await subjectOf('sign-in without the chain of the audit log', withoutChain),
    await subjectOf('sign-in with it', []),
  ]
  const [without, chained] = await measureByTurns(subjects, { rounds: rounds * pairsPerRound, warmUps, say: bench.say })
  if (!without || !chained) throw new Error('not everything was measured')
  const sealed = await Promise.all(
    databases.map(
      async (database) => (await query(database, 'select count(hash)::int as sealed from audit_entries')).rows[0],
    ),
  )
  if (sealed[0]?.sealed !== 0 || sealed[1]?.sealed === 0) throw new Error('the chain is not where it should be')
  const more = chained.rounds.map(({ cpuMicros }, round) => {
    const beside = without.rounds[round]?.cpuMicros ?? Number.NaN
    return (cpuMicros / beside - 1) * 100
  })
  const [one, other] = [summarize(without), summarize(chained)]
  return [
    { what: without.name, summary: one },
    {
      what: chained.name,
      summary: other,
      aim: 'at most 5 % more',
      reached: `${figure(median(more), 1)} % (middle of ${more.length} pairs; half of them ${figure(percentile(more, 0.25), 1)} to ${figure(percentile(more, 0.75), 1)})`,
    },
  ]
}
