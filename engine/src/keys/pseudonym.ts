import { hmacSha256 } from '../primitives/hash.ts'
import type { Keyring } from './keyring.ts'

/**
 * Stands where a text must not be kept or shown: 16 base64url characters, alike for one text until the secret changes. Few emails and
 * addresses are possible: a hash without a key could be tried with all of them.
 */
export const pseudonym = (keyring: Pick<Keyring, 'newest'>, text: string): string =>
  hmacSha256(keyring.newest().pseudonym, text).slice(0, 16)
