// The key that a session is bound to: P-256, as a public JWK, as its thumbprint, and as text in the session's row.
import type { Brand } from '../primitives/brand.ts'
import { sha256 } from '../primitives/hash.ts'

/**
 * How the browser proves the key: by script (RFC 9449), or by itself (W3C Device Bound Session Credentials). `registered`: it
 * is to do so by itself, and has not yet.
 */
export type KeyKind = 'dpop' | 'dbsc' | 'registered'
export type PublicKey = { readonly x: string; readonly y: string }
/** `kind.x.y`. */
export type BoundKey = Brand<string, 'BoundKey'>

const coordinate = /^[A-Za-z0-9_-]{43}$/
const form = /^(dpop|dbsc|registered)\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/
/** Members that only a private or a symmetric key has (RFC 7518 section 6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** One key has one spelling, so that it has one thumbprint. */
const isCoordinate = (value: unknown): value is string =>
  typeof value === 'string' && coordinate.test(value) && Buffer.from(value, 'base64url').toString('base64url') === value

/** The key of a JWK; `private` where more came than may ever leave the device; null where it is no P-256 key. */
export const readPublicKey = (jwk: unknown): PublicKey | 'private' | null => {
  if (typeof jwk !== 'object' || jwk === null) return null
  if (secretMembers.some((member) => member in jwk)) return 'private'
  const { kty, crv, x, y } = jwk as Record<string, unknown>
  return kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y) ? { x, y } : null
}

export const jwkOf = ({ x, y }: PublicKey) => ({ crv: 'P-256', kty: 'EC', x, y })

export const toBoundKey = (kind: KeyKind, { x, y }: PublicKey): BoundKey => `${kind}.${x}.${y}` as BoundKey

/** What a row says. Throws where it says something else: a session whose key can't be read is not an unbound one. */
export const parseBoundKey = (text: string): PublicKey & { readonly kind: KeyKind } => {
  const [, kind, x, y] = form.exec(text) ?? []
  if (!kind || !x || !y) throw new Error('the key of a bound session can not be read')
  return { kind: kind as KeyKind, x, y }
}

/** Whether the browser itself is to prove the key: no script of a page can. */
export const isProvenByBrowser = (boundKey: string | null): boolean =>
  boundKey !== null && parseBoundKey(boundKey).kind !== 'dpop'

/** RFC 7638: SHA-256 of the required members, in the order of their names. */
export const thumbprintOf = (key: PublicKey): string => sha256(JSON.stringify(jwkOf(key)), 'base64url')

/**
 * What `cnf.jkt` of a bound session's access tokens says (RFC 9449 section 6.1); undefined where it is not bound, and before the
 * first proof of its key: who copied an access cookie until then holds none of a proven key.
 */
export const confirmationOf = (boundKey: string | null): string | undefined => {
  if (boundKey === null) return undefined
  const { kind, ...key } = parseBoundKey(boundKey)
  return kind === 'registered' ? undefined : thumbprintOf(key)
}
