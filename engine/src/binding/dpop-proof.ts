// A DPoP proof (RFC 9449 section 4.3), as far as it can be judged by itself: without a clock, a store or a session.
import { sha256 } from '../primitives/hash.ts'
import { type PublicKey, readPublicKey } from './bound-key.ts'
import { isSignedBy, readJws } from './read-jws.ts'

/** Why a proof is none. After `nonce` the browser asks for a new one and proves again. */
export type ProofFault =
  | 'missing'
  | 'several'
  | 'malformed'
  | 'type'
  | 'algorithm'
  | 'key'
  | 'private_key'
  | 'method'
  | 'url'
  | 'token'
  | 'signature'
  | 'nonce'
  | 'replayed'
  | 'other_key'
  /** The browser itself proves this session, at an endpoint of its own: a script that asks for it did nothing wrong. */
  | 'kept'
  /** The browser no longer proves the session that it once did. */
  | 'unkept'

/** What a proof must be about. `accessToken`: the one that came in `Authorization: DPoP`, or null. */
export type ProofOf = { readonly method: string; readonly url: string; readonly accessToken: string | null }

export type DpopProof = { readonly key: PublicKey; readonly jti: string; readonly nonce: string }

export type ReadProof =
  | { readonly ok: true; readonly proof: DpopProof }
  | { readonly ok: false; readonly fault: ProofFault }

const no = (fault: ProofFault): ReadProof => ({ ok: false, fault })

/** Reads the `DPoP` header. Two headers arrive as one with a comma, which no JWS has. */
export const readDpopProof = async (header: string | null, about: ProofOf): Promise<ReadProof> => {
  if (header === null || header === '') return no('missing')
  if (header.includes(',')) return no('several')
  const jws = readJws(header)
  if (!jws) return no('malformed')
  const { typ, alg, jwk } = jws.header
  if (typ !== 'dpop+jwt') return no('type')
  if (alg !== 'ES256') return no('algorithm')
  const key = readPublicKey(jwk)
  if (key === 'private') return no('private_key')
  if (key === null) return no('key')
  const { htm, htu, jti, iat, ath, nonce = '' } = jws.payload
  if (htm !== about.method) return no('method')
  if (!isSameUrl(htu, about.url)) return no('url')
  if (!isToken(jti, 128) || jti === '' || !isToken(nonce, 256) || !Number.isSafeInteger(iat)) return no('malformed')
  if (about.accessToken !== null && ath !== sha256(about.accessToken, 'base64url')) return no('token')
  if (!(await isSignedBy(jws, key))) return no('signature')
  return { ok: true, proof: { key, jti, nonce } }
}

const isToken = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value.length <= maxLength

/** RFC 9449 section 4.3: compared after normalisation, without query and fragment. */
const isSameUrl = (given: unknown, url: string): boolean => {
  const [a, b] = [typeof given === 'string' ? URL.parse(given) : null, URL.parse(url)]
  return a !== null && b !== null && a.origin === b.origin && a.pathname === b.pathname && a.username === ''
}
