import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headerText } from './forward.ts'

test('what goes into a header is plain ASCII without spaces, and can be read back: no line break gets in', () => {
  expect(headerText('ada+x@example.com')).toBe('ada+x@example.com')
  expect(headerText('a%b@example.com')).toBe('a%25b@example.com')
  expect(headerText('é\r\nX-Auth-Roles: admin')).toBe('%C3%A9%0D%0AX-Auth-Roles:%20admin')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(headerText(text)).toMatch(/^[!-~]*$/)
      expect(decodeURIComponent(headerText(text))).toBe(text.toWellFormed())
    }),
  )
})
