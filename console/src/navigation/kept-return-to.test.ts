import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepReturnTo, keptReturnTo } from './kept-return-to.ts'

const origin = 'https://shop.example.com'
const minute = 60_000
let kept: Record<string, string>
beforeEach(() => {
  kept = {}
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => {
      kept[key] = value
    },
    removeItem: (key: string) => delete kept[key],
  })
})
afterEach(() => vi.unstubAllGlobals())

test('UI-1 it is kept for as long as the link is good', () => {
  keepReturnTo('/orders?page=2', 0)
  expect(keptReturnTo(origin, 10 * minute - 1)).toBe('/orders?page=2')
  expect(keptReturnTo(origin, 10 * minute)).toBeNull()
  // Kept by a clock that was ahead.
  expect(keptReturnTo(origin, -1)).toBeNull()
})

test('null forgets it', () => {
  keepReturnTo('/orders', 0)
  keepReturnTo(null, 0)
  expect([keptReturnTo(origin, 1), kept]).toEqual([null, {}])
})

test.each(['//evil.example', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/.//evil.example'])(
  'S-55 open redirect: %s, however it came there, is not followed',
  (returnTo) => {
    keepReturnTo(returnTo, 0)
    expect(Object.keys(kept)).toHaveLength(1)
    expect(keptReturnTo(origin, 1)).toBeNull()
  },
)

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"returnTo":7,"until":5}',
  '{"returnTo":"/orders"}',
  '{"returnTo":"/a","until":"z"}',
])('what is no record of ours is none: %s', (text) => {
  kept.vigile_return_to = text
  expect(keptReturnTo(origin, 1)).toBeNull()
})

test('a browser that keeps nothing', () => {
  vi.stubGlobal('localStorage', undefined)
  keepReturnTo('/orders', 0)
  expect(keptReturnTo(origin, 1)).toBeNull()
})
