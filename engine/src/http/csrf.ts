// CSRF tokens: signed, and bound to the session, so that a cookie planted by a sub-domain is refused (CSRF-1).
import type { DerivedKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import { equalInConstantTime } from '../primitives/constant-time.ts'
import { hmacSha256 } from '../primitives/hash.ts'
import type { SessionId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'

const form = /^([A-Za-z0-9_-]{11})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

/** Bound to a session; null is bound to "no session" and authorises nothing. */
export type CsrfBinding = SessionId | null

const mac = (key: DerivedKeys, nonce: string, binding: CsrfBinding) =>
  hmacSha256(key.csrf, `csrf.${nonce}.${binding ?? ''}`)

/** `keyId.nonce.MAC(nonce, session)`: the nonce makes each token a new one (BREACH). */
export const createCsrfToken = (key: DerivedKeys, binding: CsrfBinding): string => {
  const nonce = randomToken(16)
  return `${key.id}.${nonce}.${mac(key, nonce, binding)}`
}

/** What a token is bound to can be asked, not read. */
export type CsrfProof = { isBoundTo(binding: CsrfBinding): boolean }

const noProof: CsrfProof = { isBoundTo: () => false }

/**
 * Reads the header and the cookies (double submit): the proof holds for nothing unless the header's token also came as a
 * cookie. A key id that this node does not know proves nothing: the client fetches a new token.
 */
export const readCsrf = async (
  keyring: Pick<Keyring, 'find'>,
  header: string | null,
  cookies: readonly string[],
): Promise<CsrfProof> => {
  const match = header === null ? null : form.exec(header)
  if (!match || !cookies.some((cookie) => equalInConstantTime(cookie, header as string))) return noProof
  const [, keyId, nonce, given] = match as unknown as [string, string, string, string]
  const key = await keyring.find(keyId)
  return key ? { isBoundTo: (binding) => equalInConstantTime(mac(key, nonce, binding), given) } : noProof
}
