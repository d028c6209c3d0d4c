// The bundled list of common passwords (S-6, ASVS 6.2.4).

import { dictionary } from '@zxcvbn-ts/language-common'

// 49,233 entries in lower case, 17,950 of them of 8 characters or more. Only 41 have 15 or more: pairs make up for them.
const listed: ReadonlySet<string> = new Set(dictionary['passwords-common'])
const longestListed = Math.max(...Array.from(listed, (entry) => entry.length))

/**
 * Whether the password, in any letter case, is a common one, or two common ones in a row. Takes it in NFC.
 *
 * Pairs are what people make of a short password when 15 characters are asked for (`password1password1`); they keep far
 * more than the 3,000 entries of ASVS 6.2.4 within reach of every minimum from 8 to 24.
 *
 * @example isCommonPassword('Football123456') // true: `football`, `123456`
 */
export function isCommonPassword(password: string): boolean {
  const folded = password.toLowerCase()
  if (folded.length > 2 * longestListed) return false
  if (listed.has(folded)) return true
  for (let cut = 1; cut < folded.length; cut += 1) {
    if (listed.has(folded.slice(0, cut)) && listed.has(folded.slice(cut))) return true
  }
  return false
}
