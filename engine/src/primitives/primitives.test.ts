import { describe, expect, test } from 'vitest'
import { equalInConstantTime } from './constant-time.ts'
import { parseDuration } from './duration.ts'
import { hmacSha256, sha256 } from './hash.ts'
import { createSessionId, createUserId, parseSessionId, parseUserId } from './ids.ts'
import { randomToken } from './random.ts'

describe('durations', () => {
  test.each([
    ['90s', 90],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
    ['0s', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  test.each(['', '15', 'm', '1.5h', '-1d', '15 m', '15M', '1w', '1d1h', '99999999d', '15m\n', '١٥m'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull()
    },
  )
})

test('texts are compared as a whole, whatever their lengths', () => {
  expect(equalInConstantTime('abc', 'abc')).toBe(true)
  expect(equalInConstantTime('', '')).toBe(true)
  for (const other of ['abd', 'ab', 'abcd', '', 'ABC']) expect(equalInConstantTime('abc', other)).toBe(false)
  expect(equalInConstantTime('é', 'e\u0301')).toBe(false)
})

test('hashes are those of the standard (FIPS 180-4, RFC 4231)', () => {
  expect(sha256('abc', 'hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
    Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex').toString('base64url'),
  )
})

test('S-31 ids are 128 bits of the system’s generator, and only their own form is one', () => {
  for (const create of [createSessionId, createUserId]) {
    const made = Array.from({ length: 1_000 }, () => create())
    expect(new Set(made).size).toBe(1_000)
    for (const id of made) expect(Buffer.from(id, 'base64url')).toHaveLength(16)
  }
  const id = createSessionId()
  expect(parseSessionId(id)).toBe(id)
  for (const text of ['', id.slice(1), `${id}A`, `${id.slice(1)}=`, `${id.slice(1)} `, `${id}\n`, '*'.repeat(22)]) {
    expect(parseSessionId(text)).toBeNull()
    expect(parseUserId(text)).toBeNull()
  }
})

test('random tokens hold as many bytes as they say', () => {
  for (const bytes of [1, 12, 16, 32]) expect(Buffer.from(randomToken(bytes), 'base64url')).toHaveLength(bytes)
})
