import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findOwnWord } from './own-words.ts'

const owner = {
  email: 'jean.dupont+news@example.org',
  name: 'Jean-Élie Dupont Ng',
  siteWords: ['Vigile', 'shop.boulangerie.fr'],
}

test.each([
  ['Dupont2026!', 'dupont'],
  ['2026dupont!!!', 'dupont'],
  ['DUPONTdupont', 'dupont'],
  ['dupontvigile', 'dupont'],
  ['jeandupont1', 'dupont'],
  ['jean.dupont+news@example.org', 'jean.dupont+news@example.org'],
  ['jean.dupont+news', 'jean.dupont+news'],
  ['elie1234', 'Élie'],
  ['Élie-1990', 'Élie'],
  ['E\u0301lie-1990', 'Élie'],
  ['V1g!le2026', 'Vigile'],
  ['Boul@ng3rie', 'boulangerie'],
  ['shop.boulangerie.fr', 'shop.boulangerie.fr'],
  ['vigile12345678', 'Vigile'],
  ['passwordvigile', 'Vigile'],
])('S-7 %s is little more than %s', (password, word) => {
  expect(findOwnWord(password, owner)?.toLowerCase()).toBe(word.toLowerCase())
})

test.each([
  'correct horse battery staple',
  'dupont et ses 40 croissants', // an own word and enough besides
  'vigile-kv7Qm2xW',
  'kv7Qm2xW',
  'ng-ng-ng-ng', // words under 4 letters are no words
  'example.org!', // the domain of a mailbox is not the user's own
])('S-7 %s is more than an own word', (password) => {
  expect(findOwnWord(password, owner)).toBeUndefined()
})

test('S-7 wherever an own word stands and however it is written, under 8 characters besides are too few', () => {
  const spelling = fc.constantFrom('vigile', 'VIGILE', 'Vigile', 'v1gile', 'VIG!L3')
  const digits = fc.string({ unit: fc.constantFrom(...'0289'), maxLength: 7 })
  fc.assert(
    fc.property(digits, spelling, digits, (before, word, after) => {
      fc.pre(before.length + after.length < 8)
      expect(findOwnWord(before + word + after, { email: 'a@b.example', siteWords: ['Vigile'] })).toBe('Vigile')
    }),
  )
  expect(findOwnWord('2908Vigile8029', { email: 'a@b.example', siteWords: ['Vigile'] })).toBeUndefined()
})

test('S-7 an owner without name or words has at least the email', () => {
  expect(findOwnWord('x7k2q9zp', { email: 'x7k2q9zp@example.org', name: null, siteWords: [] })).toBe('x7k2q9zp')
  expect(findOwnWord('kv7Qm2xW', { email: '', siteWords: [''] })).toBeUndefined()
})
