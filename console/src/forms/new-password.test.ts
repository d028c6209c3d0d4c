import { expect, test } from 'vitest'
import { passwordLength } from './new-password.ts'

test('S-1 ACC-2 a password is counted in characters, as the server counts: composed, and an emoji once', () => {
  expect(passwordLength('héllo')).toBe(5)
  expect(passwordLength('he\u0301llo')).toBe(5)
  expect(passwordLength('🔑🔑')).toBe(2)
})
