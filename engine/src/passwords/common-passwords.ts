// The bundled list of common passwords (S-6, ASVS 6.2.4).
import { createRequire } from 'node:module'

type Listed = { readonly all: ReadonlySet<string>; readonly longest: number }

// 49,233 entries in lower case, 17,950 of them of 8 characters or more. Only 41 have 15 or more: pairs make up for them.
const load = (): Listed => {
  const { dictionary } = createRequire(import.meta.url)(
    '@zxcvbn-ts/language-common',
  ) as typeof import('@zxcvbn-ts/language-common')
  const all = new Set(dictionary['passwords-common'])
  return { all, longest: Math.max(...Array.from(all, (entry) => entry.length)) }
}
/** Loaded for the first new password: no start waits for it (24 ms, 17 MiB). */
let loaded: Listed | undefined
const listed = (): Listed => (loaded ??= load())

/** The most used French ones that the list lacks. */
const french: ReadonlySet<string> = new Set([
  'motdepasse',
  'azertyuiop',
  'azerty',
  'bonjour',
  'doudou',
  'jetaime',
  'marseille',
  'loulou',
])

/**
 * Whether the password, in any letter case, is a common one, a common word with digits or signs behind it, two common ones
 * in a row, or made of three different characters at most. Takes it in NFC.
 *
 * Pairs are what people make of a short password when 15 characters are asked for (`password1password1`); they keep far
 * more than the 3,000 entries of ASVS 6.2.4 within reach of every minimum from 8 to 24.
 *
 * @example isCommonPassword('Football123456') // true: `football`, `123456`
 */
export function isCommonPassword(password: string): boolean {
  const folded = password.toLowerCase()
  const { all, longest } = listed()
  if (folded.length > 3 && new Set(folded).size < 4) return true
  const word = folded.replace(/[\d\p{P}\p{S}]+$/u, '')
  if ((word.length >= 8 && all.has(word)) || french.has(word)) return true
  if (folded.length > 2 * longest) return false
  if (all.has(folded)) return true
  for (let cut = 1; cut < folded.length; cut += 1) {
    if (all.has(folded.slice(0, cut)) && all.has(folded.slice(cut))) return true
  }
  return false
}
