// The access token: a signed JWT (RFC 9068) that any language can verify by the published keys.
import { sign } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { SigningKey } from '../keys/held-signing-keys.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Clock } from '../primitives/clock.ts'
import { parseSessionId, parseUserId, type SessionId, type UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'

/** RFC 9068 section 2.1. An ID token or another JWT of the same keys is refused by it (S-75). */
const tokenType = 'at+jwt'
/** The longest text that is still looked at. */
const maxLength = 2048
/** So many verified tokens are remembered; the oldest go first. */
const maxRemembered = 50_000

export type AccessClaims = {
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly generation: number
  readonly issue: number
  readonly authenticatedAt: number
  readonly issuedAt: number
  readonly expiresAt: number
  /** Thumbprint of the key that the session is bound to (RFC 9449 section 6.1). */
  readonly boundTo?: string
}

export type AccessTokens = {
  /** Signs a token. `expiresAt` is already bounded by the session's ends. */
  sign(claims: Omit<AccessClaims, 'issuedAt'>, now: number): Promise<string>
  /** The claims, or null where the token is forged, foreign, malformed or expired: more than `overSeconds` ago (0) where given. */
  verify(token: string, overSeconds?: number): Promise<AccessClaims | null>
}

const readClaims = (payload: JWTPayload): AccessClaims | null => {
  const userId = parseUserId(payload.sub ?? '')
  const sessionId = typeof payload.sid === 'string' ? parseSessionId(payload.sid) : null
  const { gen, seq, auth_time: authTime, iat, exp, cnf } = payload as Record<string, unknown>
  const boundTo = (cnf as { readonly jkt?: string } | undefined)?.jkt
  const numbers = [gen, seq, authTime, iat, exp]
  if (!userId || !sessionId || !numbers.every((value) => typeof value === 'number' && Number.isSafeInteger(value)))
    return null
  const [generation, issue, authenticatedAt, issuedAt, expiresAt] = numbers as [number, number, number, number, number]
  return {
    userId,
    sessionId,
    generation,
    issue,
    authenticatedAt: authenticatedAt * 1000,
    issuedAt: issuedAt * 1000,
    expiresAt: expiresAt * 1000,
    ...(boundTo === undefined ? {} : { boundTo }),
  }
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** RFC 7515 section 5.1. Not by a library, whose way leads through a thread and back: 36 µs of CPU instead of 73. */
const signJws = ({ id, algorithm, privateKey }: SigningKey, claims: object): string => {
  const text = `${encode({ alg: algorithm, kid: id, typ: tokenType })}.${encode(claims)}`
  const bytes = Buffer.from(text)
  // RFC 7518 section 3.4: ECDSA's two numbers side by side, not in DER. Ed25519 hashes by itself; its key alone is 13 µs less.
  const signature =
    algorithm === 'ES256'
      ? sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      : sign(null, bytes, privateKey)
  return `${text}.${signature.toString('base64url')}`
}

const keyIdOf = (token: string): string | null => {
  try {
    return decodeProtectedHeader(token).kid ?? null
  } catch {
    return null
  }
}

export const createAccessTokens = (deps: {
  readonly signingKeys: Pick<SigningKeys, 'current' | 'find'>
  readonly clock: Clock
  readonly issuer: string
  readonly audience: string
}): AccessTokens => {
  const { signingKeys, clock, issuer, audience } = deps
  const remembered = new Map<string, AccessClaims>()

  const check = async (token: string, kid: string, overSeconds: number): Promise<AccessClaims | null> => {
    // The key is chosen by id among ours and fixes the algorithm; `jku`, `x5u`, `jwk` are never read (RFC 8725 section 3.1).
    const key = await signingKeys.find(kid)
    if (!key) return null
    try {
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: [key.algorithm],
        typ: tokenType,
        issuer,
        audience,
        requiredClaims: ['sub', 'iat', 'exp', 'jti'],
        currentDate: new Date(clock.now()),
        clockTolerance: overSeconds,
      })
      return readClaims(payload)
    } catch (error) {
      if (error instanceof errors.JOSEError) return null
      throw error
    }
  }

  const remember = (token: string, claims: AccessClaims) => {
    if (remembered.size >= maxRemembered) {
      const oldest = remembered.keys().next().value
      if (oldest !== undefined) remembered.delete(oldest)
    }
    remembered.set(token, claims)
  }

  return {
    sign: async (claims, now) => {
      const key = await signingKeys.current()
      return signJws(key, {
        sid: claims.sessionId,
        gen: claims.generation,
        seq: claims.issue,
        auth_time: Math.floor(claims.authenticatedAt / 1000),
        ...(claims.boundTo === undefined ? {} : { cnf: { jkt: claims.boundTo } }),
        iss: issuer,
        aud: audience,
        sub: claims.userId,
        iat: Math.floor(now / 1000),
        exp: Math.floor(claims.expiresAt / 1000),
        jti: randomToken(12),
      })
    },
    verify: async (token, overSeconds = 0) => {
      if (token.length > maxLength) return null
      const known = remembered.get(token)
      if (known) {
        if (known.expiresAt + overSeconds * 1000 > clock.now()) return known
        remembered.delete(token)
        return null
      }
      const kid = keyIdOf(token)
      const claims = kid === null ? null : await check(token, kid, overSeconds)
      if (claims && claims.expiresAt > clock.now()) remember(token, claims)
      return claims
    },
  }
}
