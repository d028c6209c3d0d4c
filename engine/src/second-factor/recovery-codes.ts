// Codes for whoever has lost every other factor: shown once, hashed where they are stored, each good for one sign-in.
import { randomBytes } from 'node:crypto'
import { sha256 } from '../primitives/hash.ts'
import type { UserId } from '../primitives/ids.ts'
import { hasFactor } from './policy.ts'
import type { HeldFactors, RecoveryCodeStore } from './store.ts'

const count = 10
/** 80 random bits each: so many can't be guessed, whatever the hash (NIST SP 800-63B-4 section 3.1.2.1 asks for 64). */
const codeBytes = 10
/** Crockford's alphabet: nothing that is read for something else. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const readFor: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' }

/** `x7k2-9mfq-3tbw-e0ra`: 16 letters and digits of 5 bits each. */
const createCode = (): string => {
  let bits = BigInt(`0x${randomBytes(codeBytes).toString('hex')}`)
  let code = ''
  for (let letters = 0; letters < 16; letters += 1) {
    code += alphabet[Number(bits & 31n)]
    bits >>= 5n
  }
  return code.replace(/(.{4})(?=.)/g, '$1-')
}

/** As it was typed or read out: in any case, with or without hyphens and spaces, O for 0. */
const normalized = (code: string): string =>
  code
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replace(/[oil]/g, (sign) => readFor[sign] ?? sign)

/** Bound to the account: a stolen table tells not even that two accounts had one code. */
export const recoveryCodeHash = (userId: UserId, code: string): string =>
  sha256(`vigile recovery ${userId} ${normalized(code)}`, 'base64url')

/** New codes in place of all that there were. To be shown once. */
export const renewRecoveryCodes = async (
  store: Pick<RecoveryCodeStore, 'replaceAll'>,
  userId: UserId,
  now: number,
): Promise<readonly string[]> => {
  const codes = Array.from({ length: count }, createCode)
  const hashes = codes.map((code) => recoveryCodeHash(userId, code))
  await store.replaceAll(userId, hashes, now)
  return codes
}

/**
 * Codes that come with the first factor of an account; null where it had one before. Part of the transaction that adds the
 * factor and has locked the account's row; `before`: what it held then.
 *
 * @example
 * const before = await stores.factors.held(userId)
 * await stores.passkeys.insert(passkey)
 * return { passkey, recoveryCodes: await recoveryCodesOfFirst(stores, { userId, before, now }) }
 */
export const recoveryCodesOfFirst = async (
  { recoveryCodes }: { readonly recoveryCodes: Pick<RecoveryCodeStore, 'replaceAll'> },
  { userId, before, now }: { readonly userId: UserId; readonly before: HeldFactors; readonly now: number },
): Promise<readonly string[] | null> => (hasFactor(before) ? null : renewRecoveryCodes(recoveryCodes, userId, now))
