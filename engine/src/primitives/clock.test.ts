import os from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { ClockJumpedError, createDatabaseClock } from './clock.ts'
import { silentLog } from './log.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A clock that was told the time, and a world whose time goes on by the monotonic clock. */
const watched = () => {
  let monotonic = 0
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic)
  const machine = vi.spyOn(os, 'uptime').mockImplementation(() => monotonic / 1_000)
  const logged: object[] = []
  const say = (fields: object) => void logged.push(fields)
  const clock = createDatabaseClock({ ms: 0 }, { ...silentLog, error: say, warn: say })
  const start = 1_800_000_000_000
  clock.observe(start)
  return {
    clock,
    logged,
    start,
    pass: (ms: number) => {
      monotonic += ms
    },
    sleep: (ms: number) => void machine.mockImplementation(() => (monotonic + ms) / 1_000),
    /** What the database says that is so much ahead of the time that went on. */
    tell: (aheadMs: number) => clock.observe(start + monotonic + aheadMs),
  }
}

afterEach(() => vi.restoreAllMocks())

test('I10 a clock of this machine that is wrong or jumps changes nothing: the database’s time counts', () => {
  const wrong = vi.spyOn(Date, 'now').mockReturnValue(1_000)
  const clock = createDatabaseClock({ ms: 0 }, silentLog)
  clock.observe(5_000_000)
  expect(clock.now()).toBeGreaterThanOrEqual(5_000_000)
  expect(clock.now()).toBeLessThan(5_001_000)
  wrong.mockReturnValue(9_999_999_999)
  expect(clock.now()).toBeLessThan(5_001_000)
})

test('between two answers of the database the monotonic clock goes on', () => {
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(100)
  const clock = createDatabaseClock({ ms: 0 }, silentLog)
  clock.observe(5_000_000)
  monotonic.mockReturnValue(2_600.4)
  expect(clock.now()).toBe(5_002_500)
  clock.observe(5_002_000)
  expect(clock.now()).toBe(5_002_000)
})

test('the offset of tests is added to what is told and to what is kept', () => {
  vi.spyOn(performance, 'now').mockReturnValue(0)
  const offset = { ms: 0 }
  const clock = createDatabaseClock(offset, silentLog)
  offset.ms = 60_000
  expect(clock.observe(1_000)).toBe(61_000)
  expect(clock.now()).toBe(61_000)
  offset.ms = -1_000
  expect(clock.now()).toBe(0)
})

test.each([
  ['ahead', 40 * day],
  ['back', -40 * day],
])('OPS-7 I10 a clock that jumps %s is not believed, and is forgotten when it is right again', (_, jump) => {
  const { clock, start, logged, tell, pass } = watched()
  pass(5 * minute)
  tell(59 * minute)
  tell(0)
  expect(() => tell(jump)).toThrow(ClockJumpedError)
  pass(9 * minute)
  expect(() => tell(jump + 1_000)).toThrow(ClockJumpedError)
  expect([clock.now(), clock.isSteady()]).toEqual([start + 14 * minute, false])
  expect(logged).toEqual([{ alert: 'clock_jumped', aheadSeconds: jump / 1_000 }])
  expect(tell(0)).toBe(start + 14 * minute)
  expect(clock.isSteady()).toBe(true)
})

test('OPS-7 a new time that went on for ten minutes is the time, and nothing is removed by it for an hour', () => {
  const { clock, start, tell, pass } = watched()
  expect(() => tell(40 * day)).toThrow(ClockJumpedError)
  pass(5 * minute)
  // Another one, which begins anew.
  expect(() => tell(80 * day)).toThrow(ClockJumpedError)
  pass(6 * minute)
  expect(() => tell(80 * day)).toThrow(ClockJumpedError)
  pass(4 * minute)
  expect(tell(80 * day)).toBe(start + 15 * minute + 80 * day)
  expect(clock.now()).toBe(start + 15 * minute + 80 * day)
  pass(59 * minute)
  expect([tell(80 * day) > start, clock.isSteady()]).toEqual([true, false])
  pass(minute)
  expect(clock.isSteady()).toBe(true)
})

test('OPS-7 a clock that is put right after it was believed is believed at once, not ten minutes later', () => {
  const { clock, start, tell, pass } = watched()
  expect(() => tell(40 * day)).toThrow(ClockJumpedError)
  pass(10 * minute)
  tell(40 * day)
  pass(2 * hour)
  expect(tell(0)).toBe(start + 2 * hour + 10 * minute)
  expect(clock.isSteady()).toBe(false)
})

test('OPS-7 a machine that slept the night through is no clock that jumped', () => {
  const { clock, start, tell, sleep } = watched()
  sleep(8 * hour)
  expect(tell(8 * hour)).toBe(start + 8 * hour)
  expect(clock.isSteady()).toBe(true)
  // That night explains no second jump.
  expect(() => tell(17 * hour)).toThrow(ClockJumpedError)
})

test('OPS-7 two servers behind one address that differ by days are logged once a minute, not at each answer', () => {
  const { logged, tell, pass } = watched()
  for (let second = 0; second < 120; second += 1) {
    pass(1_000)
    tell(0)
    expect(() => tell(day)).toThrow(ClockJumpedError)
  }
  expect(logged).toHaveLength(2)
})

test('OPS-7 the offset of tests is no jump', () => {
  const offset = { ms: 0 }
  const clock = createDatabaseClock(offset, silentLog)
  clock.observe(1_800_000_000_000)
  offset.ms = 400 * day
  expect(clock.observe(1_800_000_000_000)).toBe(1_800_000_000_000 + 400 * day)
  expect(clock.isSteady()).toBe(true)
})
