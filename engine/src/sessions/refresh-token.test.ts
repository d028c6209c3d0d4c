import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { createSessionId } from '../primitives/ids.ts'
import { deriveRefreshToken, fingerprintOf, parseRefreshToken, verifyRefreshToken } from './refresh-token.ts'

const keys = deriveKeys('a secret of the first year')
const mac = { id: keys.id, key: keys.mac }
const other = deriveKeys('a secret of the second year')
const claims = { sessionId: createSessionId(), generation: 12, issue: 3 }
const token = deriveRefreshToken(mac, claims)

test('TOK-3 a token is v1.kid.sid.g.i and the HMAC-SHA-256 of all that, and can be derived again', () => {
  const fields = `v1.${keys.id}.${claims.sessionId}.12.3`
  expect(token).toBe(`${fields}.${createHmac('sha256', keys.mac).update(fields).digest('base64url')}`)
  expect(deriveRefreshToken(mac, { ...claims })).toBe(token)
})

test('a fingerprint is the first 16 hexadecimal digits of the SHA-256', () => {
  expect(fingerprintOf(token)).toBe(createHash('sha256').update(token).digest('hex').slice(0, 16))
})

test('what was derived is parsed and verified, for every session, generation and issue', () => {
  const number = fc.integer({ min: 0, max: 999_999_999 })
  fc.assert(
    fc.property(number, number, (generation, issue) => {
      const made = deriveRefreshToken(mac, { sessionId: claims.sessionId, generation, issue })
      const parsed = parseRefreshToken(made)
      expect(parsed).toEqual({ sessionId: claims.sessionId, generation, issue, keyId: keys.id, token: made })
      expect(parsed && verifyRefreshToken(mac, parsed)).toBe(true)
    }),
  )
})

describe('S-31 a token that was tampered with', () => {
  const parts = token.split('.')
  const changed = (index: number, value: string) => parts.with(index, value).join('.')
  test.each([
    ['a later generation', changed(3, '13')],
    ['another issue', changed(4, '4')],
    ['another session', changed(2, createSessionId())],
    ['a MAC of zeros', changed(5, 'A'.repeat(43))],
    ['the key of another secret', deriveRefreshToken({ id: keys.id, key: other.mac }, claims)],
    ['another key id on the same MAC', changed(1, other.id)],
  ])('%s does not verify', (_, forged) => {
    const parsed = parseRefreshToken(forged)
    expect(parsed).not.toBeNull()
    expect(parsed && verifyRefreshToken(mac, parsed)).toBe(false)
  })

  test('each flipped character of it is malformed or does not verify', () => {
    for (let at = 0; at < token.length; at += 1) {
      const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      const parsed = parseRefreshToken(flipped)
      // The last character of a MAC carries two bits that mean nothing: it must differ in text all the same.
      expect(parsed === null || !verifyRefreshToken(mac, parsed)).toBe(true)
    }
  })

  test.each([
    ['nothing', ''],
    ['another version', token.replace('v1.', 'v2.')],
    ['a field too few', parts.slice(0, 5).join('.')],
    ['a field too many', `${token}.x`],
    ['a leading zero: one token has one spelling', changed(3, '012')],
    ['a sign', changed(3, '+12')],
    ['a fraction', changed(3, '1e1')],
    ['a number past nine digits', changed(3, '1234567890')],
    ['digits of another script', changed(3, '١٢')],
    ['a line break at the end', `${token}\n`],
    ['a space before', ` ${token}`],
    ['padding', `${token}=`],
    ['a session id that is too short', changed(2, 'abc')],
    ['a megabyte', 'v1.'.padEnd(1_000_000, 'A')],
  ])('%s is malformed', (_, text) => {
    expect(parseRefreshToken(text)).toBeNull()
  })
})
