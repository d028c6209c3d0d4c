import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

/** SHA-256 of a text (UTF-8). */
export const sha256 = (text: string, encoding: 'hex' | 'base64url'): string => hash('sha256', text, encoding)

/** Keys as Node wants them: to make one anew for each MAC takes 10 of its 12 µs. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>()

/** HMAC-SHA-256 of a text (UTF-8) as base64url: 43 characters. The bytes of a key must not change once it was used. */
export const hmacSha256 = (key: Uint8Array, text: string): string => {
  let keyObject = keyObjects.get(key)
  if (!keyObject) {
    keyObject = createSecretKey(key)
    keyObjects.set(key, keyObject)
  }
  return createHmac('sha256', keyObject).update(text).digest('base64url')
}
