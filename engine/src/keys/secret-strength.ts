import type { ConfigurationFault } from '../configuration-error.ts'
import { fault } from '../messages/fault.ts'

/** Secrets that were printed somewhere, the longest first; whoever copies one has none, however often. */
const published = [
  'your-super-secret-key-change-this-in-production',
  'a-string-secret-at-least-256-bits-long',
  'change-me-in-production',
  'your-256-bit-secret',
  'keyboard cat',
  'changeme',
  'secret',
]
/** What is added to an example must be a secret by itself. */
const leastBesideExample = 32

/** So many at most: the absolute life divided by any sensible rotation is far fewer. */
export const maxSecrets = 32
const minimumCharacters = 64
const minimumBytes = 32

/** Whether a text decodes to at least 32 bytes of hexadecimal or base64: then it may be shorter than 64 characters. */
const holdsEnoughBytes = (secret: string): boolean => {
  if (/^[0-9a-f]+$/i.test(secret)) return secret.length / 2 >= minimumBytes
  // Of small letters alone it is a sentence without spaces.
  const isMixed = /[a-z]/.test(secret) && /[A-Z]/.test(secret)
  return isMixed && /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret) && Buffer.from(secret, 'base64').length >= minimumBytes
}

const isPublished = (secret: string): boolean => {
  const text = secret.toLowerCase()
  const rest = published.reduce((left, example) => left.replaceAll(example, ''), text)
  return rest.length < text.length && rest.length < leastBesideExample
}

/** A repeated text is no secret, however long it is. */
const isRepeated = (secret: string): boolean => new Set(secret).size < 12 || periodOf(secret) < minimumBytes

/** After how many characters it begins anew; its length where it never does. */
const periodOf = (text: string): number => {
  for (let period = 1; period <= text.length / 2; period += 1) if (text.startsWith(text.slice(period))) return period
  return text.length
}

/** Of random text a fifth of all characters at most are beside the one before. */
const isCountedUp = (secret: string): boolean => {
  const steps = [...secret].slice(1).map((character, index) => character.charCodeAt(0) - secret.charCodeAt(index))
  return steps.filter((step) => Math.abs(step) <= 1).length > steps.length / 2
}

/** OPS-1: what is wrong with these secrets in production; in development only their absence is. */
export const checkSecrets = (
  secrets: readonly string[],
  production: boolean,
  setting = 'VIGILE_SECRET',
): readonly ConfigurationFault[] => {
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0)) return [fault(setting, 'no_secret')]
  if (secrets.length > maxSecrets) return [fault(setting, 'many_secrets', { most: maxSecrets })]
  if (!production) return []
  return secrets.flatMap((secret, index) => {
    const which =
      secrets.length === 1
        ? { phrase: 'the_secret' }
        : { phrase: 'secret_of', values: { index: index + 1, number: secrets.length } }
    if (isPublished(secret)) return [fault(setting, 'published_secret', { which })]
    if (secret.length < minimumCharacters && !holdsEnoughBytes(secret))
      return [fault(setting, 'short_secret', { which, characters: minimumCharacters, bytes: minimumBytes })]
    if (isRepeated(secret)) return [fault(setting, 'repeated_secret', { which })]
    return isCountedUp(secret) ? [fault(setting, 'counted_secret', { which })] : []
  })
}
