import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { historyOf } from './history.ts'
import type { PartState, Period } from './period.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 22, 12)
const midnight = Date.UTC(2026, 10, 22)
const period = (state: PartState, beganAt: number, seenAt: number): Period => ({
  part: 'sign-in',
  state,
  beganAt,
  seenAt,
})
const todayOf = (periods: readonly Period[]) => historyOf(periods, now, 'up').days.at(-1)

describe('OPS-6 the history of a part', () => {
  test('is 90 days, the last one today, and nothing that nobody measured', () => {
    const { days, incidents, availability } = historyOf([], now, null)
    expect(days).toHaveLength(90)
    expect([days[0]?.day, days.at(-1)?.day]).toEqual(['2026-08-25', '2026-11-22'])
    expect(days.every(({ measuredMs }) => measuredMs === 0)).toBe(true)
    expect([incidents, availability]).toEqual([[], null])
  })

  test('a gap between periods is not measured, and neither up nor down', () => {
    const today = todayOf([period('up', midnight, midnight + hour), period('up', midnight + 3 * hour, now)])
    expect(today).toEqual({ day: '2026-11-22', measuredMs: 10 * hour, degradedMs: 0, downMs: 0 })
  })

  test('a period over midnight counts on both days', () => {
    const { days } = historyOf([period('down', midnight - 2 * hour, midnight + hour)], now, 'up')
    expect(days.slice(-2).map(({ downMs }) => downMs)).toEqual([2 * hour, hour])
  })

  test('incidents: degraded and down that touch are one, a gap parts two, the last one goes on while it is not up', () => {
    const periods = [
      period('up', midnight, midnight + hour),
      period('degraded', midnight + hour, midnight + 2 * hour),
      period('down', midnight + 2 * hour, midnight + 3 * hour),
      period('up', midnight + 3 * hour, midnight + 4 * hour),
      period('down', midnight + 6 * hour, now),
    ]
    const first = { state: 'down', from: midnight + hour, to: midnight + 3 * hour }
    const last = { state: 'down', from: midnight + 6 * hour }
    expect(historyOf(periods, now, 'down').incidents).toEqual([{ ...last, to: null }, first])
    expect(historyOf(periods, now, 'up').incidents).toEqual([{ ...last, to: now }, first])
    expect(historyOf(periods, now, null).incidents[0]?.to).toBe(now)
  })

  test('degraded is available; only down is not', () => {
    const periods = [
      period('up', midnight, midnight + 6 * hour),
      period('degraded', midnight + 6 * hour, midnight + 9 * hour),
      period('down', midnight + 9 * hour, now),
    ]
    expect(historyOf(periods, now, 'up').availability).toBe(0.75)
  })

  test('a part that came and went all day is told in bounds', () => {
    const periods = Array.from({ length: 5_000 }, (_, index) =>
      period(index % 2 === 0 ? 'up' : 'down', now - (index + 1) * 2 * minute, now - index * 2 * minute),
    )
    expect(historyOf(periods, now, 'up').incidents).toHaveLength(50)
  })
})

describe('OPS-6 whatever the nodes wrote', () => {
  const anyPeriod = fc
    .record({
      state: fc.constantFrom<PartState[]>('up', 'degraded', 'down'),
      // Some before the 90 days, some after now.
      began: fc.integer({ min: -95 * 24 * 6, max: 60 }),
      length: fc.integer({ min: 0, max: 5_000 }),
    })
    .map(({ state, began, length }) => period(state, now + began * 10 * minute, now + (began + length) * 10 * minute))
  const anyPeriods = fc.array(anyPeriod, { maxLength: 12 })

  /** Asks of each ten minutes what the worst was. */
  const plainly = (periods: readonly Period[]) => {
    const start = midnight - 89 * day
    const sums = { measuredMs: 0, degradedMs: 0, downMs: 0 }
    for (let at = start; at < now; at += 10 * minute) {
      const states = periods.filter(({ beganAt, seenAt }) => beganAt <= at && at < seenAt).map(({ state }) => state)
      if (states.length > 0) sums.measuredMs += 10 * minute
      if (states.includes('down')) sums.downMs += 10 * minute
      else if (states.includes('degraded')) sums.degradedMs += 10 * minute
    }
    return sums
  }
  const summed = (periods: readonly Period[]) => {
    const sums = { measuredMs: 0, degradedMs: 0, downMs: 0 }
    for (const one of historyOf(periods, now, 'up').days)
      for (const key of ['measuredMs', 'degradedMs', 'downMs'] as const) sums[key] += one[key]
    return sums
  }

  test('each moment is as the worst that was seen of it', () => {
    fc.assert(
      fc.property(anyPeriods, (periods) => {
        expect(summed(periods)).toEqual(plainly(periods))
      }),
      { numRuns: 40 },
    )
  })

  test('order, repetition, and periods cut in two change nothing', () => {
    fc.assert(
      fc.property(anyPeriods, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (periods, stream) => {
        const wanted = historyOf(periods, now, 'up')
        expect(historyOf([...periods].reverse(), now, 'up')).toEqual(wanted)
        expect(historyOf([...periods, ...periods], now, 'up')).toEqual(wanted)
        const cut = periods.flatMap((one) => {
          const at = Math.round(one.beganAt + (one.seenAt - one.beganAt) * (stream.next().value as number))
          return [
            { ...one, seenAt: at },
            { ...one, beganAt: at },
          ]
        })
        expect(historyOf(cut, now, 'up')).toEqual(wanted)
      }),
      { numRuns: 100 },
    )
  })

  test('no day has more than a day, incidents are in order and apart, and availability is what the days say', () => {
    fc.assert(
      fc.property(anyPeriods, (periods) => {
        const { days, incidents, availability } = historyOf(periods, now, 'down')
        for (const { measuredMs, degradedMs, downMs } of days) {
          expect(measuredMs).toBeLessThanOrEqual(day)
          expect(degradedMs + downMs).toBeLessThanOrEqual(measuredMs)
        }
        for (const [index, { from, to }] of incidents.entries()) {
          expect(from).toBeLessThan(to ?? now)
          if (index > 0) expect(incidents[index]?.to).toBeLessThan(incidents[index - 1]?.from ?? 0)
        }
        const { measuredMs, downMs } = summed(periods)
        expect(availability).toBe(measuredMs === 0 ? null : 1 - downMs / measuredMs)
      }),
      { numRuns: 200 },
    )
  })
})
