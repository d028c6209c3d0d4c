// Growth: a refresh reads its session's row. Of 100 rows, and of a million.
import type { Bench } from '../bench.ts'
import { measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import { insertSessions, refreshOf } from '../people.ts'
import { figure, type Row } from '../row.ts'

/** Spread over the whole table: each request goes to a page of its own. */
const asked = 5_000

export const growth = async (bench: Bench): Promise<readonly Row[]> => {
  const { connections, rounds, warmUps, seconds, sessions } = bench.options
  const subjectOf = async (count: number): Promise<Subject> => {
    const stores = await bench.shared()
    bench.say(`growth: ${count} sessions are put into a database`)
    // Young ones are read and renewed, not rotated: the same sessions can be asked again and again.
    await insertSessions(stores.database, 'g', count, { issuedAt: Date.now() + 3_600_000 })
    const server = await bench.start(stores)
    const requests = Array.from(
      { length: Math.min(asked, count) },
      (_, n, step = Math.max(1, Math.floor(count / asked))) => refreshOf('g', n * step),
    )
    let turn = 0
    const next = () => requests[turn++ % requests.length] as string
    return {
      name: `refresh without rotation, ${figure(count)} sessions`,
      pid: server.pid,
      postgres: bench.postgres.pid(),
      redis: bench.redis.pid(),
      load: () => ({ port: server.port, connections, seconds, next }),
    }
  }
  const measured = await measureByTurns([await subjectOf(100), await subjectOf(sessions)], {
    rounds,
    warmUps,
    say: bench.say,
  })
  const [few, many] = measured.map((one) => ({ what: one.name, summary: summarize(one) }))
  if (!few || !many) throw new Error('not everything was measured')
  return [
    few,
    {
      ...many,
      aim: 'at least 0.95 of the throughput of 100 sessions',
      reached: `${figure(many.summary.perSecond / few.summary.perSecond, 2)} (by CPU ${figure(few.summary.cpuMicros.least / many.summary.cpuMicros.least, 2)})`,
    },
  ]
}
