import { expect, test } from 'vitest'
import { deriveKeys } from './derive.ts'
import { seal, sealedWith, unseal } from './seal.ts'

const one = deriveKeys('first secret')
const other = deriveKeys('second secret')

test('TOK-9 a secret gives the same keys on every node, and another secret none of them', () => {
  expect(deriveKeys('first secret')).toEqual(one)
  for (const part of ['id', 'mac', 'csrf', 'seal'] as const) expect(other[part]).not.toEqual(one[part])
})

test('no key serves two ends, and the id tells nothing of them', () => {
  const parts = [one.mac, one.csrf, one.seal].map((key) => Buffer.from(key).toString('base64url'))
  expect(new Set(parts).size).toBe(3)
  for (const key of [one.mac, one.csrf, one.seal]) expect(key).toHaveLength(32)
  expect(one.id).toMatch(/^[A-Za-z0-9_-]{11}$/)
  for (const part of parts) expect(part).not.toContain(one.id)
})

test('TOK-9 the key id comes from the MAC key itself: what a node calls it is what every node calls it', () => {
  // Pinned: were the derivation changed, every session of every deployment would end.
  expect(one.id).toBe('UjVNWwSOUPH')
  expect(Buffer.from(one.mac).toString('hex')).toBe('d039109c97c5c04b4209451959092a45986a7efee21c30a242ed8127381dfd1e')
})

test('what was sealed comes back, and no two seals of it are alike', () => {
  const sealed = seal(one, 'what for', 'a private key')
  expect(unseal(one, 'what for', sealed)).toBe('a private key')
  expect(seal(one, 'what for', 'a private key')).not.toBe(sealed)
  expect(sealedWith(sealed)).toBe(one.id)
  expect(sealed).not.toContain('private')
})

test('a seal opens with no other secret, for no other purpose, and not when it was changed', () => {
  const sealed = seal(one, 'signing key 1', 'a private key')
  const [version, id, iv, body] = sealed.split('.') as [string, string, string, string]
  const bytes = Buffer.from(body, 'base64url')
  bytes[0] = (bytes[0] as number) ^ 1
  const relabelled = [version, other.id, iv, body].join('.')
  expect(() => unseal(one, 'signing key 2', sealed)).toThrow()
  expect(() => unseal(other, 'signing key 1', sealed)).toThrow('not a sealed text of this key')
  expect(() => unseal(other, 'signing key 1', relabelled)).toThrow()
  expect(() => unseal(one, 'signing key 1', [version, id, iv, bytes.toString('base64url')].join('.'))).toThrow()
  expect(() => unseal(one, 'signing key 1', [version, id, 'AAAAAAAAAAAAAAAA', body].join('.'))).toThrow()
  for (const broken of [
    '',
    'v1',
    `v2.${id}.${iv}.${body}`,
    `v1.${id}.${iv}.`,
    `v1.${id}..${body}`,
    `v1.${id}.${iv}.AAAA`,
  ])
    expect(() => unseal(one, 'signing key 1', broken)).toThrow()
})

test('a tag that was cut short does not open a seal', () => {
  const [version, id, iv, body] = seal(one, 'x', '').split('.') as [string, string, string, string]
  const bytes = Buffer.from(body, 'base64url')
  for (const length of [4, 8, 12, 15]) {
    const cut = [version, id, iv, bytes.subarray(0, length).toString('base64url')].join('.')
    expect(() => unseal(one, 'x', cut)).toThrow()
  }
})
