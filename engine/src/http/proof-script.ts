// The bounce page's part of a bound session: the client's key, where there is one, and a proof of it (RFC 9449 section 4.2).
// Name and shape of the store are those of the client (client/src/binding/device-key.ts).
export const proofScript = `
  const encode = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const utf8 = (text) => new TextEncoder().encode(text)
  let hasNoKey = false
  const deviceKey = () => new Promise((done) => {
    const opening = indexedDB.open(app + ':binding', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys')
    opening.onerror = () => done()
    opening.onsuccess = () => {
      const get = opening.result.transaction('keys').objectStore('keys').get('device')
      get.onerror = () => done()
      get.onsuccess = () => { opening.result.close(); hasNoKey = !get.result; done(get.result) }
    }
  })
  const proofOf = async (keys, method, url, nonce) => {
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } }
    const jti = encode(crypto.getRandomValues(new Uint8Array(16)))
    const payload = { jti, htm: method, htu: url, iat: Math.floor(Date.now() / 1000), ...(nonce ? { nonce } : {}) }
    const text = [header, payload].map((part) => encode(utf8(JSON.stringify(part)))).join('.')
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, utf8(text))
    return text + '.' + encode(new Uint8Array(signature))
  }
  let nonce = ''
  const proven = async (method, path, options) => {
    const keys = await deviceKey().catch(() => undefined)
    const attempt = async () => {
      const proof = keys && await proofOf(keys, method, location.origin + authPath + path, nonce)
      const response = await fetch(authPath + path, proof ? { ...options, headers: { ...options.headers, DPoP: proof } } : options)
      const used = nonce
      nonce = response.headers.get('DPoP-Nonce') || nonce
      return { response, again: keys && response.status === 401 && nonce !== used }
    }
    const { response, again } = await attempt()
    return again ? (await attempt()).response : response
  }
`
