import { expect, test } from 'vitest'
import { digitsOf } from './digits-of.ts'

test.each([
  ['123456', '123456'],
  [' 123 456 ', '123456'],
  ['123\u00a0456', '123456'],
  ['123-456', '123456'],
  ['12345', null],
  ['1234567', null],
  ['12345a', null],
  ['', null],
])('ACC-5 of a code typed as %j the digits are %j', (typed, digits) => {
  expect(digitsOf(typed)).toBe(digits)
})
