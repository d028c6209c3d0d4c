import { calculateJwkThumbprint } from 'jose'
import { expect, test } from 'vitest'
import { jwkOf, parseBoundKey, readPublicKey, thumbprintOf, toBoundKey } from './bound-key.ts'

// RFC 9449 figure 1.
const x = 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs'
const y = '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA'

test('TOK-1 the thumbprint is that of RFC 7638', async () => {
  expect(thumbprintOf({ x, y })).toBe(await calculateJwkThumbprint(jwkOf({ x, y })))
})

test('PROTOCOL bound: a key comes back from the row as it went in; what is no key is a fault', () => {
  expect(parseBoundKey(toBoundKey('dbsc', { x, y }))).toEqual({ kind: 'dbsc', x, y })
  for (const text of ['', `${x}.${y}`, `other.${x}.${y}`]) expect(() => parseBoundKey(text)).toThrow('can not be read')
})

test('S-76 only a public P-256 key in its one spelling is a key', () => {
  const jwk = { kty: 'EC', crv: 'P-256', x, y, ext: true, key_ops: ['verify'] }
  expect(readPublicKey(jwk)).toEqual({ x, y })
  for (const secret of ['d', 'k', 'p', 'q']) expect(readPublicKey({ ...jwk, [secret]: 'x' })).toBe('private')
  expect(readPublicKey({ ...jwk, crv: 'P-384' })).toBeNull()
  expect(readPublicKey({ ...jwk, x: `${x.slice(0, -1)}t` })).toBeNull()
  expect(readPublicKey({ ...jwk, y: `${y}=` })).toBeNull()
  expect(readPublicKey(null)).toBeNull()
})
