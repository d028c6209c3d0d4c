import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultKeep, outdated, parseKeep } from './keep.ts'

const keep = parseKeep(defaultKeep) ?? { days: 0, weeks: 0, months: 0 }
const dayMs = 86_400_000
const now = Date.UTC(2026, 10, 21, 2)

describe('what stays', () => {
  test('OPS-8 of a year of nightly backups: the last seven days, four weeks, twelve months', () => {
    const nightly = Array.from({ length: 400 }, (_, days) => ({ at: now - days * dayMs }))
    const gone = new Set(outdated(nightly, keep))
    const days = nightly.filter((one) => !gone.has(one)).map(({ at }) => new Date(at).toISOString().slice(0, 10))
    expect(days).toEqual([
      ...['2026-11-21', '2026-11-20', '2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16', '2026-11-15'],
      ...['2026-11-08', '2026-11-01', '2026-10-31', '2026-09-30', '2026-08-31', '2026-07-31', '2026-06-30'],
      ...['2026-05-31', '2026-04-30', '2026-03-31', '2026-02-28', '2026-01-31', '2025-12-31'],
    ])
  })

  test('OPS-8 one that was taken by hand does not go with the next', () => {
    const day = [0, 1, 5, 40].map((hours) => ({ at: now - hours * 3_600_000 }))
    expect(outdated(day, keep)).toEqual([])
  })

  test('OPS-8 whatever there is: the newest stays, nothing goes while few are there, and what stayed stays', () => {
    const some = fc.array(fc.integer({ min: 0, max: now }), { maxLength: 60 })
    fc.assert(
      fc.property(some, (times) => {
        const backups = times.map((at) => ({ at }))
        const gone = outdated(backups, keep)
        const rest = backups.filter((one) => !gone.includes(one))
        expect(rest.length).toBeGreaterThanOrEqual(Math.min(1, backups.length))
        expect(Math.max(0, ...rest.map(({ at }) => at))).toBe(Math.max(0, ...times))
        expect(new Set(rest.map(({ at }) => Math.floor(at / dayMs))).size).toBeGreaterThanOrEqual(
          Math.min(7, new Set(times.map((at) => Math.floor(at / dayMs))).size),
        )
        expect(outdated(rest, keep)).toEqual([])
      }),
    )
  })
})

test.each(['', '7', '7d,7d', '0d', '-1d', '7x', '7d;4w', '9999d', '7d,'])(
  'OPS-1 "%s" says nothing of what stays',
  (text) => {
    expect(parseKeep(text)).toBeNull()
  },
)

test('OPS-1 days, weeks and months, each alone and in any order', () => {
  expect(parseKeep('12m, 7d')).toEqual({ days: 7, weeks: 0, months: 12 })
  expect(parseKeep('30d')).toEqual({ days: 30, weeks: 0, months: 0 })
})
