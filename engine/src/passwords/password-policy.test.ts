import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPassword, createPasswordPolicy } from './password-policy.ts'

const owner = { email: 'jean.dupont@example.org', name: 'Jean Dupont', siteWords: ['Vigile', 'vigile.example'] }
const policy = createPasswordPolicy()
const check = (password: string, under = policy) => checkPassword(password, owner, under)

// Letters that compose and decompose, marks in either order, and what does neither.
const letters = fc.constantFrom(
  ...['a', 'e', 'E', 'é', 'ệ', 'Å', '\u0301', '\u0323', '각', '\u1100', '\u1161', 'ﬁ', '😀', ' '],
)

test('S-1 under 8 characters is refused always, with the minimum; 8 are enough', () => {
  expect(check('kv7Qm2x')).toEqual([{ code: 'too_short', minimum: 8 }])
  expect(check('kv7Qm2xW')).toEqual([])
  expect(check('')).toEqual([{ code: 'too_short', minimum: 8 }])
})

test('S-1 ACC-2 the minimum is a setting from 8 to 1,024', () => {
  const strict = createPasswordPolicy({ minLength: 15 })
  expect(check('kv7Qm2xW-9fLp4', strict)).toEqual([{ code: 'too_short', minimum: 15 }])
  expect(check('kv7Qm2xW-9fLp4r', strict)).toEqual([])
  expect(createPasswordPolicy({ minLength: 1024 }).minLength).toBe(1024)
  for (const minLength of [7, 0, 1025, 8.5, Number.NaN]) {
    expect(() => createPasswordPolicy({ minLength })).toThrow('set it to a whole number from 8 to 1024')
  }
})

test('ACC-2 S-2 up to 1,024 characters are taken, not one more', () => {
  for (const character of ['é', '😀', 'e\u0301']) {
    const salted = (length: number) => `kv7Qm2xW${character.repeat(length - 8)}`
    expect(check(salted(64))).toEqual([])
    expect(check(salted(1024))).toEqual([])
    expect(check(salted(1025))).toEqual([{ code: 'too_long', maximum: 1024 }])
  }
  expect(check('x'.repeat(1_000_000))).toEqual([{ code: 'too_long', maximum: 1024 }])
})

test('S-1 length is counted in characters after NFC, not in bytes, surrogates or combining marks', () => {
  expect(check('😀🎈🌵🎲')).toEqual([{ code: 'too_short', minimum: 8 }]) // 8 UTF-16 units
  expect(check('e\u0301u\u0308a\u0300i\u0302')).toEqual([{ code: 'too_short', minimum: 8 }]) // 8 before NFC
  expect(check('😀🎈🌵🎲🪁🧶🪐🫖')).toEqual([])
})

test('S-5 both normal forms of a password get the same answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 40 }), (password) => {
      expect(check(password.normalize('NFD'))).toEqual(check(password.normalize('NFC')))
    }),
  )
})

test('S-3 no composition rules: any 12 letters of one kind will do', () => {
  const kinds = [
    'abcdefghijklmnopqrstuvwxyz',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    '0123456789',
    ' .,-_#+*/',
    'あいうえおかきく',
  ]
  const password = fc
    .constantFrom(...kinds)
    .chain((kind) => fc.string({ unit: fc.constantFrom(...kind), minLength: 12, maxLength: 30 }))
  fc.assert(
    fc.property(password, (text) => {
      const codes = check(text).map(({ code }) => code)
      expect(codes.filter((code) => code !== 'common' && code !== 'own_words')).toEqual([])
    }),
  )
  for (const text of ['kqzvbwmxjhfy', 'KQZVBWMXJHFY', '940271836205', 'tournesol violet'])
    expect(check(text)).toEqual([])
})

test('S-6 a common password is refused with the reason, in any letter case', () => {
  for (const password of ['password', 'PassWord', 'football', 'qwertyuiop', 'passwordpassword']) {
    expect(check(password)).toEqual([{ code: 'common' }])
  }
})

test('S-7 own words are refused, and the fault names the word', () => {
  expect(check('Dupont2026!')).toEqual([{ code: 'own_words', word: 'dupont' }])
  expect(check('V1gile2026')).toEqual([{ code: 'own_words', word: 'Vigile' }])
})

test('all faults are named at once', () => {
  expect(check('123456')).toEqual([{ code: 'too_short', minimum: 8 }, { code: 'common' }])
  expect(check('vigile')).toEqual([
    { code: 'too_short', minimum: 8 },
    { code: 'own_words', word: 'Vigile' },
  ])
})

test('S-4 what no form field can send again, or an encoder makes alike, is no text', () => {
  for (const password of [
    'kv7Qm2xW\n',
    'kv7Qm2xW\0',
    'kv7Q\tm2xW',
    'kv7Qm2xW\u0085',
    'kv7Qm2xW\ud800',
    '\udc00kv7Qm2xW',
  ]) {
    expect(check(password)).toEqual([{ code: 'not_text' }])
  }
})

test('ACC-2 whatever comes in, the answer is a list of known codes, and the same twice', () => {
  const codes = ['too_short', 'too_long', 'common', 'own_words', 'not_text']
  const anything = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  fc.assert(
    fc.property(anything, (units) => {
      const password = String.fromCharCode(...units)
      const faults = check(password)
      for (const { code } of faults) expect(codes).toContain(code)
      expect(check(password)).toEqual(faults)
    }),
  )
})
