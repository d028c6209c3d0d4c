// What the API in Python takes for an access token, and what it does not. The test holds the keys, so that even what Vigile would
// never sign is signed well.
import { createHmac, createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode, issuer, type KeyServer, makeKey, openKeyServer, signToken } from './key-server.ts'
import { type PythonApi, startPythonApi } from './python-api.ts'

const folder = join(import.meta.dirname, '../api')
const second = 1000
const now = () => Math.floor(Date.now() / 1000)

const published = [makeKey()]
const [key] = published as [ReturnType<typeof makeKey>]
let keys: KeyServer
let api: PythonApi
const open = () => startPythonApi(folder, 'main:app', { VIGILE_ISSUER: issuer, VIGILE_KEYS_URL: keys.url })
beforeAll(async () => {
  keys = await openKeyServer(published)
  api = await open()
})
afterAll(async () => {
  await api?.stop()
  await keys?.close()
})

const statusOf = async (token: string) => (await api.ask('/api/token', `Bearer ${token}`)).status

/** The same header and claims under another signature. */
const withSignature = (token: string, signature: string) => `${token.split('.').slice(0, 2).join('.')}.${signature}`
const signatureOf = (token: string) => token.split('.')[2] as string

const thief = makeKey()
const hmac = (secret: string | Buffer) => {
  const text = `${encode({ alg: 'HS256', kid: key.id, typ: 'at+jwt' })}.${signToken(key).split('.')[1]}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
const publicKey = createPublicKey(key.privateKey)
const pem = publicKey.export({ type: 'spki', format: 'pem' })

const refused: Record<string, () => string> = {
  'S-74 an expired one': () => signToken(key, { iat: now() - 960, exp: now() - 60 }),
  'S-74 one of tomorrow': () => signToken(key, { iat: now() + 86_400, exp: now() + 87_300 }),
  'S-74 one that never expires': () => signToken(key, { exp: undefined }),
  'S-74 for another audience': () => signToken(key, { aud: 'https://other.example.com' }),
  'S-74 for nobody in particular': () => signToken(key, { aud: undefined }),
  'S-74 of another issuer': () => signToken(key, { iss: 'https://evil.example' }),
  'S-74 of no issuer': () => signToken(key, { iss: undefined }),
  'S-75 an ID token': () => signToken(key, { nonce: 'n', email: 'ada@example.com' }, { typ: 'JWT' }),
  'S-75 one without a type': () => signToken(key, {}, { typ: undefined }),
  'S-75 a proof of a key': () => signToken(key, {}, { typ: 'dpop+jwt' }),
  'one that names nobody': () => signToken(key, { sub: undefined }),
  'one of no session': () => signToken(key, { sid: undefined }),
  'S-79 one that is bound to a key, as a plain bearer': () => signToken(key, { cnf: { jkt: 'thumbprint' } }),
  'a foreign one, under an id of ours': () => signToken({ ...thief, id: key.id }),
  'a foreign one, under its own id': () => signToken(thief),
  'S-73 a foreign one that brings its key along': () => signToken(thief, {}, { kid: key.id, jwk: thief.jwk }),
  'S-73 a foreign one that says where its key is': () =>
    signToken(thief, {}, { kid: key.id, jku: `${keys.url}?theirs` }),
  'one without an id of a key': () => signToken(key, {}, { kid: undefined }),
  'a tampered one: another user': () => {
    const [header, claims = '', signature] = signToken(key).split('.')
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'eve' }
    return `${header}.${encode(changed)}.${signature}`
  },
  'a tampered one: a longer life': () =>
    withSignature(signToken(key, { exp: now() + 90_000 }), signatureOf(signToken(key))),
  'a tampered one: the signature': () => {
    const token = signToken(key)
    const signature = signatureOf(token)
    return withSignature(token, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1))
  },
  'S-72 one without a signature': () =>
    `${encode({ alg: 'none', kid: key.id, typ: 'at+jwt' })}.${signToken(key).split('.')[1]}.`,
  'S-72 one that says "none" over a good signature': () => signToken(key, {}, { alg: 'none' }),
  'S-72 one signed with the public key as a secret (PEM)': () => hmac(pem),
  'S-72 one signed with the public key as a secret (raw)': () => hmac(Buffer.from(String(key.jwk.x), 'base64url')),
  'S-72 one that names another algorithm': () => signToken(key, {}, { alg: 'ES256' }),
  'a refresh token': () => 'v1.key.session.0.0.mac',
  'nothing of the kind': () => 'é',
  'brackets, many': () => `${Buffer.from('['.repeat(1200)).toString('base64url')}.e30.e30`,
  'one of a megabyte, nearly': () => `${'a'.repeat(30_000)}.b.c`,
}

test('TOK-1 a good one is taken, and says who it is', async () => {
  const answer = await api.ask('/api/token', `Bearer ${signToken(key)}`)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ sub: 'ada', sid: 'session' })
  expect((await api.ask('/api/token', `bearer ${signToken(key)}`)).status).toBe(200)
})

test.each(Object.entries(refused))('SYS-E TOK-1 %s is refused', async (_, make) => {
  const token = make()
  const answer = await api.ask('/api/token', `Bearer ${Buffer.from(token).toString('latin1')}`)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  const text = await answer.text()
  expect(JSON.parse(text)).toEqual({
    type: 'about:blank',
    title: 'Unauthenticated',
    status: 401,
    code: 'unauthenticated',
    detail: 'Sign in and try again.',
  })
  expect(api.log()).not.toContain('Traceback')
})

test('VAL-3 no token, another scheme, a path that nobody wrote: all refused alike', async () => {
  for (const authorization of [null, '', 'Bearer', 'Basic YWRhOng=', signToken(key)])
    expect((await api.ask('/api/token', authorization)).status, String(authorization)).toBe(401)
  for (const path of ['/api/nosuch', '/', '/docs', '/api/entries/1'])
    expect((await api.ask(path, null)).status, path).toBe(401)
})

describe('SYS-E TOK-9 the keys', () => {
  test('a crowd that comes first makes one request for them, and strangers’ keys no more than one in five seconds', async () => {
    const fresh = await open()
    try {
      const before = keys.asked()
      const ask = (token: string) => fresh.ask('/api/token', `Bearer ${token}`).then(({ status }) => status)
      const crowd = await Promise.all(Array.from({ length: 20 }, () => ask(signToken(key))))
      expect(new Set(crowd)).toEqual(new Set([200]))
      expect(keys.asked()).toBe(before + 1)
      for (let round = 1; round <= 2; round += 1) {
        fresh.moveClock(5 * second)
        const strangers = await Promise.all(Array.from({ length: 20 }, () => ask(signToken(makeKey()))))
        expect(new Set(strangers)).toEqual(new Set([401]))
        expect(keys.asked()).toBe(before + 1 + round)
      }
    } finally {
      await fresh.stop()
    }
  })

  test('a new key is known when its first token comes; one that was withdrawn is refused within five minutes', async () => {
    expect(await statusOf(signToken(key))).toBe(200)
    const next = makeKey()
    published.push(next)
    api.moveClock(5 * second)
    expect(await statusOf(signToken(next))).toBe(200)
    expect(await statusOf(signToken(key))).toBe(200)
    published.pop()
    api.moveClock(300 * second)
    expect(await statusOf(signToken(next))).toBe(401)
    expect(await statusOf(signToken(key, { exp: now() + 3600 }))).toBe(200)
  })

  test('CLI-5 while they cannot be had, known keys go on; then it is 503, never 401, and nobody is signed out', async () => {
    const token = () => signToken(key, { exp: now() + 7200 })
    expect(await statusOf(token())).toBe(200)
    keys.setDown(true)
    api.moveClock(5 * second)
    expect(await statusOf(signToken(makeKey()))).toBe(503)
    expect(await statusOf(token())).toBe(200)
    api.moveClock(300 * second)
    const answer = await api.ask('/api/token', `Bearer ${token()}`)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    keys.setDown(false)
    api.moveClock(5 * second)
    expect(await statusOf(token())).toBe(200)
  })
})
