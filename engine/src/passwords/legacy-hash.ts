// Verifies password hashes that were imported from another system, as that system did (ACC-1).

import { pbkdf2, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { type HashRefusal, type LegacyHash, readHash } from './hash-formats.ts'

const derivePbkdf2 = promisify(pbkdf2)
const deriveScrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/**
 * Says whether a hash from another system can be imported. Refuses, before any work is done: `unknown_format`,
 * `malformed`, and `too_expensive`, since an imported hash must not be a denial of service: bcrypt cost over 14; scrypt
 * over 256 MiB or N·r·p over 2^21; PBKDF2 over 2,000,000 iterations; Argon2 over 256 MiB, 64 passes, 16 threads, or
 * memory × passes over 1 GiB. Weak parameters are taken: the hash is replaced at the next sign-in.
 *
 * @example
 * checkImportedHash('$2y$31$…') // { ok: false, error: 'too_expensive', detail: 'bcrypt cost 31 is over 14' }
 */
export function checkImportedHash(stored: string): { ok: true } | HashRefusal {
  const read = readHash(stored)
  return read.ok ? { ok: true } : read
}

/**
 * Whether the password is the one behind an imported hash; compared in constant time. Throws when it can't be computed.
 *
 * bcrypt sees the first 72 bytes of a password and no more; the system that made the hash cut it off there, and so does
 * this. The Argon2 hash that replaces it at that sign-in holds the whole password.
 */
export async function verifyLegacyHash(legacy: LegacyHash, password: string): Promise<boolean> {
  switch (legacy.scheme) {
    case 'bcrypt':
      return verifyBcrypt(password, legacy.encoded)
    case 'scrypt': {
      const { cost, blockSize, parallelism, salt, hash } = legacy
      const maxmem = 128 * blockSize * (cost + parallelism + 2)
      const options = { cost, blockSize, parallelization: parallelism, maxmem }
      return timingSafeEqual(await deriveScrypt(password, salt, hash.length, options), hash)
    }
    case 'pbkdf2': {
      const { digest, iterations, salt, hash } = legacy
      return timingSafeEqual(await derivePbkdf2(password, salt, iterations, hash.length, digest), hash)
    }
  }
}
