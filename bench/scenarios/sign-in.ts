// Sign-in: what it costs beyond the password's hash and three round trips to the database. The record is written in the same
// transaction.
import type { Bench } from '../bench.ts'
import { requestText } from '../measure/load.ts'
import { measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import { browserHeaders, change, password, signUp } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { countStatements } from '../statements.ts'

const people = 20
const connections = 4

export const signInScenario = async (bench: Bench): Promise<readonly Row[]> => {
  const { floor, options, postgres, redis } = bench
  const { rounds, warmUps } = options
  const seconds = options.seconds * 2
  const stores = await bench.shared()
  const server = await bench.start(stores)
  for (let n = 0; n < people; n += 1) await signUp(server, `person-${n}@example.com`)
  let turn = 0
  const signInOf = () => change('/login', { email: `person-${turn++ % people}@example.com`, password })
  const services = { postgres: postgres.pid(), redis: redis.pid() }
  const floorAct = (name: string, path: string): Subject => {
    const request = requestText('GET', path, browserHeaders)
    return {
      name,
      pid: floor.pid,
      ...services,
      load: () => ({ port: floor.port, connections, seconds, next: () => request }),
    }
  }
  const subjects: readonly Subject[] = [
    floorAct('bare node:http, 4 connections', '/'),
    floorAct('one hash (argon2id, 19 MiB, 2 passes)', '/hash'),
    floorAct('one named statement of PostgreSQL', '/query'),
    {
      name: 'sign-in',
      pid: server.pid,
      ...services,
      load: () => ({ port: server.port, connections, seconds, next: signInOf }),
    },
  ]
  const measured = await measureByTurns(subjects, { rounds, warmUps, say: bench.say })
  const [bare, hash, query, signIn] = measured.map(summarize)
  if (!bare || !hash || !query || !signIn) throw new Error('not everything was measured')
  const statements = await countStatements(stores.database, server.port, Array.from({ length: people }, signInOf))
  const roundTrips = 3 * (query.cpuMicros.middle - bare.cpuMicros.middle)
  const beyondMs = (signIn.cpuMicros.middle - hash.cpuMicros.middle - roundTrips) / 1000
  return [
    { what: 'one hash (argon2id, 19 MiB, 2 passes) on node:http', summary: hash },
    { what: 'one named statement on node:http', summary: query },
    {
      what: 'sign-in (PostgreSQL and Redis)',
      summary: signIn,
      statements: statements.perAct,
      memoryMiB: measured.at(-1)?.memory.peak ?? Number.NaN,
      aim: 'at most 0.3 ms beyond the hash and three round trips',
      reached: `${figure(beyondMs, 2)} ms beyond (middle; a hash varies by ${figure((hash.cpuMicros.most - hash.cpuMicros.least) / 1000, 2)})`,
    },
  ]
}
