// A session ended on one node: how long until the other refuses it.
import type { Bench } from '../bench.ts'
import { askOnce, runLoad } from '../measure/load.ts'
import { median, percentile } from '../measure/statistics.ts'
import { sessionCheck, signIn, signOut, signUp } from '../people.ts'
import { figure, type Row } from '../row.ts'

const perRound = 20

export const revocation = async (bench: Bench): Promise<readonly Row[]> => {
  const stores = await bench.shared()
  const [here, there] = [await bench.start(stores), await bench.start(stores)]
  await signUp(here, 'ended@example.com')
  const waits: number[] = []
  for (let n = 0; n < bench.options.rounds * perRound; n += 1) {
    const cookies = await signIn(here, 'ended@example.com')
    const check = sessionCheck(cookies)
    // The other node remembers it now.
    await askOnce(there.port, check)
    await askOnce(here.port, signOut(cookies))
    const endedAt = performance.now()
    let isOver = false
    await runLoad({
      port: there.port,
      connections: 1,
      seconds: 5,
      next: () => (isOver ? null : check),
      accept: ({ status }) => {
        isOver = status === 401
        return status === 200
      },
    })
    waits.push(isOver ? performance.now() - endedAt : Number.POSITIVE_INFINITY)
  }
  bench.say(`revocation: ${waits.length} sessions ended`)
  return [
    {
      what: `a revocation is seen on the other node (${waits.length} of them)`,
      aim: 'within 100 ms (p99)',
      reached: `${figure(percentile(waits, 0.99), 1)} ms (middle ${figure(median(waits), 1)}), after the answer to the sign-out`,
    },
  ]
}
