// The session check: `GET /me` by cookie, beside the bare floor.
import type { Bench } from '../bench.ts'
import { type Load, requestText, runLoad } from '../measure/load.ts'
import { measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import {
  browserHeaders,
  type Cookies,
  cookiesOf,
  forwardCheck,
  insertSessions,
  refreshOf,
  sessionCheck,
  signUp,
} from '../people.ts'
import type { Row } from '../row.ts'
import type { Server } from '../servers/server.ts'

/** Longer than a node trusts what it remembers of a session (live-sessions.ts). */
const forgottenAfterMs = 3_200

/** One person for each connection, so that no two requests are alike; from memory after the first. */
export const checksOf = async (
  server: Server,
  connections: number,
  check = sessionCheck,
): Promise<(connection: number) => string> => {
  const people: Cookies[] = []
  for (let n = 0; n < connections; n += 1) people.push(await signUp(server, `${check.name}-${n}@example.com`))
  const requests = people.map(check)
  return (connection) => requests[connection] as string
}

export const floorSubject = ({ floor, options: { connections, seconds } }: Bench): Subject => {
  const request = requestText('GET', '/', browserHeaders)
  return {
    name: 'bare node:http',
    pid: floor.pid,
    load: () => ({ port: floor.port, connections, seconds, next: () => request }),
  }
}

/** Each session once a round, and none so soon again that the node still remembers it: one look-up for each. */
const authoritative = async (
  bench: Bench,
  server: Server,
  database: string,
): Promise<(round: number) => Promise<Load>> => {
  const { connections, sessions } = bench.options
  const count = Math.min(sessions, 5_000)
  await insertSessions(database, 'a', count)
  const checks: string[] = []
  let asked = 0
  await runLoad({
    port: server.port,
    connections,
    seconds: 60,
    next: () => (asked < count ? refreshOf('a', asked++) : null),
    accept: ({ status, head }) => status === 200 && checks.push(sessionCheck(cookiesOf(head))) > 0,
  })
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, forgottenAfterMs))
    let next = 0
    return { port: server.port, connections, seconds: 60, next: () => checks[next++] ?? null }
  }
}

export const check = async (bench: Bench): Promise<readonly Row[]> => {
  const { connections, seconds, rounds, warmUps } = bench.options
  const shared = await bench.shared()
  const [embedded, remote, asking] = [
    await bench.start(bench.embedded()),
    await bench.start(shared),
    await bench.start(shared),
  ]
  const fromMemory = async (name: string, server: Server): Promise<Subject> => {
    const next = await checksOf(server, connections)
    return { name, pid: server.pid, load: () => ({ port: server.port, connections, seconds, next }) }
  }
  const forwardChecks = await checksOf(embedded, connections, forwardCheck)
  const services = { postgres: bench.postgres.pid(), redis: bench.redis.pid() }
  const subjects: readonly Subject[] = [
    floorSubject(bench),
    await fromMemory('session check, revocable, from memory (embedded)', embedded),
    { ...(await fromMemory('the same, limits counted in Redis (PostgreSQL and Redis)', remote)), ...services },
    {
      name: 'session check, authoritative: one look-up (PostgreSQL and Redis)',
      pid: asking.pid,
      ...services,
      load: await authoritative(bench, asking, shared.database),
    },
    {
      name: 'forward authentication, as nginx asks, from memory (embedded)',
      pid: embedded.pid,
      load: () => ({
        port: embedded.port,
        connections,
        seconds,
        next: forwardChecks,
        accept: ({ status }) => status === 204,
      }),
    },
  ]
  const measured = await measureByTurns(subjects, { rounds, warmUps, say: bench.say })
  const [floor, ...others] = measured.map((one) => ({
    what: one.name,
    summary: summarize(one),
    memoryMiB: one.memory.peak,
  }))
  if (!floor) throw new Error('nothing was measured')
  bench.floorSummary = floor.summary
  const aims = ['at most 2 × the floor; 110 MiB', '', 'at most 3 × the floor']
  return [
    floor,
    ...others.map((row, index) => ({
      ...row,
      aim: aims[index] ?? '',
      reached: `${(row.summary.cpuMicros.least / floor.summary.cpuMicros.least).toFixed(1)} ×`,
    })),
  ]
}
