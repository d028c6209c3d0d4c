// From the start of the process to its first answer to a session check, and what it weighs then.
import type { Bench } from '../bench.ts'
import { memoryOf } from '../measure/process-cost.ts'
import { median } from '../measure/statistics.ts'
import { sessionCheck, signUp } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { startFloor } from '../servers/server.ts'

export const start = async (bench: Bench): Promise<readonly Row[]> => {
  const stores = bench.embedded()
  const first = await bench.start(stores)
  const asking = sessionCheck(await signUp(first, 'early@example.com'))
  await first.stop()
  const rounds = bench.options.rounds + 1
  const [bare, ours, weights]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round += 1) {
    const floor = await startFloor(bench.place())
    bare.push(floor.startedInMs)
    await floor.stop()
    const server = await bench.start(stores, { asking })
    ours.push(server.startedInMs)
    weights.push(memoryOf(server.pid).now)
    await server.stop()
    bench.say(
      `start: ${Math.round(server.startedInMs)} ms, bare node:http with a database client ${Math.round(floor.startedInMs)} ms`,
    )
  }
  return [
    {
      what: 'from start to the first session answer (embedded)',
      memoryMiB: median(weights),
      aim: '120 ms; 65 MiB',
      reached: `${figure(Math.min(...ours))} ms (middle ${figure(median(ours))}); the floor's server: ${figure(Math.min(...bare))} ms (${figure(median(bare))})`,
    },
  ]
}
