// What others do, under the same load on the same machine: session check, sign-in, renewal, start, memory.
import type { Bench } from '../bench.ts'
import type { Load } from '../measure/load.ts'
import { memoryOf } from '../measure/process-cost.ts'
import { type Measured, measureByTurns, type Subject, summarize } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import { people, type Running, startPeers, titleOf } from '../peers/start-peers.ts'
import { type Cookies, cookiesOf } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { countStatements } from '../statements.ts'

const signInConnections = 4

export const peersScenario = async (bench: Bench): Promise<readonly Row[]> => {
  const { connections, seconds } = bench.options
  const measuring = { rounds: Math.ceil(bench.options.rounds / 2), warmUps: 1, say: bench.say }
  const services = { postgres: bench.postgres.pid(), redis: bench.redis.pid() }
  const running = await startPeers(bench)
  const subjectOf = ({ peer, server }: Running, act: string, load: Partial<Load>): Subject => ({
    ...{ name: titleOf(peer, act), pid: server.pid, ...services },
    load: () => ({ port: server.port, connections, seconds, next: () => null, ...load }),
  })
  const rowOf = async (one: Measured, counted?: { of: Running; requests: string[] }): Promise<Row> => {
    const statements =
      counted?.of.peer.needsPostgres &&
      (await countStatements(counted.of.database, counted.of.server.port, counted.requests))
    return {
      what: one.name,
      summary: summarize(one),
      memoryMiB: one.memory.peak,
      ...(statements ? { statements: statements.perAct } : {}),
    }
  }

  const rows: Row[] = []
  const measure = async (
    of: readonly Running[],
    toSubject: (one: Running) => Subject,
    requests?: (one: Running) => string[],
  ) => {
    const measured = await measureByTurns(of.map(toSubject), measuring)
    for (const [index, one] of measured.entries()) {
      const which = of[index] as Running
      rows.push(await rowOf(one, requests && { of: which, requests: requests(which) }))
    }
  }

  const checking = running.filter(({ peer }) => peer.check)
  const checksOf = ({ peer, sessions }: Running) => sessions.map((cookies) => peer.check?.(cookies) ?? '')
  await measure(
    checking,
    (one) => {
      const requests = checksOf(one)
      const accept = ({ status, body }: { status: number; body: string }) =>
        status === 200 && body.includes('@example.com')
      return subjectOf(one, 'session check', { next: (connection) => requests[connection] as string, accept })
    },
    (one) => checksOf(one).slice(0, people),
  )

  // The cookie cache changes nothing of a sign-in.
  const signingIn = checking.filter(({ peer }) => peer.mode !== 'cookie-cache')
  await measure(
    signingIn,
    (one) => {
      let turn = 0
      return subjectOf(one, 'sign-in', {
        ...{ connections: signInConnections, seconds: seconds * 2, next: () => one.signIn(turn++) },
        accept: ({ status, head }) => status === 200 && /session|sid/.test(Object.keys(cookiesOf(head)).join()),
      })
    },
    (one) => Array.from({ length: people }, (_, n) => one.signIn(n)),
  )

  const starts = new Map(checking.map((one) => [one, { ms: [] as number[], weights: [] as number[] }]))
  for (let round = 0; round <= measuring.rounds; round += 1) {
    for (const [one, { ms, weights }] of starts) {
      const server = await one.restart(checksOf(one)[0] as string)
      ms.push(server.startedInMs)
      weights.push(memoryOf(server.pid).now)
      await server.stop()
    }
    bench.say(`peers: started ${round + 1} times`)
  }
  for (const [{ peer }, { ms, weights }] of starts) {
    rows.push({
      what: titleOf(peer, 'from start to the first session answer'),
      memoryMiB: median(weights),
      reached: `${figure(Math.min(...ms))} ms (middle ${figure(median(ms))})`,
    })
  }
  // Last: some of these end the sessions that were asked for before.
  const renewing = running.filter(({ peer }) => peer.refresh)
  await measure(renewing, (one) => {
    const { refresh } = one.peer
    const held = [...one.sessions]
    return subjectOf(one, refresh?.what ?? '', {
      next: (connection) => refresh?.request(held[connection] as Cookies) ?? null,
      accept: ({ status, head, body }, connection) => {
        const next = status === 200 ? refresh?.held({ head, body }, held[connection] as Cookies) : null
        if (next) held[connection] = next
        return Boolean(next)
      },
    })
  })

  return rows
}
