import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  browserHashOf,
  createFlowSecret,
  createFlowState,
  createHandle,
  handleHashOf,
  markOf,
  nonceOf,
  parseFlowState,
  parseHandle,
  secretsOf,
  stateHashOf,
  verifierOf,
  wantedHandle,
} from './flow-secrets.ts'

describe('OAU-2 the state, and what is derived', () => {
  test('states and secrets are 256 random bits, never the same twice', () => {
    const made = Array.from({ length: 100 }, () => [createFlowState(), createFlowSecret()]).flat()
    for (const one of made) expect(Buffer.from(one, 'base64url')).toHaveLength(32)
    expect(new Set(made).size).toBe(made.length)
  })

  test('S-60 verifier and nonce take both the state and the secret; neither tells of the other', () => {
    const [state, other] = [createFlowState(), createFlowState()]
    const [secret, another] = [createFlowSecret(), createFlowSecret()]
    const verifier = verifierOf(secret, state)
    // RFC 7636 section 4.1.
    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(verifierOf(secret, state)).toBe(verifier)
    const all = [
      verifier,
      verifierOf(another, state),
      verifierOf(secret, other),
      nonceOf(secret, state),
      nonceOf(another, state),
      nonceOf(secret, other),
      state,
      secret,
      stateHashOf(state),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  test('what is stored is a hash with a purpose: not that of the state alone', () => {
    const state = createFlowState()
    expect(stateHashOf(state)).toMatch(/^[0-9a-f]{64}$/)
    expect(stateHashOf(state)).not.toBe(createHash('sha256').update(state).digest('hex'))
  })

  test.each(['', 'x', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}+`, `${'A'.repeat(42)}\n`, '../'.repeat(14)])(
    '%j is no state',
    (text) => expect(parseFlowState(text)).toBeNull(),
  )
})

describe('OAU-3 handles', () => {
  test('are 64 lower-case hexadecimal characters', () => {
    const handles = Array.from({ length: 100 }, createHandle)
    for (const handle of handles) expect(handle).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(handles).size).toBe(100)
  })

  test.each([
    '',
    'a'.repeat(63),
    'a'.repeat(65),
    'A'.repeat(64),
    'g'.repeat(64),
    `${'a'.repeat(63)}\n`,
    ' '.repeat(64),
  ])('%j is none', (text) => expect(parseHandle(text)).toBeNull())
})

describe('H-5 a cookie is of one flow', () => {
  const handle = createHandle()
  const hash = handleHashOf(handle)
  const secret = createFlowSecret()
  const own = { mark: markOf(hash), value: secret }

  test('the browser of one flow is nobody in another, though the secret were the same', () => {
    expect(browserHashOf(hash, secret)).not.toBe(browserHashOf(stateHashOf(createFlowState()), secret))
    expect(wantedHandle(handle, [own])).toEqual({ handleHash: hash, browserHashes: [browserHashOf(hash, secret)] })
  })

  test('those of other flows, and what is no secret, are not looked at', () => {
    const others = Array.from({ length: 40 }, (_, n) => ({
      mark: n.toString(16).padStart(8, '0'),
      value: createFlowSecret(),
    }))
    expect(secretsOf(hash, [...others, { ...own, value: 'x' }, own, { ...own, value: '' }])).toEqual([secret])
  })

  test('of many under its own name some are looked at, not all', () => {
    const planted = Array.from({ length: 40 }, () => ({ ...own, value: createFlowSecret() }))
    expect(secretsOf(hash, [own, ...planted])).toHaveLength(8)
  })
})
