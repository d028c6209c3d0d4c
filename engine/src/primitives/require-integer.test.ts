import { expect, test } from 'vitest'
import { requireInteger } from './require-integer.ts'

test('OPS-1 a number within its bounds passes, both ends included', () => {
  for (const value of [8, 9, 1024])
    expect(requireInteger('passwords.minLength', value, { min: 8, max: 1024 })).toBe(value)
})

test('OPS-1 any other number throws, and the message says what would be right', () => {
  for (const value of [7, 1025, 8.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => requireInteger('passwords.minLength', value, { min: 8, max: 1024 })).toThrow(
      `passwords.minLength is ${value}: set it to a whole number from 8 to 1024`,
    )
  }
})
