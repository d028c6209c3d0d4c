// Which passwords may be set. No composition rules (S-3) and no expiry (S-10): they make passwords worse.

import { requireInteger } from '../primitives/require-integer.ts'
import { isCommonPassword } from './common-passwords.ts'
import { countCodePoints, maxPasswordCodePoints, normalizePassword } from './normalize-password.ts'
import { findOwnWord, type PasswordOwner } from './own-words.ts'

/** Why a password may not be set; the code names the message, the other fields are its parameters. */
export type PasswordFault =
  | { code: 'too_short'; minimum: number }
  | { code: 'too_long'; maximum: number }
  | { code: 'common' }
  | { code: 'own_words'; word: string }
  /** Never from `checkPassword`: for the caller to add when the breach check found it. */
  | { code: 'breached' }
  | { code: 'not_text' }

export type PasswordPolicy = { readonly minLength: number }

/**
 * The policy of a site. `minLength` in Unicode code points, 8 to 1,024, default 8; set 15 where the password is the only
 * factor (NIST SP 800-63B-4, 3.1.1.2). Throws RangeError outside: under 8 is refused always (S-1, ASVS 6.2.1).
 *
 * @example const policy = createPasswordPolicy({ minLength: 15 })
 */
export function createPasswordPolicy({ minLength = 8 }: { minLength?: number } = {}): PasswordPolicy {
  return { minLength: requireInteger('passwords.minimumLength', minLength, { min: 8, max: maxPasswordCodePoints }) }
}

/**
 * All that is wrong with a password that someone wants to set; empty when it may be set. Pure: asks no one.
 *
 * - `too_short`, `too_long`: by code points after NFC, under the policy's minimum or over 1,024.
 * - `common`: on the bundled list, or two of it in a row, in any letter case.
 * - `own_words`: little more than a word of the user's or the site's; `findOwnWord` has the rule.
 * - `not_text`: lone surrogates, which encoders make alike, and control characters, which a form field drops or can't
 *   produce, so that the password could never be typed again (RFC 8265, section 4.2.1, forbids them too).
 *
 * @example
 * checkPassword('Football', { email: 'a@example.org', siteWords: ['Vigile'] }, createPasswordPolicy())
 * // [{ code: 'common' }]
 */
export function checkPassword(
  password: string,
  owner: PasswordOwner,
  policy: PasswordPolicy,
): readonly PasswordFault[] {
  const tooLong: PasswordFault = { code: 'too_long', maximum: maxPasswordCodePoints }
  const normalized = normalizePassword(password)
  if (!normalized.ok) return [normalized.error === 'too_long' ? tooLong : { code: 'not_text' }]
  const length = countCodePoints(normalized.password)
  if (length > maxPasswordCodePoints) return [tooLong]

  const faults: PasswordFault[] = []
  if (/\p{Cc}/u.test(normalized.password)) faults.push({ code: 'not_text' })
  if (length < policy.minLength) faults.push({ code: 'too_short', minimum: policy.minLength })
  if (isCommonPassword(normalized.password)) faults.push({ code: 'common' })
  const word = findOwnWord(normalized.password, owner)
  if (word !== undefined) faults.push({ code: 'own_words', word })
  return faults
}
