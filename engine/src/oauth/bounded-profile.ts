// What a provider said of a person, cut to what is stored: others' text is never trusted to be short, plain or an address.
import type { Profile } from './provider.ts'

/** As it was said: anything may be missing, and anything may be something else. */
export type SaidProfile = { readonly [Field in keyof Profile]?: unknown }

/**
 * Throws where nothing says who it is: a subject of 1 to 255 characters, or a whole number. All else is null where it makes no sense.
 *
 * @example
 * boundedProfile({ subject: 583231, name: ' Ada\n', email: 'ada@example.com' })
 * // { subject: '583231', email: 'ada@example.com', emailVerified: false, name: 'Ada', image: null, label: null }
 */
export const boundedProfile = (said: SaidProfile): Profile => {
  const email = emailOf(said.email)
  return {
    subject: subjectOf(said.subject),
    email,
    emailVerified: email !== null && said.emailVerified === true,
    name: lineOf(said.name, 200),
    image: imageOf(said.image),
    label: lineOf(said.label, 100),
  }
}

/** Whatever would write more than a line of text: controls, halves of pairs, overrides of direction. */
const notText = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const hasNotText = new RegExp(notText.source, 'u')

const subjectOf = (value: unknown): string => {
  const subject = Number.isSafeInteger(value) ? String(value) : value
  if (typeof subject === 'string' && subject.length >= 1 && subject.length <= 255 && !hasNotText.test(subject))
    return subject
  throw new Error('the provider does not say who this is')
}

/** RFC 5321 4.5.3.1: longer ones are none. It is read as an address elsewhere. */
const emailOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length >= 3 && value.length <= 320 && !hasNotText.test(value) ? value : null

const lineOf = (value: unknown, maxLength: number): string | null => {
  if (typeof value !== 'string') return null
  const line = value
    .slice(0, 4 * maxLength)
    .replace(notText, '')
    .trim()
  // A pair that the end cuts in two is dropped as well.
  return (
    line
      .slice(0, maxLength)
      .replace(/[\ud800-\udbff]$/, '')
      .trim() || null
  )
}

const imageOf = (value: unknown): string | null => {
  const url = typeof value === 'string' && value.length <= 2048 ? URL.parse(value) : null
  const isImage = url?.protocol === 'https:' && !url.username && !url.password && url.href.length <= 2048
  return isImage ? url.href : null
}
