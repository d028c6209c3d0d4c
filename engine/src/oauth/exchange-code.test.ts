import { expect, test } from 'vitest'
import { tokensOf } from './exchange-code.ts'

const year = 365 * 86_400_000

test.each([
  [3_600, 3_600_000],
  [3_600.9, 3_600_000],
  [1e300, 10 * year],
  [Number.MAX_SAFE_INTEGER, 10 * year],
  [Number.POSITIVE_INFINITY, 10 * year],
  [0, null],
  [0.5, null],
  [-1, null],
  [Number.NaN, null],
  [undefined, null],
])(
  'attack: OAU-7 tokens that live %s seconds: what is stored is a whole number, and no endless one',
  (life, lifeMs) => {
    const now = 1_700_000_000_000
    const answered = {
      access_token: 'a',
      token_type: 'bearer' as const,
      ...(life !== undefined && { expires_in: life }),
    }
    expect(tokensOf(answered, now).expiresAt).toBe(lifeMs === null ? null : now + lifeMs)
  },
)
