import { afterEach, expect, test, vi } from 'vitest'
import type { Log } from '../primitives/log.ts'
import { createBackground } from './background.ts'

afterEach(() => void vi.useRealTimers())

const logged: string[] = []
const log = new Proxy({} as Log, { get: () => (_fields: object, message: string) => void logged.push(message) })

test('OPS-7 the end waits for what is under way, says so to it, and for what never ends no longer than ten seconds', async () => {
  const one = createBackground(log)
  const { promise, resolve: finish } = Promise.withResolvers<void>()
  one.soon('work', () => promise)
  expect(one.isStopping()).toBe(false)
  const stopped = one.stop()
  expect(one.isStopping()).toBe(true)
  finish()
  await stopped
  expect(logged).toEqual([])

  vi.useFakeTimers()
  const other = createBackground(log)
  other.soon('work', () => new Promise(() => {}))
  let isOver = false
  const over = other.stop().then(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(9_000)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  await over
  expect(logged).toEqual(['work in the background was cut: it took longer than the end waits'])
})
