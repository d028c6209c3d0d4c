import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countCodePoints, normalizePassword } from './normalize-password.ts'

// Letters that compose and decompose, marks in either order, and what does neither.
const letters = fc.constantFrom(
  ...['a', 'e', 'E', 'é', 'ệ', 'Å', '\u0301', '\u0323', '각', '\u1100', '\u1161', 'ﬁ', '😀', ' '],
)

test('S-5 composed and decomposed forms of any text normalise to the same password', () => {
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 200 }), (text) => {
      const [composed, decomposed] = [
        normalizePassword(text.normalize('NFC')),
        normalizePassword(text.normalize('NFD')),
      ]
      expect(composed).toEqual({ ok: true, password: text.normalize('NFC') })
      expect(decomposed).toEqual(composed)
    }),
  )
})

test('S-4 lone surrogates, which an encoder would make alike, are no text', () => {
  for (const text of ['\ud800', 'pass\udc00word', 'password\ud83d']) {
    expect(normalizePassword(text)).toEqual({ ok: false, error: 'not_text' })
  }
})

test('attack: a long run of combining marks is refused before it is normalised', () => {
  expect(normalizePassword(`a${'\u0301\u0316'.repeat(2048)}`)).toEqual({ ok: false, error: 'too_long' })
})

test('ACC-2 the longest password passes in its decomposed form too', () => {
  const longest = '\u1f82'.repeat(1024) // no letter decomposes into more: 4 code points
  expect(normalizePassword(longest.normalize('NFD'))).toEqual({ ok: true, password: longest })
})

test('ACC-2 length is counted in code points', () => {
  expect(countCodePoints('a😀é')).toBe(3)
})
