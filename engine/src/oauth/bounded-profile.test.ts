import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedProfile } from './bounded-profile.ts'

const anything = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'binary', minLength: 1000, maxLength: 3000 }),
  fc.webUrl(),
  fc.emailAddress(),
)
/** What the account page takes for a name. */
const isLine = (text: string, maxLength: number) =>
  text === text.trim() &&
  text.length <= maxLength &&
  /^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+$/u.test(text)
const subjects = fc.oneof(fc.stringMatching(/^[\w|:.-]{1,255}$/), fc.maxSafeNat())

describe('whatever a provider says', () => {
  test('a profile is text of known lengths, or null', () => {
    fc.assert(
      fc.property(
        subjects,
        fc.record(
          { email: anything, emailVerified: anything, name: anything, image: anything, label: anything },
          { requiredKeys: [] },
        ),
        (subject, said) => {
          const { email, emailVerified, name, image, label, ...rest } = boundedProfile({ ...said, subject })
          expect(rest).toEqual({ subject: String(subject) })
          expect(name === null || isLine(name, 200)).toBe(true)
          expect(label === null || isLine(label, 100)).toBe(true)
          if (email !== null) expect([email.length <= 320, /\p{Cc}/u.test(email)]).toEqual([true, false])
          if (image !== null) expect([image.length <= 2048, new URL(image).protocol]).toEqual([true, 'https:'])
          expect(emailVerified).toBe(email !== null && said.emailVerified === true)
        },
      ),
    )
  })

  test('who it is must be said: a text of 1 to 255 characters, or a whole number', () => {
    const odd = [undefined, null, '', 'x'.repeat(256), 'a\u0000b', 1.5, 2 ** 60, Number.NaN, true, {}, ['1']]
    for (const subject of odd) expect(() => boundedProfile({ subject })).toThrow('does not say who')
    expect(boundedProfile({ subject: 'x'.repeat(255) }).subject).toHaveLength(255)
  })
})

test.each([
  ['true', 'true'],
  ['1', 1],
  ['a list', [true]],
])('H-3 only true vouches for an address, not %s', (_, emailVerified) => {
  expect(boundedProfile({ subject: '1', email: 'a@example.com', emailVerified }).emailVerified).toBe(false)
})

test('nothing is vouched for where there is no address', () => {
  expect(boundedProfile({ subject: '1', emailVerified: true })).toMatchObject({ email: null, emailVerified: false })
})

test.each([
  'http://example.com/a.png',
  'javascript:alert(1)',
  'data:image/svg+xml,<svg/>',
  '//example.com/a.png',
  'https://user:password@example.com/a.png',
  `https://example.com/${'a'.repeat(2048)}`,
  `https://example.com/${'é'.repeat(1000)}`,
])('an image at %.60s is none', (image) => {
  expect(boundedProfile({ subject: '1', image }).image).toBeNull()
})

test('a long name is cut, between characters', () => {
  const { name } = boundedProfile({ subject: '1', name: `${'a'.repeat(199)}🦉🦉` })
  expect(name).toBe('a'.repeat(199))
  expect(boundedProfile({ subject: '1', name: '\u202e \n ' }).name).toBeNull()
})
