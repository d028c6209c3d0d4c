// Many requests with refused proofs: what they may not fill, and whose allowance they may not use up.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../engine/src/stores/database.ts'
import { openDatabase } from '../protocol/desk.ts'
import { createDevice } from '../support/device.ts'
import { openSite, type Site } from '../support/site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import { signUpBound, thiefOf } from './people.ts'

let site: Site
let database: Database
beforeAll(async () => {
  site = await openSite('embedded', { delivery: 'cookie', sessions: { binding: 'optional' } })
  database = openDatabase('embedded', site.database)
})
afterAll(async () => {
  await database?.close()
  await site?.close()
})

const rows = async () => (await database.audit.list({ limit: 1_000, action: 'session:proof:failed' })).length
const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused').length
/** The statuses of so many requests, and how often each. */
const flood = async (times: number, ask: () => Promise<Reply>) => {
  const statuses: number[] = []
  for (let index = 0; index < times; index += 1) statuses.push((await ask()).status)
  return Object.fromEntries(
    Object.entries(Object.groupBy(statuses, String)).map(([status, all]) => [status, all?.length]),
  )
}
const change = { currentPassword: 'quiet-harbour-lantern-42', newPassword: 'another-harbour-lantern-43' }
/** A proof of a key that nobody has: no signature is looked at before the limits count. */
const madeUp = async (visitor: Visitor, path: string) => {
  const coordinate = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(), y: coordinate() }
  const dpop = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part({ jti: 'j' })}.${'A'.repeat(86)}`
  return visitor.post(`/api/auth${path}`, {}, { headers: { dpop } })
}

test('AUD-2 an attacker with a copied cookie does not fill the record with refused proofs', async () => {
  const person = await signUpBound(site)
  const [recorded, logged] = [await rows(), alerts()]
  for (const path of ['/refresh', '/ack', '/logout', '/logout-all']) {
    const thief = thiefOf(site, person)
    await flood(30, () => thief.post(`/api/auth${path}`, {}))
  }
  expect([(await rows()) - recorded, alerts() - logged]).toEqual([1, 120])
  site.move(60_001)
  await thiefOf(site, person).refresh()
  expect((await rows()) - recorded).toBe(2)
})

test('AUD-2 LIM-1 refused proofs at a change of password fill nothing, and are counted by address', async () => {
  const person = await signUpBound(site)
  const thief = thiefOf(site, person)
  const recorded = await rows()
  expect(await flood(130, () => thief.post('/api/auth/password/change', change))).toEqual({ 401: 100, 429: 30 })
  expect((await rows()) - recorded).toBe(1)
  // LIM-7: the owner is elsewhere.
  const changed = await person.device.post(person.visitor, '/password/change', change)
  expect(changed.status).toBe(200)
})

test('AUD-2 one’s own bound token sent as a plain bearer again and again does not fill the record', async () => {
  const person = await signUpBound(site)
  const authorization = `Bearer ${person.visitor.cookie('access')}`
  const recorded = await rows()
  await flood(30, () => site.visitor().get('/api/auth/me', { headers: { authorization }, cookie: null }))
  expect((await rows()) - recorded).toBe(1)
})

test('LIM-1 a new made-up key with each request does not avoid the limits of a token', async () => {
  const person = await signUpBound(site)
  const thief = thiefOf(site, person)
  expect(await flood(70, () => madeUp(thief, '/refresh'))).toEqual({ 401: 60, 429: 10 })
  expect(await flood(70, () => madeUp(thief, '/ack'))).toEqual({ 401: 60, 429: 10 })
  // LIM-7: the owner, who names the key of the session, is counted apart.
  expect((await person.ack()).status).toBe(204)
  expect((await person.refresh()).status).toBe(200)
})

test('LIM-1 acks are counted by address, with however many tokens', async () => {
  const small = await openSite('embedded', { limits: { rules: { refreshIp: { limit: 5, windowSeconds: 60 } } } })
  const address = '192.0.2.1'
  const people = await Promise.all(
    ['ada', 'grace', 'mary'].map(async (name) => {
      const visitor = small.visitor(address)
      await visitor.signUp(`${name}@example.com`)
      return visitor
    }),
  )
  const statuses: number[] = []
  for (const visitor of people) for (let acks = 0; acks < 2; acks += 1) statuses.push((await visitor.ack()).status)
  expect(statuses).toEqual([204, 204, 204, 204, 204, 429])
  await small.close()
})

test('LIM-7 first steps and junk of neighbours behind one address keep nobody from signing out', async () => {
  const person = await signUpBound(site)
  const other = await createDevice(site.publicUrl)
  const neighbour = thiefOf(site, person)
  const office = site.visitor(neighbour.address)
  office.jar.restore(person.visitor.jar.snapshot())
  const steps = async () => {
    const dpop = await other.proof('POST', `${site.publicUrl}/api/auth/logout`)
    return neighbour.post('/api/auth/logout', {}, { headers: { dpop } })
  }
  expect(await flood(25, steps)).toEqual({ 401: 25 })
  expect(await flood(25, () => neighbour.post('/api/auth/logout', {}, { csrf: null }))).toEqual({ 403: 25 })
  const left = await person.device.post(office, '/logout')
  expect(left.status).toBe(204)
  // Nothing is without a limit.
  expect(
    await flood(60, () => neighbour.post('/api/auth/logout', {}, { csrf: null, origin: 'https://evil.example' })),
  ).toMatchObject({ 429: expect.any(Number) })
})
