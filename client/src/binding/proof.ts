// A proof of this browser's key for one request (RFC 9449 section 4.2).

const encoder = new TextEncoder()
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const part = (value: object): string => base64url(encoder.encode(JSON.stringify(value)))

/** The access token that a request carries bound to the key (RFC 9449 section 7.1); undefined where it carries none. */
export const tokenOf = (request: Request): string | undefined =>
  /^DPoP (.+)$/.exec(request.headers.get('Authorization') ?? '')?.[1]

/** `nonce`: the one that the server gave last; empty before the first. */
export async function proofOf(keys: CryptoKeyPair, request: Request, nonce: string): Promise<string> {
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  const { origin, pathname } = new URL(request.url)
  const header = part({ typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } })
  const token = tokenOf(request)
  const payload = part({
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: request.method,
    htu: origin + pathname,
    iat: Math.floor(Date.now() / 1000),
    ...(nonce && { nonce }),
    ...(token && { ath: base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token)))) }),
  })
  const text = `${header}.${payload}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, encoder.encode(text))
  return `${text}.${base64url(new Uint8Array(signature))}`
}
