// One-time codes of an authenticator app (RFC 6238): SHA-1, six digits, 30 seconds, which is what every app can do.
import { Secret, TOTP } from 'otpauth'

/** RFC 4226 section 4: 160 bits. */
const secretBytes = 20
const periodSeconds = 30
/** Clocks of telephones are a little off: the code before and the one after count too (RFC 6238 section 5.2). */
const window = 1

const totpOf = (secret: string, names: { readonly issuer?: string; readonly label?: string } = {}): TOTP =>
  new TOTP({ ...names, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: periodSeconds })

/** 32 characters of base32. */
export const createTotpSecret = (): string => new Secret({ size: secretBytes }).base32

/** What the picture for the app says (`otpauth://totp/…`). It holds the secret. */
export const totpUri = (secret: string, names: { readonly issuer: string; readonly label: string }): string =>
  totpOf(secret, names).toString()

/** The step whose code this is, around `now` (epoch milliseconds), or null where the code is wrong. Codes are compared in constant time. */
export const stepOfCode = (secret: string, code: string, now: number): number | null => {
  // The library compares bytes, and throws where they are more.
  if (!/^[0-9]{6}$/.test(code)) return null
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window })
  return delta === null ? null : Math.floor(now / (periodSeconds * 1000)) + delta
}
