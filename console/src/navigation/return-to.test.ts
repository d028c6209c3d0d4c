import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeReturnTo } from './return-to.ts'

const origin = 'https://shop.example.com'

test('S-55 a path of this origin is followed, with its query and fragment', () => {
  expect(safeReturnTo('/', origin)).toBe('/')
  expect(safeReturnTo('/orders?page=2#last', origin)).toBe('/orders?page=2#last')
  expect(safeReturnTo('/a/../b', origin)).toBe('/b')
  expect(safeReturnTo('/?next=https://evil.example', origin)).toBe('/?next=https://evil.example')
})

test.each([
  null,
  '',
  'orders',
  'https://evil.example/',
  'https://shop.example.com/orders',
  '//evil.example',
  '//shop.example.com/orders',
  '/\\shop.example.com/orders',
  '//[',
  '/\t/[',
  '///evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '//user@evil.example',
  '@evil.example',
  '.evil.example',
  '/api/auth/oauth/discord',
  '/x/../api/%61uth/oauth/discord?returnTo=/',
  `/${'a'.repeat(2048)}`,
])('S-55 open redirect: %j is not followed', (value) => {
  expect(safeReturnTo(value, origin)).toBeNull()
})

test('S-55 whatever the address holds, a browser that follows it stays on this origin', () => {
  const hostile = fc.constantFrom(
    '/',
    '//',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '@',
    ':',
    '?',
    '#',
    '\t',
    '\n',
    '\u0000',
    ' ',
  )
  const piece = fc.oneof(
    hostile,
    fc.constantFrom('evil.example', 'https', 'javascript', 'a', '[::1]'),
    fc.string({ maxLength: 3 }),
  )
  const value = fc
    .tuple(fc.constantFrom('/', ''), fc.array(piece, { maxLength: 8 }))
    .map(([first, rest]) => first + rest.join(''))
  fc.assert(
    fc.property(value, (returnTo) => {
      const path = safeReturnTo(returnTo, origin)
      if (path === null) return
      expect(new URL(path, `${origin}/sign-in?returnTo=x`).origin).toBe(origin)
      // What was accepted once is accepted again, unchanged: nothing is left to be resolved into something else.
      expect(safeReturnTo(path, origin)).toBe(path)
    }),
    { numRuns: 5000 },
  )
})
