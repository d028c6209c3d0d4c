import { expect, test } from 'vitest'
import { afterFailure, confirmOf, countAwake, isLive, isResting, noConfirm, noSession, settledMs } from './record.ts'

test('CLI-5 pauses: at once, 30 s, doubling, 300 s at most', () => {
  const pauses = Array.from({ length: 8 }, (_, failures) => {
    const { retryAt } = afterFailure({ ...noSession, failures }, 1000)
    return retryAt && (retryAt - 1000) / 1000
  })
  expect(afterFailure(noSession, 1000)).toEqual({ failures: 1, retryAt: 0 })
  expect(pauses).toEqual([0, 30, 60, 120, 240, 300, 300, 300])
})

test('CLI-5 a server that asks for a longer pause gets it, up to 300 s', () => {
  const pause = (failures: number, waitSeconds: number) =>
    afterFailure({ ...noSession, failures }, 1000, waitSeconds).retryAt! - 1000
  expect([1, 29, 31, 300, 301, 1e9, Number.POSITIVE_INFINITY].map((seconds) => pause(1, seconds) / 1000)).toEqual([
    30, 30, 31, 300, 300, 300, 300,
  ])
  expect([pause(3, 60), pause(3, 121)]).toEqual([120_000, 121_000])
  expect([-5, Number.NaN].map((seconds) => pause(1, seconds))).toEqual([30_000, 30_000])
  // Another node may answer the first try again, which comes at once.
  expect(afterFailure(noSession, 1000, 60).retryAt).toBe(0)
})

test('CLI-5 a pause longer than the longest is a clock that was set back: it counts for nothing', () => {
  expect(isResting({ ...noSession, retryAt: 2000 }, 1000)).toBe(true)
  expect(isResting({ ...noSession, retryAt: 2000 }, 2000)).toBe(false)
  expect(isResting({ ...noSession, retryAt: 301_001 }, 1000)).toBe(false)
})

test('a session is live from its first epoch to its end', () => {
  expect(isLive(noSession)).toBe(false)
  expect(isLive({ ...noSession, epoch: 'e' })).toBe(true)
  expect(isLive({ ...noSession, epoch: 'e', ended: 'idle' })).toBe(false)
})

test('what is confirmed of one fingerprint says nothing of another', () => {
  const confirm = { ...noConfirm, fingerprint: 'a', awakeMs: settledMs, confirmed: 2 as const }
  expect(confirmOf(confirm, 'a')).toBe(confirm)
  expect(confirmOf(confirm, 'b')).toEqual({ ...noConfirm, fingerprint: 'b' })
})

test('awake time: since the last count by any tab, and since the own last beat, whichever is less', () => {
  const at = (countedAt: number, awakeMs = 0) => ({ ...noConfirm, countedAt, awakeMs })
  expect(countAwake(at(0), 95_000, 100_000)).toMatchObject({ awakeMs: 5000, countedAt: 100_000 })
  expect(countAwake(at(98_000), 95_000, 100_000)).toMatchObject({ awakeMs: 2000 })
  // A late beat: sleep, or a throttled page.
  expect(countAwake(at(0), 80_000, 100_000)).toBeNull()
  // The clock was set back: counting begins anew from here.
  expect(countAwake(at(0), 105_000, 100_000)).toBeNull()
  expect(countAwake(at(200_000, 7), 95_000, 100_000)).toMatchObject({ awakeMs: 7, countedAt: 100_000 })
  expect(countAwake(at(0, settledMs), 95_000, 100_000)).toBeNull()
})
