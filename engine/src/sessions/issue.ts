// Begins a session and makes the tokens that go with it.
import { type BoundKey, confirmationOf } from '../binding/bound-key.ts'
import { createSessionId, type SessionId, type UserId } from '../primitives/ids.ts'
import type { AccessTokens } from './access-token.ts'
import type { SessionPolicy } from './policy.ts'
import { deriveRefreshToken, type Fingerprint, fingerprintOf, type RefreshToken } from './refresh-token.ts'
import type { SessionRow } from './store.ts'

/** Where a session began. */
export type Origin = { readonly ip: string | null; readonly userAgent: string | null }

/** A session row of generation 0. Nothing is stored yet. */
export const newSession = (
  policy: SessionPolicy,
  input: {
    readonly userId: UserId
    /** The newest MAC key. */
    readonly keyId: string
    readonly now: number
    readonly origin: Origin
    readonly replaces: SessionId | null
    readonly boundKey?: BoundKey | null
    readonly authenticatedAt?: number
    readonly secondFactor?: boolean
  },
): SessionRow => {
  const { userId, keyId, now, origin, replaces, boundKey = null, authenticatedAt = now, secondFactor = false } = input
  const { idleSeconds, absoluteSeconds } = policy
  return {
    id: createSessionId(),
    userId,
    generation: 0,
    issue: 0,
    winner: null,
    previousWinner: null,
    rotatedAt: now,
    issuedAt: now,
    durable: false,
    keyId,
    boundKey,
    replaces,
    idleExpiresAt: now + Math.min(idleSeconds, absoluteSeconds) * 1000,
    expiresAt: now + absoluteSeconds * 1000,
    revokedAt: null,
    revokedReason: null,
    createdAt: now,
    authenticatedAt,
    secondFactor,
    lastUsedAt: now,
    ip: origin.ip,
    userAgent: origin.userAgent?.slice(0, 512) ?? null,
  }
}

/** TOK-1: a copied access cookie of a bound session ends with its token. */
const boundAccessSeconds = 300

export type AccessGrant = { readonly accessToken: string; readonly accessExpiresAt: number }
export type RefreshGrant = { readonly refreshToken: RefreshToken; readonly fingerprint: Fingerprint }

/**
 * A new access token of (generation, issue), which never outlives the idle or absolute end. Its end is a whole second, as
 * `exp` is: what is derived from it (COOK-6) does not outlive the token either.
 */
export const grantAccess = async (
  deps: { readonly accessTokens: AccessTokens; readonly policy: SessionPolicy },
  session: SessionRow,
  now: number,
): Promise<AccessGrant> => {
  const { idleExpiresAt, expiresAt } = session
  const boundTo = confirmationOf(session.boundKey)
  const { accessSeconds } = deps.policy
  const life = (session.boundKey === null ? accessSeconds : Math.min(accessSeconds, boundAccessSeconds)) * 1000
  const end = Math.floor(Math.min(now + life, idleExpiresAt, expiresAt) / 1000) * 1000
  const accessToken = await deps.accessTokens.sign(
    {
      userId: session.userId,
      sessionId: session.id,
      generation: session.generation,
      issue: session.issue,
      authenticatedAt: session.authenticatedAt,
      expiresAt: end,
      ...(boundTo === undefined ? {} : { boundTo }),
    },
    now,
  )
  return { accessToken, accessExpiresAt: end }
}

/** The refresh token of (generation, issue), derived with the key that the session names. */
export const grantRefresh = (
  key: { readonly id: string; readonly mac: Uint8Array },
  session: SessionRow,
): RefreshGrant => {
  const refreshToken = deriveRefreshToken(
    { id: key.id, key: key.mac },
    { sessionId: session.id, generation: session.generation, issue: session.issue },
  )
  return { refreshToken, fingerprint: fingerprintOf(refreshToken) }
}
