import { sessionEndReasons } from '@vigile/contract'
import { expect, test } from 'vitest'
import { becauseOf } from './because.ts'
import { languages, loadCatalogue } from './catalogues.ts'

test.each(sessionEndReasons)('CLI-5 the end of a session is explained in every language: %s', async (reason) => {
  expect(becauseOf(reason, reason)).toBe(reason)
  const texts = await Promise.all(languages.map(async (language) => (await loadCatalogue[language]()).because[reason]))
  for (const text of texts) expect(text).toMatch(/^\p{Lu}.{15,}\.$/u)
  expect(new Set(texts).size).toBe(languages.length)
})

test.each(sessionEndReasons)('a link that claims the end %s says no more than that a session is over', (reason) => {
  expect(becauseOf(reason, null)).toBe('unknown')
  expect(becauseOf(reason, 'idle')).toBe('idle')
})

test.each([null, '', 'Your account is locked, call 555', 'toString', '__proto__', 'constructor'])(
  'a reason that an address made up is not shown: %j',
  (text) => {
    expect(becauseOf(text, null)).toBeNull()
  },
)

test('CLI-5 who comes back by a bookmark is told what happened, but not what they did themselves', () => {
  expect(becauseOf(null, 'reuse')).toBe('reuse')
  expect(becauseOf(null, 'signed_out')).toBeNull()
  expect(becauseOf('signed_out', 'signed_out')).toBe('signed_out')
})
