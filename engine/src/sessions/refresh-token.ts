// The refresh token: `v1.kid.sid.g.i.MAC`. Nothing of it is stored; any of them can be derived again (PROTOCOL.md, "State").
import type { Brand } from '../primitives/brand.ts'
import { equalInConstantTime } from '../primitives/constant-time.ts'
import { hmacSha256, sha256 } from '../primitives/hash.ts'
import { parseSessionId, type SessionId } from '../primitives/ids.ts'

export type RefreshToken = Brand<string, 'RefreshToken'>
/** The first 16 hexadecimal digits of the SHA-256 of a refresh token. */
export type Fingerprint = Brand<string, 'Fingerprint'>

export type MacKey = { readonly id: string; readonly key: Uint8Array }

export type TokenClaims = { readonly sessionId: SessionId; readonly generation: number; readonly issue: number }

export type ParsedRefreshToken = TokenClaims & { readonly keyId: string; readonly token: RefreshToken }

// Numbers are canonical (no leading zero) and at most nine digits, so one token has one spelling and stays a safe integer.
const form = /^v1\.([A-Za-z0-9_-]{11})\.([A-Za-z0-9_-]{22})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.([A-Za-z0-9_-]{43})$/

/** The longest text that is still looked at. */
const maxLength = 128

/** The token of (session, generation, issue) under a MAC key. The same input gives the same token. */
export const deriveRefreshToken = (mac: MacKey, { sessionId, generation, issue }: TokenClaims): RefreshToken => {
  const fields = `v1.${mac.id}.${sessionId}.${generation}.${issue}`
  return `${fields}.${hmacSha256(mac.key, fields)}` as RefreshToken
}

/** Splits a token without believing it; null where it has not the form. */
export const parseRefreshToken = (text: string): ParsedRefreshToken | null => {
  const match = text.length <= maxLength ? form.exec(text) : null
  if (!match) return null
  const [, keyId, sid, generation, issue] = match as unknown as [string, string, string, string, string]
  const sessionId = parseSessionId(sid)
  if (!sessionId) return null
  return { keyId, sessionId, generation: Number(generation), issue: Number(issue), token: text as RefreshToken }
}

/** Whether the token was made with this key. */
export const verifyRefreshToken = (mac: MacKey, parsed: ParsedRefreshToken): boolean =>
  equalInConstantTime(deriveRefreshToken(mac, parsed), parsed.token)

export const fingerprintOf = (token: string): Fingerprint => sha256(token, 'hex').slice(0, 16) as Fingerprint
