import type { ConfigurationFault } from '../configuration-error.ts'

/** Secrets that were printed somewhere; whoever copies one has none. */
const published = [
  'your-super-secret-key-change-this-in-production',
  'change-me-in-production',
  'changeme',
  'keyboard cat',
  'secret',
]

const minimumCharacters = 64
const minimumBytes = 32

/** Whether a text decodes to at least 32 bytes of hexadecimal or base64: then it may be shorter than 64 characters. */
const holdsEnoughBytes = (secret: string): boolean => {
  if (/^[0-9a-f]+$/i.test(secret)) return secret.length / 2 >= minimumBytes
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(secret) && Buffer.from(secret, 'base64').length >= minimumBytes
}

/** A repeated or counted-up text is no secret, however long it is. */
const looksMadeByHand = (secret: string): boolean => new Set(secret).size < 12

/** OPS-1: what is wrong with these secrets in production; in development only their absence is. */
export const checkSecrets = (
  secrets: readonly string[],
  production: boolean,
  setting = 'VIGILE_SECRET',
): readonly ConfigurationFault[] => {
  const right = 'make one with `openssl rand -base64 48`'
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0)) {
    return [{ setting, wrong: 'no secret is set, or one of the list is empty', right }]
  }
  if (!production) return []
  return secrets.flatMap((secret, index) => {
    const which = secrets.length === 1 ? 'the secret' : `secret ${index + 1} of ${secrets.length}`
    if (published.some((example) => secret.toLowerCase().includes(example) && secret.length < example.length + 16)) {
      return [{ setting, wrong: `${which} is a published example`, right }]
    }
    if (secret.length < minimumCharacters && !holdsEnoughBytes(secret)) {
      return [
        { setting, wrong: `${which} has under ${minimumCharacters} characters and under ${minimumBytes} bytes`, right },
      ]
    }
    return looksMadeByHand(secret) ? [{ setting, wrong: `${which} repeats a few characters`, right }] : []
  })
}
