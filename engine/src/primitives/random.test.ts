import { expect, test } from 'vitest'
import { randomToken } from './random.ts'

test('S-31 no two tokens are alike, over the ends of what is drawn at once', () => {
  const tokens = Array.from({ length: 5_000 }, (_, n) => randomToken(16 + (n % 17)))
  expect(new Set(tokens.map((token) => token.slice(0, 21))).size).toBe(5_000)
  expect(tokens.filter((token) => token.includes('AAAAAAAAAA'))).toEqual([])
})

test('a token has as many bytes as were asked for', () => {
  for (const bytes of [1, 12, 32, 4_095, 4_096])
    expect(Buffer.from(randomToken(bytes), 'base64url')).toHaveLength(bytes)
})
