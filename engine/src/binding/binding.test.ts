import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../audit/store.ts'
import { deriveKeys } from '../keys/derive.ts'
import { silentLog } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { type Binding, type BindingMode, createBinding, proofFaultOf } from './binding.ts'
import { type BoundKey, readPublicKey, toBoundKey } from './bound-key.ts'

const url = 'https://shop.example.com/api/auth/refresh'
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = await exportJWK(publicKey)
const boundKey = toBoundKey('dpop', readPublicKey(jwk) as { x: string; y: string })
const session = { id: 'session', userId: 'user', boundKey: boundKey as BoundKey | null, createdAt: 0 }
const context = { ip: null, userAgent: null, requestId: null }
const key = deriveKeys('the secret of this test')

let recorded: AuditEntry[]
let taken: Set<string>
const down = async () => {
  throw new StoreUnavailableError('the database is away')
}

const bindingWith = (mode: BindingMode, stores: { audit?: typeof down; take?: typeof down } = {}): Binding =>
  createBinding({
    mode,
    publicUrl: 'https://shop.example.com',
    keyring: { newest: () => key, find: async (id) => (id === key.id ? key : null) },
    clock: { now: () => 1_800_000_000_000 },
    log: silentLog,
    audit: {
      append: stores.audit ?? (async (entries) => void recorded.push(...entries)),
      list: async () => [],
      search: async () => [],
      listCounted: async () => [],
      pseudonymise: async () => {},
      tryAppend: async () => {},
    },
    usedProofs: {
      take: stores.take ?? (async (proof) => !taken.has(proof) && taken.add(proof) !== undefined),
      deleteOld: async () => 0,
    },
  })

const carrier = async (nonce: string, payload = {}) => {
  const claims = { htm: 'POST', htu: url, jti: `${Math.random()}`, iat: 1, nonce, ...payload }
  const proof = await new SignJWT(claims).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk }).sign(privateKey)
  // The engine may be reached under another address than the public one.
  return {
    request: new Request('http://10.0.0.7:3000/api/auth/refresh', { method: 'POST', headers: { dpop: proof } }),
    context,
  }
}

beforeEach(() => {
  recorded = []
  taken = new Set()
})

describe('a bound session', () => {
  test('PROTOCOL bound: is proven by its key, measured by the public address; one proof serves all that one request asks', async () => {
    const binding = bindingWith('optional')
    const prove = binding.prover(await carrier(binding.nonces.issue('')))
    expect([await prove(session), await prove(session)]).toEqual([null, null])
    expect(recorded).toEqual([])
  })

  test('PROTOCOL bound: is proven after binding was switched off: never a silent downgrade', async () => {
    const binding = bindingWith('off')
    const bare = { request: new Request(url, { method: 'POST' }), context }
    expect(await binding.prover(bare)(session)).toBe('missing')
    expect(recorded).toMatchObject([{ action: 'session:proof:failed', userId: 'user', details: { fault: 'missing' } }])
    expect(await binding.prover(await carrier(binding.nonces.issue('')))(session)).toBeNull()
  })

  test('PROTOCOL bound: is refused where nobody asked for a proof; an unbound one needs none', async () => {
    expect(await proofFaultOf(session, undefined)).toBe('missing')
    expect(await proofFaultOf({ ...session, boundKey: null }, undefined)).toBeNull()
  })

  test('I11 a proof that can not be remembered, or a refusal that can not be recorded, is a fault', async () => {
    const forgetful = bindingWith('optional', { take: down })
    await expect(forgetful.prover(await carrier(forgetful.nonces.issue('')))(session)).rejects.toThrow('away')
    const mute = bindingWith('optional', { audit: down })
    const wrong = await carrier(mute.nonces.issue(''), { htm: 'GET' })
    await expect(mute.prover(wrong)(session)).rejects.toThrow('away')
  })

  test('S-78 a proof by another key is not remembered: nobody fills the store with keys of his own', async () => {
    const binding = bindingWith('optional')
    const other = toBoundKey('dpop', { x: 'x'.repeat(43), y: 'y'.repeat(43) })
    const prove = binding.prover(await carrier(binding.nonces.issue('')))
    expect(await prove({ ...session, boundKey: other })).toBe('other_key')
    expect(taken.size).toBe(0)
  })
})
