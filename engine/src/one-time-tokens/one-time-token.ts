// Tokens of links that are sent by mail (ACC-4): 256 random bits, hashed where they are stored.
import type { Brand } from '../primitives/brand.ts'
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'
import type { Purpose } from './store.ts'

/** 43 base64url characters. */
export type OneTimeToken = Brand<string, 'OneTimeToken'>

const minute = 60_000

/** How long a link is good: as long as people need, and no longer. */
export const lifeMs: Readonly<Record<Purpose, number>> = {
  verify_email: 24 * 60 * minute,
  change_email: 60 * minute,
  reset_password: 60 * minute,
  magic_link: 10 * minute,
  // People are on holiday; and it opens nothing, it only shuts.
  not_me: 7 * 24 * 60 * minute,
  // That of a letter is good until the deletion.
  keep_account: 10 * minute,
}

export const createOneTimeToken = (): OneTimeToken => randomToken(32) as OneTimeToken

/** The token in a text, or null where the text has not its form. */
export const parseOneTimeToken = (text: string): OneTimeToken | null =>
  /^[A-Za-z0-9_-]{43}$/.test(text) ? (text as OneTimeToken) : null

/** What is stored. The purpose is part of it: a token for one thing is unknown everywhere else. */
export const oneTimeTokenHash = (purpose: Purpose, token: OneTimeToken): string =>
  sha256(`vigile one-time ${purpose} ${token}`, 'base64url')
