// Access tokens: what another service sees, and what attackers send (RFC 8725, STANDARDS S-72 to S-75).
import { createHmac, KeyObject } from 'node:crypto'
import {
  CompactSign,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  jwtVerify,
  type SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SigningKey } from '../keys/held-signing-keys.ts'
import { createSigningKeys, type SigningKeys } from '../keys/signing-keys.ts'
import { createSessionId, createUserId } from '../primitives/ids.ts'
import { createAccessTokens } from './access-token.ts'
import { openRig, type Rig } from './rig.suite.ts'

const issuer = 'https://shop.example.com'
const audience = 'https://shop.example.com'

describe.each(['EdDSA', 'ES256'] as const)('signed with %s', (algorithm) => {
  let rig: Rig
  let signingKeys: SigningKeys
  let ours: SigningKey
  let now = 1_800_000_000_000
  const clock = { now: () => now }

  beforeAll(async () => {
    rig = await openRig()
    signingKeys = createSigningKeys({
      isServer: true,
      ...rig.deps,
      keys: rig.database.keys,
      clock,
      algorithm,
      rotateEverySeconds: 90 * 86_400,
      accessSeconds: 900,
    })
    await signingKeys.open()
    ours = await signingKeys.current()
  })
  afterAll(() => rig?.close())

  const tokens = () => createAccessTokens({ signingKeys, clock, issuer, audience })
  const subject = createUserId()
  const sid = createSessionId()
  const claims = () => ({
    userId: subject,
    sessionId: sid,
    generation: 4,
    issue: 1,
    authenticatedAt: now - 60_000,
    expiresAt: now + 900_000,
  })

  /** A token like ours, but for what is changed. */
  const like = (payload: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
    const seconds = now / 1000
    const whole = {
      iss: issuer,
      aud: audience,
      sub: subject,
      sid,
      gen: 4,
      seq: 1,
      auth_time: seconds - 60,
      iat: seconds,
      exp: seconds + 900,
      jti: 'one',
      ...payload,
    }
    return {
      whole,
      header: { alg: algorithm, kid: ours.id, typ: 'at+jwt', ...header },
      signedWith: (key: Parameters<SignJWT['sign']>[0]) =>
        new CompactSign(new TextEncoder().encode(JSON.stringify(whole)))
          .setProtectedHeader({ alg: algorithm, kid: ours.id, typ: 'at+jwt', ...header } as never)
          .sign(key),
    }
  }
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  test('TOK-1 what was signed verifies, and says what was signed', async () => {
    const token = await tokens().sign(claims(), now)
    expect(await tokens().verify(token)).toEqual({ ...claims(), issuedAt: now })
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, kid: ours.id, typ: 'at+jwt' })
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(
      ['aud', 'auth_time', 'exp', 'gen', 'iat', 'iss', 'jti', 'seq', 'sid', 'sub'].sort(),
    )
  })

  test('TOK-1 another service verifies it by the published keys alone', async () => {
    const token = await tokens().sign(claims(), now)
    const published = createLocalJWKSet({ keys: (await signingKeys.published()).map((key) => key.publicJwk) })
    const { payload } = await jwtVerify(token, published, {
      issuer,
      audience,
      typ: 'at+jwt',
      currentDate: new Date(now),
    })
    expect(payload).toMatchObject({ sub: subject, sid, gen: 4, seq: 1, exp: now / 1000 + 900 })
  })

  test('TOK-1 each token is another one', async () => {
    const signed = await Promise.all(Array.from({ length: 5 }, () => tokens().sign(claims(), now)))
    expect(new Set(signed.map((token) => decodeJwt(token).jti)).size).toBe(5)
  })

  test('the published key has no private half', async () => {
    for (const { publicJwk } of await signingKeys.published()) {
      expect(publicJwk).not.toHaveProperty('d')
      expect(publicJwk).toMatchObject({ kid: ours.id, alg: algorithm, use: 'sig' })
    }
  })

  test('S-74 a token ends at its end, also where it was verified before', async () => {
    const start = now
    const checker = tokens()
    const token = await checker.sign(claims(), now)
    const fresh = await checker.sign(claims(), now)
    now = start + 899_999
    expect(await checker.verify(token)).not.toBeNull()
    now = start + 900_000
    expect(await checker.verify(token)).toBeNull()
    expect(await checker.verify(fresh)).toBeNull()
    now = start
  })

  describe('the shape alone is right', () => {
    test('our own way to make a token by hand is accepted, so that what follows fails for its own reason', async () => {
      expect(await tokens().verify(await like().signedWith(ours.privateKey))).not.toBeNull()
    })

    test('S-72 none: no signature, whatever the letters', async () => {
      const { whole } = like()
      for (const alg of ['none', 'None', 'NONE', 'nOnE', ''])
        for (const signature of ['', 'x', 'AAAA']) {
          const token = `${encode({ alg, kid: ours.id, typ: 'at+jwt' })}.${encode(whole)}.${signature}`
          expect(await tokens().verify(token)).toBeNull()
        }
    })

    test('S-72 confusion: the public key as an HMAC secret', async () => {
      const { whole } = like()
      const spki = await exportSPKI(ours.publicKey)
      const x = Buffer.from(ours.publicJwk.x as string, 'base64url')
      for (const secret of [spki, spki.trim(), JSON.stringify(ours.publicJwk), x])
        for (const [alg, hash] of [
          ['HS256', 'sha256'],
          ['HS512', 'sha512'],
        ] as const) {
          const head = `${encode({ alg, kid: ours.id, typ: 'at+jwt' })}.${encode(whole)}`
          const mac = createHmac(hash, secret).update(head).digest('base64url')
          expect(await tokens().verify(`${head}.${mac}`)).toBeNull()
        }
    })

    test('S-72 the key fixes the algorithm: a right signature of another algorithm is refused', async () => {
      for (const alg of ['EdDSA', 'ES256', 'RS256', 'PS256']) {
        if (alg === algorithm) continue
        const { privateKey } = await generateKeyPair(alg)
        expect(await tokens().verify(await like({}, { alg }).signedWith(privateKey))).toBeNull()
      }
    })

    test('S-73 a key of the attacker in jwk, by jku or by x5u is not looked at', async () => {
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: ours.id, alg: algorithm }
      for (const header of [
        { jwk },
        { jku: 'https://attacker.example/jwks.json' },
        { x5u: 'https://attacker.example/cert.pem' },
        { x5c: ['MIIB'] },
        { jwk, kid: 'unknown' },
        { jwk, kid: undefined },
      ])
        expect(await tokens().verify(await like({}, header).signedWith(privateKey))).toBeNull()
    })

    test('the key of somebody else is refused, with our kid and with none of ours', async () => {
      const { privateKey } = await generateKeyPair(algorithm)
      for (const kid of [ours.id, 'unknown', '', '../../etc/passwd', '__proto__'])
        expect(await tokens().verify(await like({}, { kid }).signedWith(privateKey))).toBeNull()
      expect(await tokens().verify(await like({}, { kid: undefined }).signedWith(ours.privateKey))).toBeNull()
    })

    test('S-75 typ: an ID token, another JWT of our key, or none', async () => {
      for (const typ of ['JWT', 'id+jwt', 'dpop+jwt', 'logout+jwt', 'at', undefined])
        expect(await tokens().verify(await like({}, { typ }).signedWith(ours.privateKey))).toBeNull()
    })

    test('a header that demands what nobody here understands is refused', async () => {
      const { whole } = like()
      const head = `${encode({ alg: algorithm, kid: ours.id, typ: 'at+jwt', crit: ['http://example/x'], 'http://example/x': 1 })}.${encode(whole)}`
      expect(await tokens().verify(`${head}.AAAA`)).toBeNull()
    })

    test.each([
      ['S-74 expired', { exp: 1_800_000_000 }],
      ['S-74 expired long ago', { exp: 1 }],
      ['S-74 without an end', { exp: undefined }],
      ['S-74 an end that is no number', { exp: '9999999999' }],
      ['S-74 not yet valid', { nbf: 1_800_000_001 }],
      ['S-74 for somebody else', { aud: 'https://other.example.com' }],
      ['S-74 for nobody', { aud: undefined }],
      ['S-74 from somebody else', { iss: 'https://shop.example.com.attacker.example' }],
      ['S-74 from nobody', { iss: undefined }],
      ['without a subject', { sub: undefined }],
      ['a subject that is no user id', { sub: 'admin' }],
      ['without a session', { sid: undefined }],
      ['a session that is no session id', { sid: '*' }],
      ['a session that is a list', { sid: [sid] }],
      ['without a generation', { gen: undefined }],
      ['a generation that is text', { gen: '4' }],
      ['an issue that is a fraction', { seq: 0.5 }],
      ['without a time of sign-in', { auth_time: undefined }],
      ['without an id', { jti: undefined }],
      ['without a time of issue', { iat: undefined }],
    ])('%s is refused', async (_, payload) => {
      expect(await tokens().verify(await like(payload).signedWith(ours.privateKey))).toBeNull()
    })

    test('S-72 tampering: another payload, signature or header on a right token', async () => {
      const [head, body, signature] = (await tokens().sign(claims(), now)).split('.') as [string, string, string]
      const other = encode({ ...decodeJwt(`${head}.${body}.`), sub: createUserId() })
      const flipped = Buffer.from(signature, 'base64url')
      flipped[10] = (flipped[10] as number) ^ 1
      for (const token of [
        `${head}.${other}.${signature}`,
        `${head}.${body}.${flipped.toString('base64url')}`,
        `${head}.${body}.${signature.slice(0, -4)}`,
        `${head}.${body}.`,
        `${head}.${body}`,
        `${encode({ alg: algorithm, kid: ours.id, typ: 'at+jwt', extra: 1 })}.${body}.${signature}`,
      ])
        expect(await tokens().verify(token)).toBeNull()
    })

    test('S-72 a signature of zeros is refused', async () => {
      const { whole, header } = like()
      const zeros = Buffer.alloc(64).toString('base64url')
      expect(await tokens().verify(`${encode(header)}.${encode(whole)}.${zeros}`)).toBeNull()
    })

    test.each([
      ['nothing', ''],
      ['dots', '..'],
      ['four parts', 'a.b.c.d'],
      ['five parts (JWE)', 'a.b.c.d.e'],
      ['JSON', '{"alg":"none"}'],
      ['bytes that are no UTF-8', `${Buffer.from([0xff, 0xfe]).toString('base64url')}.e30.AA`],
      ['a header that is a list', `${Buffer.from('[]').toString('base64url')}.e30.AA`],
      ['a header that is null', `${Buffer.from('null').toString('base64url')}.e30.AA`],
    ])('%s is refused without a fault', async (_, text) => {
      expect(await tokens().verify(text)).toBeNull()
    })

    test('a huge token is refused unread, though it is signed by us', async () => {
      const huge = await like({ pad: 'x'.repeat(3_000) }).signedWith(ours.privateKey)
      expect(await tokens().verify(huge)).toBeNull()
      expect(await tokens().verify('x'.repeat(5_000_000))).toBeNull()
    })
  })

  test('a signing key that is known here no more verifies nothing', async () => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
    const removed: SigningKey = {
      ...ours,
      id: 'removed',
      privateKey: KeyObject.from(privateKey),
      publicKey,
      publicJwk: (await exportJWK(publicKey)) as JWK,
    }
    const token = await like({}, { kid: 'removed' }).signedWith(privateKey)
    const known = { current: async () => ours, find: async (id: string) => (id === 'removed' ? removed : null) }
    expect(await createAccessTokens({ signingKeys: known, clock, issuer, audience }).verify(token)).not.toBeNull()
    expect(await tokens().verify(token)).toBeNull()
  })

  test('S-90 where a key could not be looked for the answer is a fault, never a refusal', async () => {
    const broken = {
      current: async () => ours,
      find: async () => {
        throw new Error('the database is down')
      },
    }
    const token = await tokens().sign(claims(), now)
    const checker = createAccessTokens({ signingKeys: broken, clock, issuer, audience })
    await expect(checker.verify(token)).rejects.toThrow('the database is down')
  })
})
