import { sessionEndReasons } from '@vigile/contract'
import { expect, test } from 'vitest'
import { knownBecause } from './because.ts'
import { catalogues, languages } from './catalogues.ts'

test.each(sessionEndReasons)('CLI-5 the end of a session is explained in every language: %s', (reason) => {
  expect(knownBecause(reason)).toBe(reason)
  const texts = languages.map((language) => catalogues[language].because[reason])
  for (const text of texts) expect(text).toMatch(/^\p{Lu}.{15,}\.$/u)
  expect(new Set(texts).size).toBe(languages.length)
})

test.each([null, '', 'Your account is locked, call 555', 'toString', '__proto__', 'constructor'])(
  'a reason that an address made up is not shown: %j',
  (text) => {
    expect(knownBecause(text)).toBeNull()
  },
)
