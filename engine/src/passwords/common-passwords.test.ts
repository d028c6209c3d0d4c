import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, test } from 'vitest'
import { isCommonPassword } from './common-passwords.ts'

const listed = dictionary['passwords-common']

test('S-6 every entry of the bundled list is refused, in any letter case', () => {
  expect(listed.length).toBe(49_233)
  expect(listed.filter((entry) => !isCommonPassword(entry))).toEqual([])
  expect(listed.filter((entry) => !isCommonPassword(entry.toUpperCase()))).toEqual([])
})

test('S-6 for each minimum from 8 to 24, at least 3,000 common passwords fit it (ASVS 6.2.4)', () => {
  const ofLength = new Map<number, number>()
  for (const entry of listed) ofLength.set(entry.length, (ofLength.get(entry.length) ?? 0) + 1)
  expect(listed.filter((entry) => entry.length >= 8).length).toBe(17_950)
  for (let minimum = 8; minimum <= 24; minimum += 1) {
    // Pairs cut at one place are all different, so the best place alone is a safe lower bound.
    let most = 0
    for (const [head, heads] of ofLength) {
      let tails = 0
      for (const [tail, count] of ofLength) if (head + tail >= minimum) tails += count
      most = Math.max(most, heads * tails)
    }
    expect(most).toBeGreaterThan(3_000)
  }
})

test('S-6 two common passwords in a row are one more', () => {
  for (const password of [
    'passwordpassword',
    'Qwertyuiop123456',
    'football123456',
    'iloveyouforever',
    '123456789012345',
  ]) {
    expect(isCommonPassword(password)).toBe(true)
  }
})

test('S-6 common words with digits behind them, French ones, and a few characters again and again', () => {
  for (const password of ['Football2026!', 'motdepasse123', 'Azertyuiop1', 'aaaaaaaaaaaa', 'abcabcabcabc'])
    expect(isCommonPassword(password)).toBe(true)
})

test('S-6 what is on no list passes', () => {
  for (const password of [
    'correct horse battery staple',
    'kv7Q-m2xW-9fLp',
    'tournesol violet au grenier',
    '',
    'été à Besançon',
  ]) {
    expect(isCommonPassword(password)).toBe(false)
  }
})
