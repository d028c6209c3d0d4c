// A proof that the browser made by itself (W3C Device Bound Session Credentials, "DBSC Proof JWT Syntax"), as far as it can be
// judged without a clock, a store or a session.
import { type PublicKey, readPublicKey } from './bound-key.ts'
import type { ProofFault } from './dpop-proof.ts'
import { isSignedBy, readJws } from './read-jws.ts'

export type ReadDbscProof =
  | { readonly ok: true; readonly key: PublicKey; readonly challenge: string }
  | { readonly ok: false; readonly fault: ProofFault }

const no = (fault: ProofFault): ReadDbscProof => ({ ok: false, fault })
const maxChallengeLength = 256

/** A structured string, with or without its quotes: browsers send it bare, the draft quotes it. Parameters are no matter. */
export const readStructuredString = (header: string | null): string | null =>
  /^\s*(?:"([^"\\]*)"|([^";,\s]+))\s*(?:;.*)?$/
    .exec(header ?? '')
    ?.slice(1)
    .find((text) => text !== undefined) ?? null

/**
 * Reads `Secure-Session-Response`. `known`: the key of the session, for a refresh; null for a registration, which alone brings
 * a key. A key that came with a refresh is never looked at.
 */
export const readDbscProof = async (header: string | null, known: PublicKey | null): Promise<ReadDbscProof> => {
  if (header === null || header === '') return no('missing')
  if (header.includes(',')) return no('several')
  const jws = readJws(readStructuredString(header) ?? '')
  if (!jws) return no('malformed')
  const { typ, alg, jwk } = jws.header
  if (typ !== 'dbsc+jwt') return no('type')
  if (alg !== 'ES256') return no('algorithm')
  const key = known ?? readPublicKey(jwk)
  if (key === 'private') return no('private_key')
  if (key === null) return no('key')
  const { jti: challenge } = jws.payload
  if (typeof challenge !== 'string' || challenge.length > maxChallengeLength) return no('malformed')
  return (await isSignedBy(jws, key)) ? { ok: true, key, challenge } : no(known === null ? 'signature' : 'other_key')
}
