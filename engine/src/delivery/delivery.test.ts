import { expect, test } from 'vitest'
import { pauseMs } from './delivery.ts'

test('the pauses grow from ten seconds to the longest', () => {
  const quarter = 15 * 60_000
  expect([1, 2, 3, 6, 7, 8, 50].map((tries) => pauseMs(tries, quarter) / 1000)).toEqual([
    10, 20, 40, 320, 640, 900, 900,
  ])
})
