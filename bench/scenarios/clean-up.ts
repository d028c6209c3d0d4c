// The nightly clean-up of very many dead sessions, while people refresh: how long they wait without it, during it and after it.
import type { Bench } from '../bench.ts'
import { type Answer, type LoadResult, runLoad } from '../measure/load.ts'
import { insertSessions, query, refreshOf } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { runVigile } from '../servers/vigile.ts'

/** At once: with more the machine has nothing left, and that is what one would see. */
const connections = 4
/** Refreshed once each, with rotation: more than will be. */
const mostLiving = 300_000
const longestSeconds = 1_800
const deadMs = 3 * 86_400_000

type Removed = { readonly sessions: number; readonly seconds: number }

export const cleanUp = async (bench: Bench): Promise<readonly Row[]> => {
  const { rounds, seconds, sessions } = bench.options
  const living = Math.min(mostLiving, 20_000 + sessions)
  const stores = await bench.shared()
  bench.say(`clean-up: ${sessions} dead sessions and ${living} living ones are put into a database`)
  await insertSessions(stores.database, 'd', sessions, { issuedAt: Date.now() - deadMs, isDead: true })
  await insertSessions(stores.database, 'l', living)
  const server = await bench.start(stores)

  let used = 0
  let isOver = false
  const accept = ({ status, body }: Answer) => status === 200 && body.includes('"rotated":true')
  const refreshes = async (what: string, longest: number): Promise<LoadResult> => {
    const next = () => (isOver || used === living ? null : refreshOf('l', used++))
    const result = await runLoad({ port: server.port, connections, seconds: longest, next, accept })
    if (result.refused > 0) throw new Error(`${result.refused} refreshes were refused ${what}`)
    const { requests, p50Ms, p99Ms } = result
    bench.say(`clean-up: ${what} ${requests} refreshes, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`)
    return result
  }
  await refreshes('to warm up', seconds)
  const before = await refreshes('before', rounds * seconds)
  const removing = runVigile('cleanup --json', stores).finally(() => {
    isOver = true
  })
  const [during, output] = await Promise.all([refreshes('during', longestSeconds), removing])
  isOver = false
  const after = await refreshes('after', rounds * seconds)
  const removed = JSON.parse(output) as Removed
  const left = await query(stores.database, `select count(*)::int as left from sessions where id like 'd%'`)
  if (removed.sessions !== sessions || left.rows[0]?.left !== 0) throw new Error('not all of them were removed')
  const all = [before, during, after]
  const told = (pick: (result: LoadResult) => number) => all.map((result) => figure(pick(result), 1)).join(', ')
  return [
    {
      what: `refresh with rotation before, while and after ${figure(sessions)} dead sessions are removed (${connections} at once)`,
      aim: 'none is refused',
      reached: `none of ${figure(during.requests)}; middle ${told(({ p50Ms }) => p50Ms)} ms, p99 ${told(({ p99Ms }) => p99Ms)} ms, ${told(({ perSecond }) => perSecond)} a second; ${figure(removed.sessions / removed.seconds)} sessions removed a second`,
    },
  ]
}
