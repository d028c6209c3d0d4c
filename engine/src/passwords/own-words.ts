// Words that an attacker tries first against one person or one site (S-7, ASVS 6.2.11 and 6.1.2).

import { isCommonPassword } from './common-passwords.ts'
import { countCodePoints } from './normalize-password.ts'

export type PasswordOwner = {
  email: string
  name?: string | null | undefined
  /** The site's own: application name, public host, company. */
  siteWords: readonly string[]
}

const minWordLength = 4
const minRestLength = 8

// What people write for a letter. `l` joins `i`, since `1` stands for both; the words are respelled in the same way.
const respelled = new Map(
  Object.entries({ 0: 'o', 1: 'i', '!': 'i', l: 'i', 3: 'e', 4: 'a', '@': 'a', 5: 's', $: 's', 7: 't' }),
)

/**
 * The first own word that the password is little more than, or undefined.
 *
 * The rule: own words count for nothing. They are taken out of the password, wherever they stand; if what is left has
 * under 8 characters, or is a common password, the password is refused. Letter case and accents make no difference, nor
 * do the usual digits for letters (`V1g1le`). Own words have 4 characters or more: the email and its local part, the
 * name, the site's words, each as a whole and in its parts (`jean.dupont` has `jean` and `dupont`).
 *
 * @example
 * findOwnWord('Dupont2026!', { email: 'jean.dupont@example.org', siteWords: ['Vigile'] }) // 'dupont'
 */
export function findOwnWord(password: string, owner: PasswordOwner): string | undefined {
  const words = listOwnWords(owner)
  return findIn(password, words, fold) ?? findIn(password, words, respell)
}

function findIn(password: string, words: readonly string[], spell: (text: string) => string): string | undefined {
  let rest = spell(password)
  let first: string | undefined
  for (const word of words) {
    const spelled = spell(word)
    if (!rest.includes(spelled)) continue
    first ??= word
    rest = rest.replaceAll(spelled, '')
  }
  const isLittleMore = countCodePoints(rest) < minRestLength || isCommonPassword(rest)
  return isLittleMore ? first : undefined
}

// Longest first, so that `jeanne` goes as a whole and not as `jean` and a rest.
function listOwnWords({ email, name, siteWords }: PasswordOwner): string[] {
  const localPart = email.slice(0, Math.max(0, email.lastIndexOf('@')))
  const words = [email, ...[localPart, name ?? '', ...siteWords].flatMap(takeApart)]
  return [...new Set(words)]
    .filter((word) => countCodePoints(fold(word)) >= minWordLength)
    .sort((one, other) => other.length - one.length)
}

function takeApart(text: string): string[] {
  return [text.trim(), ...(text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []), ...(text.match(/[\p{L}\p{M}]+/gu) ?? [])]
}

function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '')
  return bare.normalize('NFC').toLowerCase()
}

function respell(text: string): string {
  return fold(text).replace(/[01!l34@5$7]/g, (character) => respelled.get(character) ?? character)
}
