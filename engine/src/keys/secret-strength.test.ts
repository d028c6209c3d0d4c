import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checkSecrets } from './secret-strength.ts'

const strong = randomBytes(48).toString('base64')
const wrongOf = (secrets: readonly string[], production = true) =>
  checkSecrets(secrets, production).map(({ wrong }) => wrong)

describe('OPS-1 secrets in production', () => {
  test.each([
    ['64 characters', 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-test-secret-01'],
    ['32 bytes as base64', randomBytes(32).toString('base64')],
    ['32 bytes as base64url', randomBytes(32).toString('base64url')],
    ['48 bytes as base64', strong],
  ])('%s are enough', (_, secret) => {
    expect(wrongOf([secret])).toEqual([])
  })

  test('32 bytes as hexadecimal are enough', () => {
    expect(wrongOf([randomBytes(32).toString('hex')])).toEqual([])
  })

  test.each([
    ['63 characters that are no bytes', `${'correct horse battery staple '.repeat(2)}abcde`],
    ['31 bytes as hexadecimal', randomBytes(31).toString('hex')],
    ['24 bytes as base64', randomBytes(24).toString('base64')],
    ['a word', 'secret'],
  ])('%s are refused', (_, secret) => {
    expect(wrongOf([secret])).toHaveLength(1)
  })

  test.each([
    ['one character', 'a'.repeat(100)],
    ['a few characters over and over', '0123456789'.repeat(10)],
    ['what is counted up, over and over', '0123456789abcdef'.repeat(4)],
    ['a phrase over and over, the last time not to its end', 'Correct-Horse-7-Battery!'.repeat(4).slice(0, 80)],
  ])('%s is refused, however long', (_, secret) => {
    expect(wrongOf([secret])).toEqual(['the secret repeats a few characters'])
  })

  test('the alphabet is refused, also where it could be the base64 of 32 bytes', () => {
    const counted = 'AbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789zyxwvutsrqp'
    expect(wrongOf([counted])).toEqual(['the secret is counted up'])
    expect(wrongOf(['abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr'])).toHaveLength(1)
  })

  test('a sentence without spaces is not taken for bytes', () => {
    expect(wrongOf(['thisisaverylongpassphrasethatnobodywillguess'])).toHaveLength(1)
  })

  test('what is random is never refused', () => {
    for (let times = 0; times < 2_000; times += 1)
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(wrongOf([randomBytes(32).toString(encoding)])).toEqual([])
  })

  test('a published example is refused, also with something put behind it', () => {
    const example = 'your-super-secret-key-change-this-in-production'
    const often = 'change-me-in-production'
    const copies = [`${example}-${example}`, `${often}-${often}-${often}`, `${'keyboard cat '.repeat(6)}2026`]
    for (const secret of [example, `${example}-1`, example.toUpperCase(), ...copies])
      expect(wrongOf([secret])).toEqual(['the secret is a published example'])
  })

  test('each of a list is checked, and the bad one is named without being shown', () => {
    const [fault] = checkSecrets([strong, 'hunter2hunter2'], true)
    expect(fault?.wrong).toMatch(/^secret 2 of 2/)
    expect(JSON.stringify(fault)).not.toContain('hunter2')
  })

  test('no secret, or an empty one in a list, is refused everywhere', () => {
    for (const production of [true, false]) {
      expect(wrongOf([], production)).toHaveLength(1)
      expect(wrongOf([strong, ''], production)).toHaveLength(1)
    }
  })
})

test('TOK-9 a list that is too long is refused, and not cut: nobody knows which sessions are under what is left out', () => {
  const list = (count: number) => Array.from({ length: count }, () => randomBytes(48).toString('base64'))
  expect(wrongOf(list(32))).toEqual([])
  for (const production of [true, false]) expect(wrongOf(list(33), production)).toEqual(['there are over 32 secrets'])
})

test('in development a short secret will do', () => {
  expect(wrongOf(['dev'], false)).toEqual([])
})
