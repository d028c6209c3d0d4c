// One password has many encodings: what is hashed and counted is always the NFC form (NIST SP 800-63B-4, 3.1.1.2).

/** The longest password, in Unicode code points after NFC. It is refused when longer, never cut off. */
export const maxPasswordCodePoints = 1024

// Normalising takes time that grows with the square of a run of combining marks: 64 KiB of them hold the event loop for
// a second. Looked at before normalising; four code units a code point leave room for decomposed forms.
const maxCodeUnits = 4 * maxPasswordCodePoints

export type NormalizedPassword = { ok: true; password: string } | { ok: false; error: 'too_long' | 'not_text' }

/**
 * The NFC form of a password.
 *
 * Refuses `too_long` (over 4,096 UTF-16 units, before any work is done) and `not_text` (a lone surrogate: encoders turn
 * every one of them into U+FFFD, so that different passwords would be equal).
 *
 * @example normalizePassword('e\u0301te\u0301 1998') // { ok: true, password: 'été 1998' }
 */
export function normalizePassword(password: string): NormalizedPassword {
  if (password.length > maxCodeUnits) return { ok: false, error: 'too_long' }
  if (!password.isWellFormed()) return { ok: false, error: 'not_text' }
  return { ok: true, password: password.normalize('NFC') }
}

/** Length in Unicode code points: what people see as characters, nearly (ASVS 6.2.1, NIST 3.1.1.2). */
export function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
