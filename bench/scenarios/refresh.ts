// Refresh with rotation on PostgreSQL: each session is refreshed once, and is old enough to rotate.
import type { Bench } from '../bench.ts'
import { measureByTurns, summarize } from '../measure/rounds.ts'
import { insertSessions, refreshOf } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { countStatements } from '../statements.ts'

const forCounting = 20
const forCountingTogether = 500
/** More than any machine refreshes in a second. */
const perSecond = 12_000

export const refresh = async (bench: Bench): Promise<readonly Row[]> => {
  const { options, postgres, redis } = bench
  const { connections, rounds, warmUps, seconds } = options
  const stores = await bench.shared()
  const server = await bench.start(stores)
  const count = Math.ceil((rounds + warmUps) * seconds * perSecond) + forCounting + forCountingTogether
  bench.say(`refresh: ${count} sessions are put into the database`)
  await insertSessions(stores.database, 'r', count)
  let used = 0
  const next = () => refreshOf('r', used++)
  const subject = {
    name: 'refresh with rotation',
    pid: server.pid,
    postgres: postgres.pid(),
    redis: redis.pid(),
    load: () => ({
      ...{ port: server.port, connections, seconds, next },
      accept: ({ status, body }: { status: number; body: string }) => status === 200 && body.includes('"rotated":true'),
    }),
  }
  const [measured] = await measureByTurns([subject], { rounds, warmUps, say: bench.say })
  if (!measured) throw new Error('nothing was measured')
  const summary = summarize(measured)
  const statements = await countStatements(stores.database, server.port, Array.from({ length: forCounting }, next))
  const requests = Array.from({ length: forCountingTogether }, next)
  const together = await countStatements(stores.database, server.port, requests, connections)
  const floor = bench.floorSummary?.cpuMicros.least ?? Number.NaN
  return [
    {
      what: 'refresh with rotation (PostgreSQL and Redis)',
      summary,
      statements: statements.perAct,
      memoryMiB: measured.memory.peak,
      aim: 'at most 85 µs',
      reached: `${figure(summary.cpuMicros.least)} µs, ${figure(summary.cpuMicros.least - floor)} of them above the floor; ${figure(together.perAct)} statements each where ${connections} come at once`,
    },
  ]
}
