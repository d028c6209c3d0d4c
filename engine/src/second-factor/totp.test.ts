import { expect, test } from 'vitest'
import { createTotpSecret, stepOfCode, totpUri } from './totp.ts'

// RFC 6238 appendix B, SHA-1: the last six of its eight digits. The secret is "12345678901234567890".
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('ACC-5 the code of RFC 6238 at second %i', (second, code) => {
  const step = Math.floor(second / 30)
  expect(stepOfCode(secret, code, second * 1000)).toBe(step)
  // Good for the step before and the step after, and no longer (S-21).
  expect([-30, 30].map((off) => stepOfCode(secret, code, (second + off) * 1000))).toEqual([step, step])
  expect([-60, 60].map((off) => stepOfCode(secret, code, (second + off) * 1000))).toEqual([null, null])
})

test('ACC-5 what is no six digits is no code', () => {
  for (const code of ['', '28708', '2870820', '28708２', ' 287082', '287082 '])
    expect(stepOfCode(secret, code, 59_000)).toBeNull()
})

test('ACC-5 secrets have 160 bits, and the picture says whose they are', () => {
  expect(new Set(Array.from({ length: 100 }, createTotpSecret)).size).toBe(100)
  expect(createTotpSecret()).toMatch(/^[A-Z2-7]{32}$/)
  const uri = new URL(totpUri(secret, { issuer: 'Ada & Sons: shop', label: 'ada+x@example.com' }))
  expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: 'Ada & Sons: shop',
    secret,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
  expect(decodeURIComponent(uri.pathname)).toContain('ada+x@example.com')
})
