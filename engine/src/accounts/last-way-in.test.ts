import { expect, test } from 'vitest'
import { isWayInLeft } from './last-way-in.ts'

const deps = { providers: [{ id: 'discord', server: { issuer: 'https://discord.com' } }] }
const at = (provider: string, issuer = 'https://discord.com') => ({ provider, issuer })

test.each([
  ['a password', 'hash', { passkeys: 0, identities: [] }, true],
  ['a passkey', null, { passkeys: 1, identities: [] }, true],
  ['an account at a provider', null, { passkeys: 0, identities: [at('discord')] }, true],
  [
    'one at another issuer under the same id',
    null,
    { passkeys: 0, identities: [at('discord', 'https://x.example')] },
    false,
  ],
  ['nothing', null, { passkeys: 0, identities: [] }, false],
  ['an account at a provider that is no longer set up', null, { passkeys: 0, identities: [at('gone')] }, false],
] as const)('OAU-6 what is left to sign in with: %s', (_, passwordHash, left, is) => {
  expect(isWayInLeft(deps, { passwordHash }, left)).toBe(is)
})
