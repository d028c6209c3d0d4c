import { expect, test } from 'vitest'
import { createHashGate, OverloadedError } from './hash-gate.ts'

const later = () => {
  let done = () => {}
  const promise = new Promise<void>((resolve) => {
    done = resolve
  })
  return { promise, done: () => done() }
}

test('S-12 one client with a hundred passwords keeps nobody else waiting: clients take turns', async () => {
  const gate = createHashGate({ concurrency: 1 })
  const first = later()
  const order: string[] = []
  const begin = gate.run(() => first.promise, 'busy')
  const rest = Array.from({ length: 15 }, (_, index) => gate.run(async () => void order.push(`busy ${index}`), 'busy'))
  const honest = gate.run(async () => void order.push('honest'), 'honest')
  first.done()
  await Promise.all([begin, ...rest, honest])
  expect(order.indexOf('honest')).toBeLessThanOrEqual(1)
})

test('S-12 one client has few places to wait, and another still finds one', async () => {
  const gate = createHashGate({ concurrency: 1 })
  const first = later()
  const begin = gate.run(() => first.promise, 'busy')
  const busy = Array.from({ length: 40 }, () => gate.run(async () => 'ran', 'busy').catch((error: unknown) => error))
  const honest = gate.run(async () => 'ran', 'honest')
  first.done()
  await begin
  expect(await honest).toBe('ran')
  const outcomes = await Promise.all(busy)
  expect(outcomes.filter((outcome) => outcome === 'ran')).toHaveLength(20)
  expect(outcomes.filter((outcome) => outcome instanceof OverloadedError)).toHaveLength(20)
})

test('attack: S-12 LIM-7 strangers from a hundred addresses take every place to wait; known clients have theirs, and every other turn', async () => {
  const gate = createHashGate({ concurrency: 1 })
  const first = later()
  const order: string[] = []
  const begin = gate.run(() => first.promise, 'stranger')
  expect(gate.requireRoom).not.toThrow()
  const strangers = Array.from({ length: 100 }, (_, index) =>
    gate.run(async () => void order.push('stranger'), `stranger ${index}`),
  )
  expect(gate.requireRoom).toThrow(OverloadedError)
  await expect(gate.run(async () => {}, 'one too many')).rejects.toThrow(OverloadedError)
  const known = Array.from({ length: 20 }, () => gate.run(async () => void order.push('known'), { known: 'owner' }))
  await expect(gate.run(async () => {}, { known: 'owner' })).rejects.toThrow(OverloadedError)
  const another = gate.run(async () => void order.push('another'), { known: 'another' })
  first.done()
  await Promise.all([begin, ...strangers, ...known, another])
  expect(order.slice(0, 5)).toEqual(['known', 'stranger', 'another', 'stranger', 'known'])
  expect(order.slice(42)).toEqual(Array.from({ length: 79 }, () => 'stranger'))
  expect(gate.requireRoom).not.toThrow()
})
