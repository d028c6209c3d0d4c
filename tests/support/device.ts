// A browser's key in software, and the proofs that it makes (RFC 9449): right ones, and wrong ones to order.
import { createHash } from 'node:crypto'
import type { Ask, Reply, Visitor } from './visitor.ts'

export type Wrong = {
  readonly header?: Record<string, unknown>
  readonly payload?: Record<string, unknown>
  readonly key?: CryptoKey
}

export type Device = {
  readonly jwk: JsonWebKey
  readonly privateJwk: JsonWebKey
  readonly thumbprint: string
  /** The nonce that the server gave last. */
  nonce(): string | undefined
  proof(method: string, url: string, wrong?: Wrong): Promise<string>
  /** Sends with a proof, and once more where a nonce was lacking, as the browser's client does. */
  send(visitor: Visitor, method: string, path: string, ask?: Ask, wrong?: Wrong): Promise<Reply>
  post(visitor: Visitor, path: string, body?: unknown, ask?: Ask): Promise<Reply>
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const signed = async (header: object, payload: object, key: CryptoKey): Promise<string> => {
  const text = `${part(header)}.${part(payload)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(text))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}

export const createDevice = async (publicUrl: string): Promise<Device> => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const jwk = { kty, crv, x, y } as JsonWebKey
  const privateJwk = await crypto.subtle.exportKey('jwk', privateKey)
  const required = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
  let nonce: string | undefined
  let count = 0

  const proof = (method: string, url: string, { header = {}, payload = {}, key = privateKey }: Wrong = {}) => {
    count += 1
    const claims = { htm: method, htu: url, jti: `proof-${count}-${Math.random()}`, nonce, iat: 1_000, ...payload }
    return signed({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header }, claims, key)
  }
  const once = async (visitor: Visitor, method: string, path: string, ask: Ask, wrong: Wrong) => {
    const dpop = await proof(method, `${publicUrl}${path}`, wrong)
    const reply = await visitor.send(method, path, { ...ask, headers: { ...ask.headers, dpop } })
    const fresh = reply.headers.get('dpop-nonce')
    const isRefused = reply.body?.code === 'proof_required' && fresh !== nonce
    nonce = fresh ?? nonce
    return { reply, again: isRefused && reply.headers.get('www-authenticate')?.includes('use_dpop_nonce') }
  }
  const send: Device['send'] = async (visitor, method, path, ask = {}, wrong = {}) => {
    const { reply, again } = await once(visitor, method, path, ask, wrong)
    return again ? (await once(visitor, method, path, ask, wrong)).reply : reply
  }
  return {
    jwk,
    privateJwk,
    thumbprint: createHash('sha256').update(required).digest('base64url'),
    nonce: () => nonce,
    proof,
    send,
    post: (visitor, path, body = {}, ask = {}) => send(visitor, 'POST', `/api/auth${path}`, { body, ...ask }),
  }
}
