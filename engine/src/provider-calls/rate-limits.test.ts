import { describe, expect, test } from 'vitest'
import { readLimitWords } from './rate-limits.ts'

const now = Date.parse('Sat, 21 Nov 2026 12:00:00 GMT')
const read = (status: number, headers: Record<string, string>, body: unknown = '') =>
  readLimitWords({ status, headers: new Headers(headers), body: Buffer.from(JSON.stringify(body)) }, now)

describe('RES-1 when a provider may be asked again', () => {
  test.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['parts of a second, rounded up', { 'retry-after': '0.0645' }, 65],
    [
      'a date, by the provider’s clock',
      { 'retry-after': 'Sat, 21 Nov 2026 13:00:03 GMT', date: 'Sat, 21 Nov 2026 13:00:00 GMT' },
      3_000,
    ],
    ['a date, by ours where it tells no time', { 'retry-after': 'Sat, 21 Nov 2026 12:00:04 GMT' }, 4_000],
    ['a date that has passed', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    ['Discord’s field', { 'x-ratelimit-reset-after': '1.337' }, 1_337],
    ['both: the standard’s', { 'retry-after': '3', 'x-ratelimit-reset-after': '1' }, 3_000],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['less than nothing', { 'retry-after': '-5' }, null],
    ['more than a number holds', { 'retry-after': '9'.repeat(400) }, null],
    ['nothing', {}, null],
  ])('%s', (_, headers, expected) => {
    expect(read(429, headers).retryAfterMs).toBe(expected)
  })

  test('Discord says it in the body too', () => {
    expect(read(429, {}, { message: 'You are being rate limited.', retry_after: 1.5, global: false })).toEqual({
      retryAfterMs: 1_500,
      isGlobal: false,
      usedUpForMs: null,
    })
  })
})

test('RES-1 a limit on everything is told by a field or in the body, and by a refusal alone', () => {
  expect(read(429, { 'x-ratelimit-global': 'true', 'retry-after': '1' }).isGlobal).toBe(true)
  expect(read(429, { 'retry-after': '1' }, { global: true }).isGlobal).toBe(true)
  expect(read(429, { 'retry-after': '1' }, [{ global: true }]).isGlobal).toBe(false)
  expect(read(200, { 'x-ratelimit-global': 'true' }, { global: true }).isGlobal).toBe(false)
})

test('RES-1 an answer that was the last one allowed says for how long', () => {
  expect(read(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '0.8' }).usedUpForMs).toBe(800)
  expect(read(200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset-after': '0.8' }).usedUpForMs).toBeNull()
  expect(read(200, { 'x-ratelimit-remaining': '0' }).usedUpForMs).toBeNull()
})
