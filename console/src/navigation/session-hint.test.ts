import { expect, test } from 'vitest'
import { hasSessionHint } from './session-hint.ts'

test.each(['vigile_hint=1', 'a=b; vigile_hint=1', '__Host-vigile_hint=1', 'x=1; __Secure-vigile_hint=1; y=2'])(
  'COOK-4 the hint is found under each of its names: %s',
  (cookies) => {
    expect(hasSessionHint(cookies, 'vigile')).toBe(true)
  },
)

test.each(['', 'vigile_locale=fr', 'other_hint=1', 'a=vigile_hint', 'my_vigile_hint=1'])(
  'COOK-8 a foreign cookie is no hint: %j',
  (cookies) => {
    expect(hasSessionHint(cookies, 'vigile')).toBe(false)
  },
)
