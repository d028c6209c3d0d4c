// A provider's key, and ID tokens signed with it: right ones, and those that somebody made up.
import { createHmac, generateKeyPair, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'

export type SigningKey = { readonly kid: string; readonly privateKey: KeyObject; readonly jwk: JsonWebKey }

let made = 0

export const createSigningKey = async (): Promise<SigningKey> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  made += 1
  const kid = `key-${made}`
  return { kid, privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } }
}

type Claims = Readonly<Record<string, unknown>>

export const claimsOf = (idToken: string): Claims =>
  JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Claims

/** Signed as it should be. */
export const signed = (claims: Claims, { kid, privateKey }: SigningKey): string =>
  jws({ alg: 'RS256', kid }, claims, (input) => sign('RSA-SHA256', input, privateKey))

/** Signed by nobody. */
export const unsigned = (claims: Claims): string => jws({ alg: 'none' }, claims, () => Buffer.alloc(0))

/** The public key taken for a shared secret. */
export const signedWithText = (claims: Claims, secret: string): string =>
  jws({ alg: 'HS256' }, claims, (input) => createHmac('sha256', secret).update(input).digest())

const jws = (header: Claims, claims: Claims, signatureOf: (input: Buffer) => Buffer): string => {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${signatureOf(Buffer.from(input)).toString('base64url')}`
}
