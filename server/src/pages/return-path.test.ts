import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { returnPath } from './return-path.ts'

describe('S-55 the way back stays on this site', () => {
  test.each(['/account', '/orders?page=2#last', '/a//b', '/%2F%2Fevil.example'])('%s is kept', (path) => {
    expect(returnPath(path)).toBe(path)
  })
  test.each([
    null,
    '',
    'account',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    ' /account',
    `/${'a'.repeat(2048)}`,
  ])('%j is refused', (path) => {
    expect(returnPath(path)).toBeNull()
  })
  test('whatever is given, a browser stays here', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '\t',
      '\n',
      '\r',
      '@',
      ':',
      '%2f',
      '%5c',
      'evil.example',
      '?',
      '#',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), (all) => {
        const path = returnPath(`/${all.join('')}`)
        if (path !== null) expect(new URL(path, 'https://here.example').origin).toBe('https://here.example')
      }),
      { numRuns: 2000 },
    )
  })
})
