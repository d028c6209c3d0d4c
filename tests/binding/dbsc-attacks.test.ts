// Attacks on sessions that the browser itself keeps: on the registration, on the proof, and with a copied jar.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { openDatabase } from '../protocol/desk.ts'
import { createDevice } from '../support/device.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import {
  challengeOf,
  copyOf,
  createDbscBrowser,
  type DbscBrowser,
  type Offer,
  type Owner,
  offerOf,
  signUpBoundInDbsc,
  signUpInDbsc,
  type WrongProof,
} from './dbsc-browser.ts'

const publicUrl = 'https://shop.example.com'
const minute = 60_000
const registration = '/api/auth/dbsc/registration'
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: Database
  beforeAll(async () => {
    site = await openSite(kind, {
      publicUrl,
      production: true,
      accounts: { verifyEmail: false },
      sessions: { binding: 'optional' },
    })
    database = openDatabase(kind, site.database)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const faults = () =>
    site.log.filter(({ fields }) => fields.alert === 'proof_refused').map(({ fields }) => fields.fault)
  const rowOf = async (id: SessionId) => (await database.sessions.find(id)).session
  const idOf = ({ started }: Owner) => started.body.session.id as SessionId
  const nothing = ({ status, setCookies }: Reply, wanted: number) => expect([status, setCookies]).toEqual([wanted, []])

  /** Signed up, and about to register. */
  const offered = async () => {
    const visitor = site.visitor()
    const browser = await createDbscBrowser(visitor, publicUrl)
    const started = await visitor.signUp(`offered-${Math.random()}@example.com`)
    const offer = offerOf(started)
    if (!offer) throw new Error('nothing was offered')
    return { visitor, browser, offer, id: started.body.session.id as SessionId }
  }
  const freshChallenge = async (browser: DbscBrowser) => challengeOf(await browser.ask(null))?.challenge ?? ''

  describe('registration', () => {
    test('S-81 with the cookies of someone else: a copied jar has no challenge of its session', async () => {
      const victim = await offered()
      const thief = await offered()
      const jar = thief.visitor.jar.snapshot()
      thief.visitor.jar.restore(victim.visitor.jar.snapshot())
      nothing(await thief.browser.register(thief.offer), 401)
      // With both jars at once it is the thief's own session that gets his key, and no other.
      for (const { name, value } of jar)
        if (name.endsWith('_refresh')) thief.visitor.jar.put({ name, value, path: '/api' })
      expect((await thief.browser.register(thief.offer)).body.session_identifier).toBe(thief.id)
      expect((await rowOf(victim.id))?.boundKey).toBeNull()
      expect((await victim.browser.register(victim.offer)).status).toBe(200)
    })

    test('S-81 with a challenge that was overheard, but without the cookies', async () => {
      const victim = await offered()
      const thief = await createDbscBrowser(site.visitor(), publicUrl)
      nothing(await thief.register(victim.offer), 401)
      expect((await rowOf(victim.id))?.boundKey).toBeNull()
    })

    test('S-81 with a challenge for something else: of a refresh, of DPoP, forged, none', async () => {
      const { browser, offer, id } = await offered()
      const other = await signUpInDbsc(site)
      const asked = challengeOf(await other.browser.ask(null))?.challenge ?? ''
      const dpop = await createDevice(publicUrl)
      await dpop.post(site.visitor(), '/refresh')
      const forged = [asked, dpop.nonce() ?? '', `x.${dpop.nonce()}`, `${offer.challenge.slice(0, -2)}AA`, '', '.', 'x']
      for (const challenge of forged) nothing(await browser.register({ ...offer, challenge }), 401)
      expect((await rowOf(id))?.boundKey).toBeNull()
      // Nor does the challenge of a registration renew anything.
      nothing(await other.browser.ask(await other.browser.proof(offerOf(other.started)?.challenge ?? '')), 403)
      expect((await browser.register(offer)).status).toBe(200)
    })

    test('S-81 replayed, as it was overheard: no cookie for who repeats it', async () => {
      const { visitor, browser, offer } = await offered()
      const response = await browser.proof(offer.challenge, { registers: true })
      const headers = { 'secure-session-response': response }
      const jar = visitor.jar.snapshot()
      expect((await visitor.send('POST', offer.path, { csrf: null, headers })).status).toBe(200)
      const thief = site.visitor()
      thief.jar.restore(jar)
      nothing(await thief.send('POST', offer.path, { csrf: null, headers }), 401)
    })

    test('S-81 over a key that is there: neither another of the same browser’s nor one of a thief takes its place', async () => {
      const { visitor, browser, offer, id } = await offered()
      const second = await createDbscBrowser(visitor, publicUrl)
      await browser.register(offer)
      const { boundKey } = (await rowOf(id)) ?? {}
      nothing(await second.register(offer), 401)
      await browser.refresh()
      nothing(await second.register(offer), 401)
      expect((await rowOf(id))?.boundKey).toBe(boundKey?.replace('registered', 'dbsc'))
    })

    test('S-81 raced by six keys with one challenge: one wins, and it alone proves the session', async () => {
      const { visitor, offer, id } = await offered()
      const browsers = await Promise.all(Array.from({ length: 6 }, () => createDbscBrowser(visitor, publicUrl)))
      const replies = await Promise.all(browsers.map((one) => one.register(offer)))
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401, 401])
      const winner = browsers[replies.findIndex(({ status }) => status === 200)] as DbscBrowser
      expect((await rowOf(id))?.boundKey).toBe(`registered.${winner.jwk.x}.${winner.jwk.y}`)
      expect((await winner.refresh()).status).toBe(200)
    })

    test('S-81 over the key of a script (DPoP), which came with the sign-in', async () => {
      const device = await createDevice(publicUrl)
      const visitor = site.visitor()
      await device.post(visitor, '/register', { email: `script-${Math.random()}@example.com`, password: goodPassword })
      const { offer } = await offered()
      const browser = await createDbscBrowser(visitor, publicUrl)
      nothing(await browser.register(offer), 401)
      expect((await device.post(visitor, '/refresh')).status).toBe(200)
    })

    test('S-81 later than five minutes after the sign-in', async () => {
      const { browser, offer, id } = await offered()
      site.move(5 * minute)
      nothing(await browser.register(offer), 401)
      expect((await rowOf(id))?.boundKey).toBeNull()
    })

    test('S-81 of a session that is over, and with no session at all', async () => {
      const { visitor, browser, offer, id } = await offered()
      await database.sessions.revoke([id], 'ended_by_operator', site.now())
      const over = await browser.register(offer)
      expect([over.status, over.body.reason]).toEqual([401, 'ended_by_operator'])
      visitor.jar.restore([])
      nothing(await browser.register(offer), 401)
    })

    const wrongs: readonly (readonly [string, (browser: DbscBrowser, offer: Offer) => WrongProof, string])[] = [
      ['another type', () => ({ header: { typ: 'dpop+jwt' } }), 'type'],
      ['no type', () => ({ header: { typ: undefined } }), 'type'],
      ['another algorithm', () => ({ header: { alg: 'RS256' } }), 'algorithm'],
      ['no signature', () => ({ header: { alg: 'none' } }), 'algorithm'],
      ['no key', () => ({ header: { jwk: undefined } }), 'key'],
      ['an RSA key', () => ({ header: { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } } }), 'key'],
      ['a key of another curve', ({ jwk }) => ({ header: { jwk: { ...jwk, crv: 'P-384' } } }), 'key'],
      ['a private key', ({ jwk }) => ({ header: { jwk: { ...jwk, d: 'x'.repeat(43) } } }), 'private_key'],
      [
        'a point that is on no curve',
        () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }),
        'signature',
      ],
      ['no challenge', () => ({ payload: { jti: undefined } }), 'malformed'],
      ['a challenge that is no text', () => ({ payload: { jti: 1 } }), 'malformed'],
      ['a challenge without end', () => ({ payload: { jti: 'x'.repeat(257) } }), 'malformed'],
    ]
    test.each(wrongs)('S-81 with %s', async (_, wrong, fault) => {
      const { visitor, browser, offer, id } = await offered()
      const response = await browser.proof(offer.challenge, { registers: true, ...wrong(browser, offer) })
      nothing(
        await visitor.send('POST', offer.path, { csrf: null, headers: { 'secure-session-response': response } }),
        401,
      )
      expect(faults().at(-1)).toBe(fault)
      expect((await rowOf(id))?.boundKey).toBeNull()
      expect((await browser.register(offer)).status).toBe(200)
    })

    test('S-81 with the key of someone else, named but not held; two proofs; none; nonsense', async () => {
      const { visitor, browser, offer } = await offered()
      const other = await createDbscBrowser(site.visitor(), publicUrl)
      const send = (response: string | null) =>
        visitor.send('POST', offer.path, {
          csrf: null,
          headers: response === null ? {} : { 'secure-session-response': response },
        })
      const named = await browser.proof(offer.challenge, { registers: true, header: { jwk: other.jwk } })
      const right = await browser.proof(offer.challenge, { registers: true })
      for (const response of [named, `${right}, ${right}`, null, 'nonsense', 'e30.e30.e30', `"${right}`])
        nothing(await send(response), 401)
      expect((await send(right)).status).toBe(200)
    })
  })

  describe('refresh', () => {
    let owner: Owner
    beforeAll(async () => {
      owner = await signUpBoundInDbsc(site)
    })

    const refused = async (response: string, fault: string | null) => {
      const before = faults().length
      const reply = await owner.browser.ask(response)
      nothing(reply, 403)
      expect(challengeOf(reply)?.id).toBe(idOf(owner))
      expect(faults().slice(before)).toEqual(fault === null ? [] : [fault])
    }

    test('S-84 by another key, which comes with the proof: only the session’s own counts', async () => {
      const thief = await createDbscBrowser(site.visitor(), publicUrl)
      const challenge = await freshChallenge(owner.browser)
      await refused(await thief.proof(challenge, { registers: true }), 'other_key')
      await refused(await thief.proof(challenge), 'other_key')
      // What failed has not used the challenge up.
      expect((await owner.browser.ask(await owner.browser.proof(challenge))).status).toBe(200)
    })

    test('S-84 with another type or algorithm, or a proof of DPoP by the same key', async () => {
      const { browser } = owner
      const challenge = await freshChallenge(browser)
      await refused(await browser.proof(challenge, { header: { typ: 'JWT' } }), 'type')
      await refused(await browser.proof(challenge, { header: { typ: 'dpop+jwt', jwk: browser.jwk } }), 'type')
      await refused(await browser.proof(challenge, { header: { alg: 'none' } }), 'algorithm')
      const text = `${part({ typ: 'dbsc+jwt', alg: 'HS256' })}.${part({ jti: challenge })}`
      const mac = createHmac('sha256', JSON.stringify(browser.jwk)).update(text).digest('base64url')
      await refused(`${text}.${mac}`, 'algorithm')
      await refused(`${part({ typ: 'dbsc+jwt', alg: 'ES256' })}.${part({ jti: challenge })}.`, 'other_key')
      await refused('nonsense', 'malformed')
    })

    test('S-84 with a challenge of another session, of DPoP, or a forged one', async () => {
      const { browser } = owner
      const other = await signUpInDbsc(site)
      await refused(await browser.proof(await freshChallenge(other.browser)), null)
      const device = await createDevice(publicUrl)
      await device.post(site.visitor(), '/refresh')
      for (const challenge of [device.nonce() ?? '', `.${device.nonce()}`, 'x', ''])
        await refused(await browser.proof(challenge), null)
    })

    test('S-84 a proof used twice, and raced by six: one gets the cookie', async () => {
      const { browser } = owner
      const response = await browser.proof(await freshChallenge(browser))
      const replies = await Promise.all(Array.from({ length: 6 }, () => browser.ask(response)))
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 403, 403, 403, 403, 403])
      await refused(response, 'replayed')
    })

    test('S-85 LIM-7 a stranger who knows the id uses up nothing of its owner’s', async () => {
      const stranger = await createDbscBrowser(site.visitor(), publicUrl)
      const id = { 'sec-secure-session-id': idOf(owner) }
      const flood = Array.from({ length: 80 }, () => stranger.ask(null, { headers: id }))
      for (const { status } of await Promise.all(flood)) expect(status).toBe(403)
      const wrong = await stranger.proof(await freshChallenge(owner.browser))
      for (const { status } of await Promise.all(
        Array.from({ length: 70 }, () => stranger.ask(wrong, { headers: id })),
      ))
        expect(status).toBe(403)
      expect((await owner.browser.refresh()).status).toBe(200)
    })
  })

  describe('a copied jar', () => {
    const tries = async (thief: Visitor, own: DbscBrowser, id: SessionId) => {
      const as = { headers: { 'sec-secure-session-id': id } }
      const challenge = challengeOf(await own.ask(null, as))?.challenge ?? ''
      return {
        plain: [
          await thief.refresh(),
          await thief.ack(),
          await thief.post('/api/auth/logout', {}),
          await thief.post('/api/auth/logout-all', {}),
          await thief.send('DELETE', `/api/auth/sessions/${id}`),
        ],
        byKey: [await own.ask(null, as), await own.ask(await own.proof(challenge, { registers: true }), as)],
      }
    }

    test('I3 PROTOCOL bound: gets no token, changes nothing, ends nothing, is on record, and its owner notices nothing', async () => {
      const owner = await signUpBoundInDbsc(site)
      const thief = await copyOf(site, owner)
      const own = await createDbscBrowser(thief, publicUrl)
      site.move(6 * minute)
      await owner.browser.refresh()
      const before = await rowOf(idOf(owner))
      const recorded = faults().length
      const { plain, byKey } = await tries(thief, own, idOf(owner))
      for (const reply of plain) {
        nothing(reply, 401)
        expect(reply.body.code).toBe('proof_required')
      }
      for (const reply of byKey) nothing(reply, 403)
      // All but the first step of the browser's own protocol, which asks for a challenge.
      expect(faults().length - recorded).toBe(plain.length + 1)
      expect(await rowOf(idOf(owner))).toEqual(before)
      expect((await thief.me()).status).toBe(401)
      expect((await owner.browser.refresh()).status).toBe(200)
    })

    test('PROTOCOL bound: while its access cookie lives it gets no token either', async () => {
      const owner = await signUpBoundInDbsc(site)
      const thief = await copyOf(site, owner)
      const own = await createDbscBrowser(thief, publicUrl)
      expect((await thief.me()).status).toBe(200)
      nothing(await thief.refresh(), 401)
      nothing(await own.ask(null, { headers: { 'sec-secure-session-id': idOf(owner) } }), 403)
      site.move(5 * minute)
      expect((await thief.me()).status).toBe(401)
    })

    test('PROTOCOL bound: taken before the browser had proven its key, it is worth nothing from the first proof on', async () => {
      const { visitor, browser, offer } = await offered()
      const early = site.visitor()
      early.jar.restore(visitor.jar.snapshot())
      await browser.register(offer)
      expect((await early.me()).status).toBe(200)
      nothing(await early.refresh(), 401)
      await browser.refresh()
      // Other nodes, and this one's memory, know it within seconds.
      await expect.poll(async () => (await early.me()).status).toBe(401)
      // Nor does its access cookie, which names no key, prove any other act.
      for (const path of ['/refresh', '/ack', '/logout', '/logout-all'])
        nothing(await early.post(`/api/auth${path}`, {}), 401)
      expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
    })

    test('PROTOCOL bound: taken after the registration and before the first proof, it proves nothing from then on', async () => {
      for (const withRefreshCookie of [true, false]) {
        const owner = await signUpInDbsc(site)
        const { browser } = owner
        const early = await copyOf(site, owner)
        expect((await early.me()).status).toBe(200)
        const challenge = await freshChallenge(browser)
        await browser.ask(await browser.proof(challenge), withRefreshCookie ? {} : { cookie: null })
        expect((await rowOf(idOf(owner)))?.boundKey).toMatch(/^dbsc\./)
        for (const path of ['/refresh', '/ack', '/logout', '/logout-all'])
          nothing(await early.post(`/api/auth${path}`, {}), 401)
        await expect.poll(async () => (await early.me()).status).toBe(401)
        // The owner's, which came in the answer to that proof, is worth what it should.
        expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
        expect((await browser.send('POST', '/api/auth/ack', { body: {} })).status).toBe(204)
      }
    })

    test('PROTOCOL bound: with the access cookie of the thief’s own session it ends nothing', async () => {
      const owner = await signUpBoundInDbsc(site)
      const mine = await signUpBoundInDbsc(site)
      const thief = await copyOf(site, owner)
      thief.jar.put({ name: '__Host-vigile_access', value: mine.browser.visitor.cookie('access') ?? '', path: '/' })
      for (const path of ['/refresh', '/ack', '/logout', '/logout-all'])
        nothing(await thief.post(`/api/auth${path}`, {}), 401)
      expect((await rowOf(idOf(owner)))?.revokedAt).toBeNull()
    })

    test('PROTOCOL bound: a thief who signs in as himself in it does not end the session, nor by claiming that it was left', async () => {
      const owner = await signUpBoundInDbsc(site)
      const mine = await signUpInDbsc(site)
      site.move(6 * minute)
      const thief = await copyOf(site, owner)
      expect((await thief.signIn(mine.email)).status).toBe(200)
      const own = await createDbscBrowser(thief, publicUrl)
      const as = { headers: { 'sec-secure-session-id': idOf(owner) } }
      const challenge = challengeOf(await own.ask(null, as))?.challenge ?? ''
      nothing(await own.ask(await own.proof(challenge), as), 403)
      expect((await rowOf(idOf(owner)))?.revokedAt).toBeNull()
      expect((await owner.browser.send('GET', '/api/auth/me')).status).toBe(200)
    })

    test('I6 PROTOCOL bound: two holders who both have the key are still found', async () => {
      const owner = await signUpBoundInDbsc(site)
      const { browser } = owner
      const clone = await copyOf(site, owner)
      site.move(2 * 60 * minute)
      await browser.refresh()
      await browser.send('POST', '/api/auth/ack', { body: { settled: 'x'.repeat(16) } })
      site.move(2 * 60 * minute)
      await browser.refresh()
      await browser.send('POST', '/api/auth/ack', { body: {} })
      // The same key, signing for the jar as it was: told to look again, and found when it insists.
      const cookie = clone.jar
        .snapshot()
        .filter(({ name }) => name.endsWith('_refresh'))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ')
      const first = await browser.ask(await browser.proof(await freshChallenge(browser)), { cookie })
      nothing(first, 403)
      const caught = await browser.ask(await browser.proof(challengeOf(first)?.challenge ?? ''), { cookie })
      expect([caught.status, caught.body.code, caught.body.reason]).toEqual([401, 'session_ended', 'reuse'])
      expect((await rowOf(idOf(owner)))?.revokedReason).toBe('reuse')
    })
  })

  test('S-54 CSRF-2 a form of another site reaches neither endpoint: it can make no proof', async () => {
    const owner = await signUpBoundInDbsc(site)
    const before = await rowOf(idOf(owner))
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' }
    const form = { origin: 'https://evil.example', csrf: null, headers, raw: 'a=b' }
    for (const path of [registration, '/api/auth/dbsc/refresh'])
      expect((await owner.browser.visitor.send('POST', path, form)).status).toBeGreaterThanOrEqual(401)
    expect(await rowOf(idOf(owner))).toEqual(before)
  })
})

test('S-81 binding required: nobody is in without a key, so there is nothing to register later', async () => {
  const site = await openSite('embedded', { sessions: { binding: 'required' } })
  const browser = await createDbscBrowser(site.visitor(), site.publicUrl)
  const refused = await browser.start('/register', { email: 'late@example.com', password: goodPassword })
  expect([refused.status, refused.body.code, offerOf(refused)]).toEqual([401, 'proof_required', null])
  await site.close()
})

test('S-80 S-81 a challenge of one node is answered at another, and used once over both', async () => {
  const site = await openSite('PostgreSQL and Redis', { sessions: { binding: 'optional' } })
  try {
    const node = await site.node()
    const visitor = site.visitor()
    const browser = await createDbscBrowser(visitor, site.publicUrl)
    const offer = offerOf(await visitor.signUp('nodes@example.com'))
    if (!offer) throw new Error('nothing was offered')
    const at = (path: string, response: string) =>
      node.fetch(
        new Request(`${site.publicUrl}${path}`, {
          method: 'POST',
          headers: {
            cookie: visitor.jar
              .for(path)
              .map(({ name, value }) => `${name}=${value}`)
              .join('; '),
            'secure-session-response': response,
          },
        }),
      )
    const response = await browser.proof(offer.challenge, { registers: true })
    expect((await at(offer.path, response)).status).toBe(200)
    expect((await browser.register(offer)).status).toBe(401)
  } finally {
    await site.close()
  }
})
