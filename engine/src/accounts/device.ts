// The device cookie: which browsers have signed in to an account before. It lists no one: the cookie is random, and what is
// stored is particular to the pair of browser and account.
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'

export const createDeviceToken = (): string => randomToken(32)

/** The token in a cookie, or null where it has not the form: then the browser is a new one. */
export const parseDeviceToken = (text: string | undefined): string | null =>
  text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text) ? text : null

export const deviceHash = (deviceToken: string, accountId: string): string =>
  sha256(`vigile device ${deviceToken} ${accountId}`, 'base64url')
