// Stands in for Vigile where a test has to hold the private keys: it publishes keys, and signs whatever it is told.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const issuer = 'https://hours.example.com'

export type Key = { readonly id: string; readonly privateKey: KeyObject; readonly jwk: Record<string, unknown> }

let made = 0
export const makeKey = (): Key => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const id = `key-${++made}`
  return { id, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'EdDSA', use: 'sig' } }
}

export const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** An access token as Vigile makes it (engine/src/sessions/access-token.ts), but for what is given. `undefined` leaves out. */
export const signToken = (key: Key, claims: object = {}, header: object = {}): string => {
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    iss: issuer,
    aud: issuer,
    sub: 'ada',
    sid: 'session',
    gen: 0,
    seq: 0,
    jti: 'x',
    iat: now,
    exp: now + 900,
  }
  const text = `${encode({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt', ...header })}.${encode({ ...usual, ...claims })}`
  return `${text}.${sign(null, Buffer.from(text), key.privateKey).toString('base64url')}`
}

export const openKeyServer = async (published: Key[]) => {
  let asked = 0
  let down = false
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(down ? 503 : 200, { 'Content-Type': 'application/json' })
    response.end(down ? '{}' : JSON.stringify({ keys: published.map(({ jwk }) => jwk) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    asked: () => asked,
    setDown: (value: boolean) => {
      down = value
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

export type KeyServer = Awaited<ReturnType<typeof openKeyServer>>
