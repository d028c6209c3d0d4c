import { expect, test } from 'vitest'
import { isWayInLeft } from './last-way-in.ts'

const deps = { providers: [{ id: 'discord' }] }
const at = (provider: string) => ({ provider })

test.each([
  ['a password', 'hash', { passkeys: 0, identities: [] }, true],
  ['a passkey', null, { passkeys: 1, identities: [] }, true],
  ['an account at a provider', null, { passkeys: 0, identities: [at('discord')] }, true],
  ['nothing', null, { passkeys: 0, identities: [] }, false],
  ['an account at a provider that is no longer set up', null, { passkeys: 0, identities: [at('gone')] }, false],
] as const)('OAU-6 what is left to sign in with: %s', (_, passwordHash, left, is) => {
  expect(isWayInLeft(deps, { passwordHash }, left)).toBe(is)
})
