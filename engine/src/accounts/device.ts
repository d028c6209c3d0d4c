// The device cookie: which browsers have signed in to an account before. It lists no one: the cookie is random, and what is
// stored is particular to the pair of browser and account.
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'

export const createDeviceToken = (): string => randomToken(32)

/** More than the 16 KiB of headers hold that the server reads. Beyond so many they are not looked at. */
const maxTokens = 300

/** The tokens among the cookies of that name: anyone who can plant a cookie must not hide the browser's own (LIM-7). */
export const parseDeviceTokens = (cookies: readonly string[]): readonly string[] =>
  cookies.filter((text) => /^[A-Za-z0-9_-]{43}$/.test(text)).slice(0, maxTokens)

export const deviceHash = (deviceToken: string, accountId: string): string =>
  sha256(`vigile device ${deviceToken} ${accountId}`, 'base64url')
