import * as argon2 from '@node-rs/argon2'
import { hash as hashBcrypt } from '@node-rs/bcrypt'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHashGate, OverloadedError } from './hash-gate.ts'
import { createPasswordHasher } from './hash-password.ts'

// The real functions, counted.
vi.mock('@node-rs/argon2', async (importOriginal) => {
  const actual = await importOriginal<typeof argon2>()
  return { ...actual, hash: vi.fn(actual.hash), verify: vi.fn(actual.verify) }
})

const hasher = createPasswordHasher()
const phrase = 'correct horse battery staple'

// Letters that compose and decompose, marks in either order, and what does neither.
const letters = fc.constantFrom(
  ...['a', 'e', 'E', 'é', 'ệ', 'Å', '\u0301', '\u0323', '각', '\u1100', '\u1161', 'ﬁ', '😀', ' '],
)

function countHashes(): number {
  return vi.mocked(argon2.hash).mock.calls.length + vi.mocked(argon2.verify).mock.calls.length
}

beforeEach(() => {
  vi.clearAllMocks()
})

afterEach(() => {
  vi.useRealTimers()
})

test('ACC-1 S-24 a password is stored as Argon2id at the parameters of OWASP, with a salt of its own', async () => {
  const [one, other] = await Promise.all([hasher.hash(phrase), hasher.hash(phrase)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(other).not.toBe(one)
  expect(await hasher.verify(one, phrase)).toEqual({ ok: true, upgrade: false })
  expect(await hasher.verify(one, `${phrase}.`)).toEqual({ ok: false, upgrade: false })
})

test('S-24 settings below the minimum of OWASP are refused at start, and the message says what would be right', () => {
  expect(() => createPasswordHasher({ argon2: { memoryKiB: 4096 } })).toThrow('set it to 19456 or more')
  expect(() => createPasswordHasher({ argon2: { iterations: 1 } })).toThrow('set it to 47104 or more')
})

test('ACC-1 a hash is upgraded when the parameters change, in either direction, and only when the password is right', async () => {
  const stronger = createPasswordHasher({ argon2: { memoryKiB: 20_480, iterations: 3 } })
  const stored = await hasher.hash(phrase)
  expect(await stronger.verify(stored, phrase)).toEqual({ ok: true, upgrade: true })
  expect(await stronger.verify(stored, 'another phrase')).toEqual({ ok: false, upgrade: false })
  const upgraded = await stronger.hash(phrase)
  expect(await stronger.verify(upgraded, phrase)).toEqual({ ok: true, upgrade: false })
  expect(await hasher.verify(upgraded, phrase)).toEqual({ ok: true, upgrade: true })
})

test('ACC-1 imported Argon2 hashes of another kind or size are verified and upgraded', async () => {
  const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  const imported = await Promise.all([
    argon2.hash(phrase, { ...options, algorithm: 1 }), // Argon2i
    argon2.hash(phrase, { ...options, version: 0 }), // version 16
    argon2.hash(phrase, { ...options, outputLen: 16 }),
    argon2.hash(phrase, { ...options, salt: Buffer.from('saltsalt') }),
    argon2.hash(phrase, { ...options, memoryCost: 64 }),
  ])
  for (const stored of imported) {
    expect(await hasher.verify(stored, phrase)).toEqual({ ok: true, upgrade: true })
    expect(await hasher.verify(stored, 'another phrase')).toEqual({ ok: false, upgrade: false })
  }
})

test('S-2 S-4 nothing is cut off: 1,024 characters work, and the last one counts', async () => {
  for (const length of [64, 73, 1024]) {
    const password = 'x'.repeat(length - 1)
    const stored = await hasher.hash(`${password}a`)
    expect(await hasher.verify(stored, `${password}a`)).toMatchObject({ ok: true })
    expect(await hasher.verify(stored, `${password}b`)).toMatchObject({ ok: false })
    expect(await hasher.verify(stored, password)).toMatchObject({ ok: false })
  }
})

test('S-4 a changed last character, a changed case, a space more: each fails', async () => {
  const stored = await hasher.hash('Passphrase of someone\0else')
  for (const wrong of [
    'Passphrase of someone\0elsE',
    'passphrase of someone\0else',
    'Passphrase of someone\0else ',
    ' Passphrase of someone\0else',
    'Passphrase of someone\0',
    'Passphrase of someone',
  ]) {
    expect(await hasher.verify(stored, wrong)).toMatchObject({ ok: false })
  }
})

test('S-5 a password set in one normal form signs in from a keyboard that sends the other', async () => {
  const composed = 'Été à Besançon'.normalize('NFC')
  const decomposed = composed.normalize('NFD')
  for (const stored of await Promise.all([hasher.hash(composed), hasher.hash(decomposed)])) {
    for (const form of [composed, decomposed]) {
      expect(await hasher.verify(stored, form)).toEqual({ ok: true, upgrade: false })
    }
    expect(await hasher.verify(stored, 'Ete a Besancon')).toEqual({ ok: false, upgrade: false })
  }
})

test('S-4 S-5 of any text, every normal form signs in, and no text that differs from it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: letters, minLength: 1, maxLength: 100 }),
      fc.string({ unit: letters, minLength: 1, maxLength: 2 }),
      async (password, end) => {
        const stored = await hasher.hash(password)
        for (const form of [password.normalize('NFC'), password.normalize('NFD')]) {
          expect(await hasher.verify(stored, form)).toEqual({ ok: true, upgrade: false })
        }
        const other = [...password].slice(0, -1).join('') + end
        const isSame = other.normalize('NFC') === password.normalize('NFC')
        expect(await hasher.verify(stored, other)).toMatchObject({ ok: isSame })
      },
    ),
    { numRuns: 10 },
  )
})

test('ACC-3 S-13 an unknown email costs what a wrong password costs: one hash at the present parameters', async () => {
  const strong = createPasswordHasher({ argon2: { memoryKiB: 20_480, iterations: 3, parallelism: 2 } })
  const stored = await strong.hash(phrase)
  for (const password of ['e\u0301te\u0301 1998', 'lone \ud800', 'x'.repeat(5000)]) {
    vi.clearAllMocks()
    await strong.verify(stored, `${password}.`)
    const [known] = vi.mocked(argon2.verify).mock.calls
    expect(countHashes()).toBe(1)
    vi.clearAllMocks()
    expect(await strong.verifyDummy(`${password}.`)).toBeUndefined()
    const [unknown] = vi.mocked(argon2.verify).mock.calls
    expect(countHashes()).toBe(1)
    expect(unknown?.[1]).toBe(known?.[1])
    expect(argon2.parseOptions(unknown?.[0] ?? '')).toEqual(argon2.parseOptions(stored))
  }
})

test('S-4 passwords with lone surrogates are equal for an encoder: none of them ever signs in', async () => {
  const stored = await hasher.hash('pass \ufffd word')
  for (const wrong of ['pass \ud800 word', 'pass \udfff word']) {
    expect(await hasher.verify(stored, wrong)).toEqual({ ok: false, upgrade: false })
  }
  expect(await hasher.verify(await hasher.hash(''), '\ud800')).toEqual({ ok: false, upgrade: false })
  expect(await hasher.verify(await hashBcrypt('', { cost: 4 }), '\ud800')).toEqual({ ok: false, upgrade: false })
  await expect(hasher.hash('pass \ud800 word')).rejects.toThrow('must pass checkPassword before hash: not_text')
})

test('ACC-1 an imported bcrypt hash is verified as its origin did, then upgraded to the whole password', async () => {
  const long = `${'x'.repeat(72)} and more`
  const imported = await hashBcrypt(long, { cost: 4, version: '2y' })
  expect(await hasher.verify(imported, `${'x'.repeat(72)} and other`)).toEqual({ ok: true, upgrade: true })
  expect(await hasher.verify(imported, long)).toEqual({ ok: true, upgrade: true })
  const upgraded = await hasher.hash(long)
  expect(await hasher.verify(upgraded, `${'x'.repeat(72)} and other`)).toEqual({ ok: false, upgrade: false })
})

test('ACC-1 S-5 an imported hash of a decomposed password is verified as it was typed, one of a composed in both forms', async () => {
  const salted = 'pbkdf2_sha256$1000$Seasalt2Seasalt2Seasal$'
  const ofComposed = `${salted}Ig2S0Ww4BOesTzJzVPPb6JMWUaNCuaDQcTaY0G7CkOk=`
  const ofDecomposed = `${salted}IlOTeJr+j3x8U4w8zwZK1eis0FcfmlwZwA+1J2dBEV8=`
  const composed = 'correct horse été'.normalize('NFC')
  const decomposed = composed.normalize('NFD')
  expect(await hasher.verify(ofComposed, composed)).toEqual({ ok: true, upgrade: true })
  expect(await hasher.verify(ofComposed, decomposed)).toEqual({ ok: true, upgrade: true })
  expect(await hasher.verify(ofDecomposed, decomposed)).toEqual({ ok: true, upgrade: true })
  expect(await hasher.verify(ofDecomposed, 'correct horse ete')).toEqual({ ok: false, upgrade: false })
})

test('a stored hash that cannot be read is a fault with a cause, never a sign-in, never a wrong password', async () => {
  const stored = await hasher.hash(phrase)
  for (const damaged of [
    '',
    phrase,
    stored.slice(0, 60),
    stored.replace('v=19', 'v=99'),
    '$2b$10$damaged',
    `${stored}!`,
  ]) {
    const fault = await hasher.verify(damaged, phrase).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(Error)
    expect(fault).toMatchObject({ message: 'A stored password hash cannot be verified', cause: expect.any(Error) })
  }
})

test('attack: an over-costly hash that got into the store is not computed', async () => {
  const fault = hasher.verify(`$argon2id$v=19$m=4194304,t=10,p=1$c29tZXNhbHQ$${'A'.repeat(43)}`, phrase)
  await expect(fault).rejects.toMatchObject({ cause: { message: expect.stringContaining('too_expensive') } })
  expect(countHashes()).toBe(0)
})

test('a failure inside the hash function is a fault with that cause, and frees its place', async () => {
  const narrow = createPasswordHasher({ gate: createHashGate({ concurrency: 1, maxWaiting: 0 }) })
  const stored = await narrow.hash(phrase)
  const broken = new Error('out of memory')
  vi.mocked(argon2.verify).mockRejectedValueOnce(broken)
  await expect(narrow.verify(stored, phrase)).rejects.toMatchObject({ cause: broken })
  expect(await narrow.verify(stored, phrase)).toEqual({ ok: true, upgrade: false })
})

test('attack: under a burst, hash, verify and the dummy are refused as overload, alike', async () => {
  const stored = await hasher.hash(phrase)
  const gate = createHashGate({ concurrency: 1, maxWaiting: 0 })
  const narrow = createPasswordHasher({ gate })
  const { promise, resolve } = Promise.withResolvers<void>()
  const held = gate.run(() => promise)
  for (const refused of [narrow.hash(phrase), narrow.verify(stored, phrase), narrow.verifyDummy(phrase)]) {
    await expect(refused).rejects.toBeInstanceOf(OverloadedError)
  }
  resolve()
  await held
})

test('S-10 a password does not age: ten years later it signs in, and nothing asks for another', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
  const stored = await hasher.hash(phrase)
  vi.setSystemTime(Date.UTC(2036, 0, 1))
  expect(await hasher.verify(stored, phrase)).toEqual({ ok: true, upgrade: false })
})
