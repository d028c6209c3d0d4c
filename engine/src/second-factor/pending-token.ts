// The token of a sign-in that waits for its second factor: 256 random bits in a cookie, hashed where it is stored.
import type { Brand } from '../primitives/brand.ts'
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'

/** 43 base64url characters. */
export type PendingToken = Brand<string, 'PendingToken'>

/** How long the second factor may take. */
export const pendingLifeMs = 10 * 60_000

export const createPendingToken = (): PendingToken => randomToken(32) as PendingToken

/** More than the 16 KiB of headers hold that the server reads. Beyond so many they are not looked at. */
const maxTokens = 300

/** The tokens among the cookies of that name: who can plant one must not hide the browser's own. */
export const parsePendingTokens = (cookies: readonly string[]): readonly PendingToken[] =>
  cookies.filter((text): text is PendingToken => /^[A-Za-z0-9_-]{43}$/.test(text)).slice(0, maxTokens)

export const pendingTokenHash = (token: PendingToken): string => sha256(`vigile pending ${token}`, 'base64url')
