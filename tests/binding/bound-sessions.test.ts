// A bound session over HTTP: how it begins, what a copied jar gets, and that the protocol's own ways still hold.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { claimsOf, openDatabase } from '../protocol/desk.ts'
import { createDevice } from '../support/device.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Reply } from '../support/visitor.ts'
import { type Person, signUpBound, thiefOf } from './people.ts'

const minutesOf = ({ body }: Reply) => Math.ceil(body.expiresIn / 60)
const credentials = ({ email }: Person) => ({ email, password: goodPassword })

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: Database
  beforeAll(async () => {
    site = await openSite(kind, { sessions: { binding: 'optional' } })
    database = openDatabase(kind, site.database)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const rowOf = async (person: Person) =>
    (await database.sessions.find(claimsOf(person.visitor.cookie('access')).sid as SessionId)).session
  const refusals = () => database.audit.list({ limit: 100, action: 'session:proof:failed' })

  test('TOK-1 PROTOCOL bound: a sign-in that brings a key is bound to it: cnf in the token, five minutes of life', async () => {
    const person = await signUpBound(site)
    const claims = claimsOf(person.visitor.cookie('access')) as ReturnType<typeof claimsOf> & { cnf: unknown }
    expect(claims.cnf).toEqual({ jkt: person.device.thumbprint })
    expect(claims.exp - claims.iat).toBe(300)
    expect(minutesOf(person.started)).toBe(5)
    expect((await rowOf(person))?.boundKey).toBe(`dpop.${person.device.jwk.x}.${person.device.jwk.y}`)
    const signedIn = await person.device.post(person.visitor, '/login', credentials(person))
    expect(minutesOf(signedIn)).toBe(5)
    const plain = await site.visitor().signIn(person.email)
    expect(minutesOf(plain)).toBe(15)
  })

  test('PROTOCOL bound: refresh, ack, rotation and the list of sessions go on as ever', async () => {
    const person = await signUpBound(site)
    await person.settle()
    const rotated = await person.refresh()
    expect([rotated.body.rotated, minutesOf(rotated)]).toEqual([true, 5])
    expect((await person.ack()).status).toBe(204)
    expect((await person.visitor.me()).status).toBe(200)
    expect((await person.visitor.get('/api/auth/sessions')).body.sessions).toHaveLength(1)
  })

  test('I5 PROTOCOL bound: a lost answer is made good: the same token within 20 s, a sibling an hour later', async () => {
    const person = await signUpBound(site)
    await person.settle()
    const lost = await person.device.post(person.visitor, '/refresh', {}, { lands: false })
    const again = await person.device.post(person.visitor, '/refresh', {}, { lands: false })
    expect([lost.body.rotated, again.body.fingerprint]).toEqual([true, lost.body.fingerprint])
    site.move(3_600_000)
    const sibling = await person.refresh()
    expect(sibling.body.rotated).toBe(true)
    expect(sibling.body.fingerprint).not.toBe(lost.body.fingerprint)
    expect((await person.ack()).status).toBe(204)
  })

  test('I3 PROTOCOL bound: a copied jar in another browser gets no token, changes nothing, is on record, and its owner notices nothing', async () => {
    const person = await signUpBound(site)
    await person.settle()
    const before = await rowOf(person)
    const thief = thiefOf(site, person)
    const own = await createDevice(site.publicUrl)
    const recorded = (await refusals()).length
    const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused').length
    const logged = alerts()
    const fingerprint = person.started.body.fingerprint
    const tries = [
      await thief.refresh(),
      await thief.refresh({ retry: fingerprint, settled: fingerprint }),
      await own.post(thief, '/refresh'),
      await thief.ack({ settled: fingerprint }),
      await own.post(thief, '/ack', { settled: fingerprint }),
      await thief.post('/api/auth/logout', {}),
      await thief.post('/api/auth/logout', { only: fingerprint }),
      await own.post(thief, '/logout'),
      await thief.post('/api/auth/logout-all', {}),
      await own.post(thief, '/logout-all'),
      await thief.send('DELETE', `/api/auth/sessions/${before?.id}`),
    ]
    for (const { status, body, setCookies } of tries) {
      expect([status, body.code]).toEqual([401, 'proof_required'])
      expect(setCookies).toEqual([])
    }
    expect(await rowOf(person)).toEqual(before)
    expect(alerts() - logged).toBe(tries.length)
    // Without a key, and with another one: each once a minute.
    expect((await refusals()).length - recorded).toBe(2)
    // By the access cookie alone, while it lives.
    site.move(-80_000)
    thief.jar.remove('vigile_refresh')
    expect((await thief.post('/api/auth/logout', {})).body.code).toBe('proof_required')
    expect((await thief.post('/api/auth/logout-all', {})).body.code).toBe('proof_required')
    const change = { currentPassword: goodPassword, newPassword: 'another-harbour-lantern-43' }
    expect((await thief.post('/api/auth/password/change', change)).body.code).toBe('proof_required')
    expect((await own.post(thief, '/password/change', change)).body).toMatchObject({ reason: 'key_lost' })
    site.move(80_000)
    expect((await person.refresh()).body.rotated).toBe(true)
    expect((await person.ack()).status).toBe(204)
  })

  test('LIM-7 PROTOCOL bound: who copied the jar can not use up the allowance of its owner', async () => {
    const person = await signUpBound(site)
    const own = await createDevice(site.publicUrl)
    for (const thief of [thiefOf(site, person), thiefOf(site, person)]) {
      const replies = await Promise.all(Array.from({ length: 70 }, () => thief.refresh()))
      expect(replies.some(({ status }) => status === 429)).toBe(true)
      await Promise.all(Array.from({ length: 70 }, () => own.post(thief, '/ack')))
    }
    expect((await person.ack()).status).toBe(204)
    expect((await person.refresh()).status).toBe(200)
  })

  test('PROTOCOL bound: an access cookie that was copied confirms nothing', async () => {
    const person = await signUpBound(site)
    const thief = thiefOf(site, person)
    expect((await thief.me()).status).toBe(200)
    expect((await rowOf(person))?.winner).toBeNull()
  })

  test('TOK-11 PROTOCOL bound: an access cookie that was copied does nothing that takes a recent sign-in, by a form either', async () => {
    const person = await signUpBound(site)
    const headers = { cookie: `vigile_access=${person.visitor.cookie('access')}`, origin: site.publicUrl }
    const asked = (options: object) =>
      site.vigile.requireSession(new Request(`${site.publicUrl}/transfer`, { method: 'POST', headers }), {
        csrf: 'origin',
        ...options,
      })
    expect(await asked({})).toMatchObject({ ok: true, user: { email: person.email } })
    const refused = await asked({ recentSignIn: true })
    expect(!refused.ok && [refused.response.status, (await refused.response.json()).code]).toEqual([
      401,
      'proof_required',
    ])
  })

  test('PROTOCOL bound: a thief who signs in as himself with a copied jar does not end the session', async () => {
    const person = await signUpBound(site)
    const other = await signUpBound(site)
    const thief = thiefOf(site, person)
    expect((await thief.post('/api/auth/login', credentials(other))).status).toBe(200)
    expect((await person.refresh()).status).toBe(200)
    // A sign-in in the owner's own browser, by the same key, does end it.
    expect((await person.device.post(person.visitor, '/login', credentials(other))).status).toBe(200)
    expect((await database.sessions.find(person.started.body.session.id)).session?.revokedReason).toBe('replaced')
  })

  test('PROTOCOL bound: sign-out with the key; one session among several cookies that is bound to another key stays', async () => {
    const person = await signUpBound(site)
    const victim = await signUpBound(site)
    const planted = victim.visitor.cookie('refresh') ?? ''
    person.visitor.jar.put({ name: 'vigile_refresh', value: planted, path: '/api' })
    const both = person.visitor.jar.for('/api/auth/logout').map(({ name, value }) => `${name}=${value}`)
    expect(both.filter((pair) => pair.startsWith('vigile_refresh'))).toHaveLength(2)
    const left = await person.device.post(person.visitor, '/logout')
    expect(left.status).toBe(204)
    expect((await database.sessions.find(person.started.body.session.id)).session?.revokedReason).toBe('signed_out')
    expect((await victim.refresh()).status).toBe(200)
  })

  test('PROTOCOL bound: what is over is answered before any proof: session_ended, and the clean-up needs none', async () => {
    const person = await signUpBound(site)
    await database.sessions.revoke([person.started.body.session.id], 'ended_by_operator', site.now())
    const thief = thiefOf(site, person)
    expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'ended_by_operator' })
    expect((await thief.ack()).body).toMatchObject({ code: 'session_ended' })
    const only = person.started.body.fingerprint
    const cleaned = await person.visitor.post('/api/auth/logout', { only })
    expect([cleaned.status, cleaned.setCookies.length]).toEqual([204, 6])
  })

  test('PROTOCOL bound: a lost key is said to be lost; a sign-in with the new one goes on, and ends the old session', async () => {
    const person = await signUpBound(site)
    const fresh = await createDevice(site.publicUrl)
    const refused = await fresh.post(person.visitor, '/refresh')
    expect(refused.body).toMatchObject({ code: 'proof_required', reason: 'key_lost' })
    expect(person.visitor.cookie('refresh')).toBeDefined()
    const again = await fresh.post(person.visitor, '/login', credentials(person))
    expect(again.status).toBe(200)
    expect((await database.sessions.find(person.started.body.session.id)).session?.revokedReason).toBe('replaced')
    expect((await fresh.post(person.visitor, '/refresh')).status).toBe(200)
  })

  test('TOK-8 PROTOCOL bound: a change of password keeps the key', async () => {
    const person = await signUpBound(site)
    const change = { currentPassword: goodPassword, newPassword: 'another-harbour-lantern-43' }
    const plain = await person.visitor.post('/api/auth/password/change', change)
    expect([plain.status, plain.body.code]).toEqual([401, 'proof_required'])
    const changed = await person.device.post(person.visitor, '/password/change', change)
    expect(changed.status).toBe(200)
    expect((await rowOf(person))?.boundKey).toContain(person.device.jwk.x)
    expect((await person.refresh()).status).toBe(200)
  })

  test('I6 PROTOCOL bound: two holders who both have the key are still found', async () => {
    const person = await signUpBound(site)
    await person.settle()
    const clone = thiefOf(site, person)
    const { body } = await person.refresh()
    await person.ack({ settled: body.fingerprint })
    const stale = await person.device.post(clone, '/refresh')
    expect(stale.status).toBe(409)
    const caught = await person.device.post(clone, '/refresh', { retry: stale.body.fingerprint })
    expect(caught.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
  })
})

describe('binding required', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite('embedded', { sessions: { binding: 'required' } })
  })
  afterAll(() => site?.close())

  test('PROTOCOL bound: nobody signs up or in without a key, and is told why', async () => {
    const person = await signUpBound(site)
    expect(person.started.status).toBe(201)
    const plain = await site.visitor().signIn(person.email)
    expect([plain.status, plain.body.code]).toEqual([401, 'proof_required'])
    expect(plain.body.detail).toMatch(/holds a key of its own/)
    expect(plain.setCookies).toEqual([])
    expect((await site.visitor().signUp('plain@example.com')).status).toBe(401)
  })
})

describe('binding off', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite('embedded')
  })
  afterAll(() => site?.close())

  test('PROTOCOL bound: a proof is no matter where binding is off', async () => {
    const person = await signUpBound(site)
    expect(minutesOf(person.started)).toBe(15)
    expect(person.started.headers.get('dpop-nonce')).toBeNull()
    expect((await person.visitor.refresh()).status).toBe(200)
  })
})
