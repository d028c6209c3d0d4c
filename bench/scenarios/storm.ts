// A storm of sign-ins must not make those wait who are signed in: the hashes run beside the event loop.
import type { Bench } from '../bench.ts'
import { runLoad } from '../measure/load.ts'
import { median } from '../measure/statistics.ts'
import { change, password, signUp } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { checksOf } from './check.ts'

const readers = 4
const stormers = 10

export const storm = async (bench: Bench): Promise<readonly Row[]> => {
  const { rounds, seconds } = bench.options
  const server = await bench.start(await bench.shared())
  await signUp(server, 'storm@example.com')
  const next = await checksOf(server, readers)
  const checks = (): Promise<{ readonly p99Ms: number }> =>
    runLoad({ port: server.port, connections: readers, seconds, next })
  const signIns = () =>
    runLoad({
      port: server.port,
      connections: stormers,
      seconds,
      next: () => change('/login', { email: 'storm@example.com', password }),
    })
  await checks()
  const [quiet, stormy]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    quiet.push((await checks()).p99Ms)
    const [during, made] = await Promise.all([checks(), signIns()])
    stormy.push(during.p99Ms)
    bench.say(
      `storm: p99 ${quiet.at(-1)?.toFixed(2)} ms quiet, ${during.p99Ms.toFixed(2)} ms during ${made.requests} sign-ins`,
    )
  }
  const [calm, wild] = [median(quiet), median(stormy)]
  return [
    {
      what: 'session check during a storm of sign-ins (10 at once; 4 readers)',
      aim: 'p99 within 3 × the quiet one',
      reached: `${figure(wild / calm, 1)} × (${figure(calm)} → ${figure(wild)} ms)`,
    },
  ]
}
