import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { createHashGate, OverloadedError } from './hash-gate.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Work that ends when told to, and knows whether it began. */
function heldWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const work = vi.fn(() => promise)
  return { work, end: () => resolve('done'), fail: () => reject(new Error('broken')) }
}

test('attack: a burst of sign-ins never runs more hashes at once than the gate allows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ turns: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 20 }),
      async (concurrency, jobs) => {
        const gate = createHashGate({ concurrency })
        let running = 0
        let most = 0
        const runs = jobs.map(({ turns, fails }) =>
          gate.run(async () => {
            running += 1
            most = Math.max(most, running)
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
            running -= 1
            if (fails) throw new Error('broken')
          }),
        )
        const ends = await Promise.allSettled(runs)
        expect(ends.map(({ status }) => status === 'rejected')).toEqual(jobs.map(({ fails }) => fails))
        expect(most).toBe(Math.min(concurrency, jobs.length))
        expect(running).toBe(0)
      },
    ),
    { numRuns: 50 },
  )
})

test('hashes that wait are served in the order of arrival, also against newcomers', async () => {
  const gate = createHashGate({ concurrency: 1 })
  const order: string[] = []
  const first = heldWork()
  const runs = [
    gate.run(first.work),
    gate.run(async () => order.push('second')),
    gate.run(async () => order.push('third')),
  ]
  first.end()
  await runs[0]
  runs.push(gate.run(async () => order.push('newcomer')))
  await Promise.all(runs)
  expect(order).toEqual(['second', 'third', 'newcomer'])
})

test('attack: past the waiting queue a hash is refused as overload, and never started', async () => {
  const gate = createHashGate({ concurrency: 1, maxWaiting: 1 })
  const [running, waiting, refused] = [heldWork(), heldWork(), heldWork()]
  const runs = [gate.run(running.work), gate.run(waiting.work)]
  await expect(gate.run(refused.work)).rejects.toBeInstanceOf(OverloadedError)
  expect(refused.work).not.toHaveBeenCalled()
  running.end()
  waiting.end()
  expect(await Promise.all(runs)).toEqual(['done', 'done'])
})

test('a hash that waited 10 s is refused as overload, and its place is free again', async () => {
  vi.useFakeTimers()
  const gate = createHashGate({ concurrency: 1, maxWaiting: 1 })
  const [running, late] = [heldWork(), heldWork()]
  const first = gate.run(running.work)
  const second = gate.run(late.work).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(9_999)
  await expect(gate.run(late.work)).rejects.toBeInstanceOf(OverloadedError) // still full
  await vi.advanceTimersByTimeAsync(1)
  expect(await second).toBeInstanceOf(OverloadedError)
  expect(late.work).not.toHaveBeenCalled()

  const third = gate.run(async () => 'third')
  running.end()
  expect(await Promise.all([first, third])).toEqual(['done', 'third'])
  expect(vi.getTimerCount()).toBe(0)
})

test('work that fails fails its own caller only, and leaves the gate', async () => {
  const gate = createHashGate({ concurrency: 1 })
  const broken = heldWork()
  const runs = [gate.run(broken.work), gate.run(async () => 'next')]
  broken.fail()
  await expect(runs[0]).rejects.toThrow('broken')
  expect(await runs[1]).toBe('next')
})

test('OPS-1 bounds that are none are refused at start', () => {
  expect(() => createHashGate({ concurrency: 0 })).toThrow('passwords.gate.concurrency is 0: set it to')
  expect(() => createHashGate({ maxWaiting: Number.POSITIVE_INFINITY })).toThrow('passwords.gate.maxWaiting')
  expect(() => createHashGate({ maxWaitMs: 0 })).toThrow('passwords.gate.maxWaitMs')
})
