import { afterEach, expect, test, vi } from 'vitest'
import { createDatabaseClock } from './clock.ts'

afterEach(() => vi.restoreAllMocks())

test('I10 a clock of this machine that is wrong or jumps changes nothing: the database’s time counts', () => {
  const wrong = vi.spyOn(Date, 'now').mockReturnValue(1_000)
  const clock = createDatabaseClock({ ms: 0 })
  clock.observe(5_000_000)
  expect(clock.now()).toBeGreaterThanOrEqual(5_000_000)
  expect(clock.now()).toBeLessThan(5_001_000)
  wrong.mockReturnValue(9_999_999_999)
  expect(clock.now()).toBeLessThan(5_001_000)
})

test('between two answers of the database the monotonic clock goes on', () => {
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(100)
  const clock = createDatabaseClock({ ms: 0 })
  clock.observe(5_000_000)
  monotonic.mockReturnValue(2_600.4)
  expect(clock.now()).toBe(5_002_500)
  clock.observe(5_002_000)
  expect(clock.now()).toBe(5_002_000)
})

test('the offset of tests is added to what is told and to what is kept', () => {
  vi.spyOn(performance, 'now').mockReturnValue(0)
  const offset = { ms: 0 }
  const clock = createDatabaseClock(offset)
  offset.ms = 60_000
  expect(clock.observe(1_000)).toBe(61_000)
  expect(clock.now()).toBe(61_000)
  offset.ms = -1_000
  expect(clock.now()).toBe(0)
})
