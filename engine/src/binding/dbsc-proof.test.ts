import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { type PublicKey, readPublicKey } from './bound-key.ts'
import { readDbscProof, readStructuredString } from './dbsc-proof.ts'

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = await exportJWK(publicKey)
const key = readPublicKey(jwk) as PublicKey
const another = await generateKeyPair('ES256')

const sign = (header: object = {}, payload: object = {}, by = privateKey) =>
  new SignJWT({ jti: 'challenge', ...payload })
    .setProtectedHeader({ typ: 'dbsc+jwt', alg: 'ES256', ...header })
    .sign(by)

test('S-81 a registration gives its key and its challenge', async () => {
  expect(await readDbscProof(await sign({ jwk }), null)).toEqual({ ok: true, key, challenge: 'challenge' })
  expect(await readDbscProof(await sign({ jwk }, {}, another.privateKey), null)).toEqual({
    ok: false,
    fault: 'signature',
  })
})

test('S-84 a refresh is held against the key of the session; one that comes with it is not looked at', async () => {
  expect(await readDbscProof(await sign(), key)).toEqual({ ok: true, key, challenge: 'challenge' })
  const theirs = await exportJWK(another.publicKey)
  expect(await readDbscProof(await sign({ jwk: theirs }, {}, another.privateKey), key)).toMatchObject({
    fault: 'other_key',
  })
  expect(await readDbscProof(await sign({ jwk: theirs }), key)).toMatchObject({ ok: true, key })
})

test('what is no proof says why', async () => {
  const faultOf = async (header: string | null) => {
    const result = await readDbscProof(header, null)
    return result.ok ? null : result.fault
  }
  const right = await sign({ jwk })
  expect(await faultOf(null)).toBe('missing')
  expect(await faultOf('')).toBe('missing')
  expect(await faultOf(`${right}, ${right}`)).toBe('several')
  expect(await faultOf('x'.repeat(5000))).toBe('malformed')
  expect(await faultOf(await sign({ jwk, typ: 'dpop+jwt' }))).toBe('type')
  expect(await faultOf(await sign())).toBe('key')
  expect(await faultOf(await sign({ jwk: await exportJWK(privateKey) }))).toBe('private_key')
  expect(await faultOf(await sign({ jwk }, { jti: ['challenge'] }))).toBe('malformed')
})

test.each([
  ['abc', 'abc'],
  ['"abc"', 'abc'],
  [' "abc" ;q=1', 'abc'],
  ['abc;id="x"', 'abc'],
  ['""', ''],
  ['"abc', null],
  ['a"bc"', null],
  ['"a\\"b"', null],
  ['a b', null],
  ['', null],
  [null, null],
])('a structured string: %j is %j', (header, text) => {
  expect(readStructuredString(header)).toBe(text)
})
