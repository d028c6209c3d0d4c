// Stores and verifies passwords: Argon2id for what is new, whatever was imported for what is old.

import { randomBytes } from 'node:crypto'
import { hash as hashArgon2, verify as verifyArgon2 } from '@node-rs/argon2'
import { type Argon2Settings, defaultArgon2Settings, requireArgon2Settings } from './argon2-settings.ts'
import { readHash, type StoredHash } from './hash-formats.ts'
import { createHashGate, type HashClient, type HashGate } from './hash-gate.ts'
import { verifyLegacyHash } from './legacy-hash.ts'
import { normalizePassword } from './normalize-password.ts'

const saltBytes = 16
const hashBytes = 32

export type PasswordHasherOptions = {
  /** Parameters of new hashes. Default 19,456 KiB, 2 iterations, parallelism 1. */
  argon2?: Partial<Argon2Settings>
  /** Bounds the hashes at once and those that wait. Default: `createHashGate()`. */
  gate?: HashGate
}

/** `client`: who asks; see the gate. */
export type PasswordHasher = {
  /** The string to store. Throws TypeError on what is no text (`checkPassword` refuses that first), `OverloadedError`. */
  hash(password: string, client?: HashClient): Promise<string>
  /**
   * `ok`: the password is right. `upgrade`: it is right, and the stored hash has another algorithm or other parameters
   * than the present ones: store `hash(password)` instead. Throws, with a cause, when the stored hash can't be read, and
   * `OverloadedError`; neither says that the password was wrong.
   */
  verify(stored: string, password: string, client?: HashClient): Promise<{ ok: boolean; upgrade: boolean }>
  /** Does the work of one `verify`, for an email that is not known: ACC-3. Throws `OverloadedError` as `verify` does. */
  verifyDummy(password: string, client?: HashClient): Promise<void>
  /** Throws `OverloadedError` where a stranger's password could not even wait: before anything is done for it. */
  requireRoom(): void
}

/**
 * Makes the hasher. Throws RangeError on settings below OWASP's minimum, and says what would be right (S-24).
 *
 * Passwords are hashed in their NFC form and never cut off. Imported hashes are verified as their origin did: with the
 * password as it was typed as well as in NFC.
 *
 * @example
 * const hasher = createPasswordHasher()
 * const stored = await hasher.hash('correct horse battery staple')
 * await hasher.verify(stored, 'correct horse battery staple') // { ok: true, upgrade: false }
 */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const settings = requireArgon2Settings({ ...defaultArgon2Settings, ...options.argon2 })
  const { memoryKiB, iterations, parallelism } = settings
  const gate = options.gate ?? createHashGate()
  const argon2Options = { memoryCost: memoryKiB, timeCost: iterations, parallelism, outputLen: hashBytes }
  const presentPrefix = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$`
  // No password is known to have this hash, and no time is spent to make it.
  const dummy = `${presentPrefix}${randomBase64(saltBytes)}$${randomBase64(hashBytes)}`

  const verify: PasswordHasher['verify'] = async (stored, password, client) => {
    const read = readHash(stored)
    if (!read.ok) throw cannotVerify(new Error(`${read.error}: ${read.detail}`))
    const ok = await gate.run(() => matches(read.stored, password), client)
    const isPresent = stored.startsWith(presentPrefix) && stored.length === dummy.length
    return { ok, upgrade: ok && !isPresent }
  }

  return {
    async hash(password, client) {
      const normalized = normalizePassword(password)
      if (!normalized.ok) throw new TypeError(`A password must pass checkPassword before hash: ${normalized.error}`)
      return gate.run(() => hashArgon2(normalized.password, argon2Options), client)
    },
    verify,
    async verifyDummy(password, client) {
      await verify(dummy, password, client)
    },
    requireRoom: gate.requireRoom,
  }
}

async function matches(stored: StoredHash, password: string): Promise<boolean> {
  const normalized = normalizePassword(password)
  // What can't be a password costs as much as a wrong one: the time must not tell a known email from an unknown one.
  const nfc = normalized.ok ? normalized.password : ''
  try {
    if (stored.scheme === 'argon2') return (await verifyArgon2(stored.encoded, nfc)) && normalized.ok
    if (await verifyLegacyHash(stored, nfc)) return normalized.ok
    // Other systems hashed what was typed, in whatever form it came.
    return normalized.ok && nfc !== password && (await verifyLegacyHash(stored, password))
  } catch (cause) {
    throw cannotVerify(cause)
  }
}

function cannotVerify(cause: unknown): Error {
  return new Error('A stored password hash cannot be verified', { cause })
}

function randomBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '')
}
