// A compact JWS of the one form that proofs have: ES256, its type said, its parts JSON. Nothing in it is believed yet.
import { compactVerify, errors, importJWK } from 'jose'
import { jwkOf, type PublicKey } from './bound-key.ts'

/** The longest text that is still looked at. */
const maxLength = 4096

export type Jws = {
  readonly text: string
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

const readPart = (part: string | undefined): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

export const readJws = (text: string): Jws | null => {
  const parts = text.length <= maxLength ? text.split('.') : []
  const [header, payload] = [readPart(parts[0]), readPart(parts[1])]
  return parts.length === 3 && header && payload ? { text, header, payload } : null
}

/** Whether the key signed it. The algorithm is fixed here, never by the header. */
export const isSignedBy = async (jws: Jws, key: PublicKey): Promise<boolean> => {
  try {
    await compactVerify(jws.text, await importJWK(jwkOf(key), 'ES256'), { algorithms: ['ES256'] })
    return true
  } catch (error) {
    // A point that is not on the curve is refused at import (DataError); nothing else of ours can throw here.
    if (error instanceof errors.JOSEError || error instanceof DOMException || error instanceof TypeError) return false
    throw error
  }
}
