// Each way in which a proof can be wrong, refused apart (RFC 9449 section 4.3), and the nonce round trip.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDevice, type Wrong } from '../support/device.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { type Person, signUpBound } from './people.ts'

const url = 'http://localhost:3000/api/auth/refresh'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let person: Person
  beforeAll(async () => {
    site = await openSite(kind, { sessions: { binding: 'optional' } })
  })
  afterAll(() => site?.close())
  beforeEach(async () => {
    person = await signUpBound(site)
    await person.refresh()
  })

  const faultOfLast = () => site.log.findLast(({ fields }) => fields.alert === 'proof_refused')?.fields.fault
  const refused = async (headers: Record<string, string>, fault: string | null) => {
    const before = site.log.length
    const reply = await person.visitor.refresh({}, { headers })
    expect(reply.status).toBe(401)
    expect(reply.body).toMatchObject({ code: 'proof_required', fingerprint: person.started.body.fingerprint })
    expect(reply.headers.get('dpop-nonce')).toMatch(/^[\w-]{11}\.\d+\.[\w-]{43}$/)
    expect(reply.setCookies).toEqual([])
    const alerts = site.log.slice(before).filter(({ fields }) => fields.alert === 'proof_refused')
    expect(alerts.map(({ fields }) => fields.fault)).toEqual(fault === null ? [] : [fault])
    // The session goes on.
    expect((await person.refresh()).status).toBe(200)
    return reply
  }

  const wrongs: readonly (readonly [string, (person: Person) => Wrong, string])[] = [
    ['another type', () => ({ header: { typ: 'JWT' } }), 'type'],
    ['another method', () => ({ payload: { htm: 'GET' } }), 'method'],
    ['another path', () => ({ payload: { htu: 'http://localhost:3000/api/auth/ack' } }), 'url'],
    ['another host', () => ({ payload: { htu: 'http://evil.example/api/auth/refresh' } }), 'url'],
    ['no address at all', () => ({ payload: { htu: 'refresh' } }), 'url'],
    ['a private key in it', ({ device }) => ({ header: { jwk: device.privateJwk } }), 'private_key'],
    ['a key of another kind', () => ({ header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } } }), 'key'],
    [
      'a point that is on no curve',
      () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }),
      'signature',
    ],
    ['no time', () => ({ payload: { iat: undefined } }), 'malformed'],
    ['a time that is none', () => ({ payload: { iat: 'now' } }), 'malformed'],
    ['no id', () => ({ payload: { jti: undefined } }), 'malformed'],
    ['an id without end', () => ({ payload: { jti: 'x'.repeat(129) } }), 'malformed'],
  ]
  test.each(wrongs)('S-76 PROTOCOL bound: a proof with %s is refused', async (_, wrong, fault) => {
    await refused({ dpop: await person.device.proof('POST', url, wrong(person)) }, fault)
  })

  test('S-76 another algorithm, and none, are refused', async () => {
    const { jwk, nonce } = person.device
    const payload = { htm: 'POST', htu: url, jti: 'j', iat: 1, nonce: nonce() }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ typ: 'dpop+jwt', alg: 'HS256', jwk })}.${part(payload)}`
    const mac = createHmac('sha256', JSON.stringify(jwk)).update(text).digest('base64url')
    await refused({ dpop: `${text}.${mac}` }, 'algorithm')
    await refused({ dpop: `${part({ typ: 'dpop+jwt', alg: 'none', jwk })}.${part(payload)}.` }, 'algorithm')
  })

  test('S-76 signed by another key than the one it names: refused', async () => {
    const other = await createDevice(site.publicUrl)
    await other.post(site.visitor(), '/refresh')
    const dpop = await other.proof('POST', url, {
      header: { jwk: person.device.jwk },
      payload: { nonce: person.device.nonce() },
    })
    await refused({ dpop }, 'signature')
  })

  test('S-76 two headers, and no proof at all, are refused', async () => {
    const { device } = person
    const two = [await device.proof('POST', url), await device.proof('POST', url)]
    await refused({ dpop: two.join(', ') }, 'several')
    await refused({}, 'missing')
    await refused({ dpop: 'nonsense' }, 'malformed')
    await refused({ dpop: 'e30.W10.e30' }, 'malformed')
  })

  test('S-77 a proof without a nonce, or with an old or a forged one, is asked for again with a new one', async () => {
    const { device } = person
    const old = device.nonce()
    const bare = await refused({ dpop: await device.proof('POST', url, { payload: { nonce: undefined } }) }, null)
    expect(bare.headers.get('www-authenticate')).toBe('DPoP error="use_dpop_nonce", algs="ES256"')
    const forged = `${old?.slice(0, -2)}AA`
    await refused({ dpop: await device.proof('POST', url, { payload: { nonce: forged } }) }, null)
    site.move(3 * 60_000)
    expect((await person.visitor.refresh({}, { headers: { dpop: await device.proof('POST', url) } })).status).toBe(200)
    site.move(6 * 60_000)
    await refused({ dpop: await device.proof('POST', url, { payload: { nonce: old } }) }, null)
  })

  test('S-77 each answer to a proof brings the nonce of the next', async () => {
    const { device, visitor } = person
    const reply = await visitor.refresh({}, { headers: { dpop: await device.proof('POST', url) } })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('dpop-nonce')).toMatch(/^[\w-]{11}\.\d+\.[\w-]{43}$/)
    expect((await site.visitor().get('/api/auth/csrf')).headers.get('dpop-nonce')).toBeNull()
  })

  test('S-76 PROTOCOL bound: a wrong clock of the browser changes nothing', async () => {
    for (const iat of [1, 4_000_000_000]) {
      const dpop = await person.device.proof('POST', url, { payload: { iat } })
      expect((await person.visitor.refresh({}, { headers: { dpop } })).status).toBe(200)
    }
  })

  test('S-78 a proof that was used is refused, by whichever of many requests comes later', async () => {
    const dpop = await person.device.proof('POST', url)
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => person.visitor.refresh({}, { headers: { dpop } })),
    )
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401, 401])
    expect(faultOfLast()).toBe('replayed')
    await refused({ dpop }, 'replayed')
  })

  test('S-76 a refused proof at sign-in signs nobody in, and is on record', async () => {
    const { device, visitor, email } = person
    const login = 'http://localhost:3000/api/auth/login'
    const dpop = await device.proof('POST', login, { header: { typ: 'JWT' } })
    const reply = await visitor.post('/api/auth/login', { email, password: goodPassword }, { headers: { dpop } })
    expect(reply.body.code).toBe('proof_required')
    expect(reply.setCookies).toEqual([])
    expect(faultOfLast()).toBe('type')
  })
})

test('S-78 a proof that one node took is refused by the other', async () => {
  const site = await openSite('PostgreSQL and Redis', { sessions: { binding: 'optional' } })
  try {
    const person = await signUpBound(site)
    const node = await site.node()
    const dpop = await person.device.proof('POST', url)
    expect((await person.visitor.refresh({}, { headers: { dpop } })).status).toBe(200)
    const headers = {
      cookie: person.visitor.jar
        .for('/api/auth/refresh')
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
      'x-csrf-token': person.visitor.cookie('csrf') ?? '',
      origin: site.publicUrl,
    }
    const ask = (proof: string) =>
      node.fetch(new Request(url, { method: 'POST', headers: { ...headers, dpop: proof } }))
    const again = await ask(dpop)
    expect([again.status, (await again.json()).code]).toEqual([401, 'proof_required'])
    // Its nonces are those of the first.
    expect((await ask(await person.device.proof('POST', url))).status).toBe(200)
  } finally {
    await site.close()
  }
})
