import { expect, test } from 'vitest'
import type { Guard } from './guards.ts'
import { answer } from './outcome.ts'
import { route } from './route.ts'

const handle = async () => answer(200)
const guard: Guard<null> = {
  name: 'anyone',
  by: [],
  check: async () => ({ kind: 'passed', as: null, sessionId: null }),
}

test('VAL-3 a route without a policy does not compile, and where nobody compiles it does not start', () => {
  // @ts-expect-error no guard
  expect(() => route('me', { limit: 'none', handle })).toThrow(
    'the route me has no policy: give it a guard and a limit',
  )
  // @ts-expect-error no limit
  expect(() => route('me', { guard, handle })).toThrow('the route me has no policy')
  // @ts-expect-error a limit that there is not
  route('me', { guard, limit: { rule: 'reads' }, handle })
  // @ts-expect-error an endpoint that the contract does not know
  route('metrics', { guard, limit: 'none', handle })
  expect(route('me', { guard, limit: 'none', handle })).toMatchObject({ name: 'me', guard, limit: 'none' })
})
