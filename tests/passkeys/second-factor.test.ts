// A passkey as the second factor, after a password.
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import type { WrongCeremony } from '../support/authenticator.ts'
import { storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { type Owner, owner } from './people.ts'
import { auditOf } from './records.ts'

const path = '/api/auth/second-factor'
const publicUrl = 'https://shop.example.com'
const failed = 'session:sign-in:failed'
const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** Somebody with a passkey, and another browser in which the password was right. */
const waiting = async (site: DocumentedSite, setup = {}): Promise<Owner & { readonly browser: Visitor }> => {
  const someone = await owner(site, setup)
  const browser = site.visitor()
  const { body } = await browser.signIn(someone.email)
  expect(body).toMatchObject({ next: 'second_factor', factors: ['passkey', 'recovery_code'] })
  return { ...someone, browser }
}
const answerOf = async ({ browser, authenticator }: Owner & { browser: Visitor }, wrong?: WrongCeremony) =>
  authenticator.get((await browser.post(`${path}/passkey`)).body, wrong)
const pass = (browser: Visitor, response: object) => browser.post(path, { method: 'passkey', response })

describe.each(storeKinds)('%s', (kind) => {
  let site: DocumentedSite
  beforeAll(async () => {
    site = await openDocumentedSite(kind, { publicUrl })
  })
  afterAll(() => site?.close())

  test('ACC-5 the browser is asked for one of the account’s own, and it finishes the sign-in', async () => {
    const person = await waiting(site)
    const { body } = await person.browser.post(`${path}/passkey`)
    expect(body).toMatchObject({
      allowCredentials: [{ id: person.authenticator.passkeys[0]?.id }],
      userVerification: 'required',
    })
    const reply = await pass(person.browser, person.authenticator.get(body))
    expect([reply.status, reply.body.user.email]).toEqual([200, person.email])
    expect((await person.browser.me()).status).toBe(200)
    const [entry] = await auditOf(site, 'session:sign-in')
    expect(entry?.details).toMatchObject({ by: 'password', secondFactor: 'passkey' })
  })

  test('S-20 S-25 of fifty at once with one answer, on every node, one finishes it', async () => {
    const person = await waiting(site)
    const response = await answerOf(person)
    const nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
    const cookie = person.browser.jar
      .for(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const headers = { 'content-type': 'application/json', origin: publicUrl, cookie }
    const body = JSON.stringify({ method: 'passkey', response })
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const request = new Request(`${publicUrl}${path}`, { method: 'POST', headers, body })
        return (nodes[index % nodes.length] ?? site.vigile).fetch(request, { address: `192.0.2.${index}` })
      }),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(49)
  })
})

describe('what does not hold', () => {
  let site: DocumentedSite
  beforeAll(async () => {
    site = await openDocumentedSite('embedded', { publicUrl })
  })
  afterAll(() => site?.close())

  test.each<[string, WrongCeremony]>([
    ['another origin', { clientData: { origin: 'https://evil.example' } }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['a user who was not verified', { flags: { uv: false } }],
    ['one that could be backed up, and now cannot', { flags: { be: false, bs: false } }],
    ['the signature of another key', { key: otherKey }],
    ['the handle of somebody else', { userHandle: 'A'.repeat(22) }],
  ])('ACC-5 H-1 %s does not finish the sign-in, and is on record; the right one does', async (_, wrong) => {
    const person = await waiting(site)
    const reply = await pass(person.browser, await answerOf(person, wrong))
    expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
    expect((await auditOf(site, failed))[0]).toMatchObject({ userId: person.id, details: { secondFactor: 'passkey' } })
    expect((await person.browser.me()).status).toBe(401)
    expect((await pass(person.browser, await answerOf(person))).status).toBe(200)
  })

  test('S-30 a counter that goes back does not either', async () => {
    const person = await waiting(site, { counts: true })
    expect((await pass(person.browser, await answerOf(person, { counter: 9 }))).status).toBe(200)
    await person.browser.signIn(person.email)
    expect((await pass(person.browser, await answerOf(person, { counter: 9 }))).status).toBe(401)
    expect((await auditOf(site, failed))[0]?.details).toMatchObject({ reason: 'counter', counter: 9, stored: 9 })
    expect(site.log.some(({ fields }) => fields.alert === 'passkey_counter')).toBe(true)
  })

  test('S-22 a challenge of another sign-in, of a sign-in without password or of a registration is of no use', async () => {
    const [person, other] = [await waiting(site), await waiting(site)]
    const { challenge } = (await other.browser.post(`${path}/passkey`)).body
    const alone = (await person.browser.post('/api/auth/passkey/options')).body.challenge
    const adding = (await person.visitor.post('/api/auth/factors/passkeys/options')).body.challenge
    for (const given of [challenge, alone, adding]) {
      const response = await answerOf(person, { clientData: { challenge: given } })
      expect((await pass(person.browser, response)).status).toBe(401)
    }
    // And the other way round: it signs nobody in without the password.
    const response = await answerOf(person)
    expect((await site.visitor().post('/api/auth/passkey/login', { response })).status).toBe(401)
  })

  test('S-22 somebody else’s passkey is of no use; five wrong ones, and the sign-in is over', async () => {
    const [person, mallory] = [await waiting(site), await waiting(site)]
    for (let count = 0; count < 5; count += 1) {
      const { challenge, rpId } = (await person.browser.post(`${path}/passkey`)).body
      const response = mallory.authenticator.get({ challenge, rpId, timeout: 1, userVerification: 'required' })
      expect((await pass(person.browser, response)).body.code).toBe('invalid_credentials')
    }
    expect((await pass(person.browser, await answerOf(person))).body.code).toBe('unauthenticated')
  })

  test('ACC-6 of an account that was disabled meanwhile the sign-in is over', async () => {
    const person = await waiting(site)
    const response = await answerOf(person)
    await site.vigile.users.disable(person.id as never, { kind: 'application', name: 'test' })
    expect((await pass(person.browser, response)).status).toBe(401)
    expect((await person.browser.me()).status).toBe(401)
  })

  test('ACC-5 recovery codes come with the first factor, go with the last, and stay while there is another', async () => {
    const person = await owner(site)
    const [first] = (await person.visitor.get('/api/auth/factors')).body.passkeys
    expect((await person.visitor.get('/api/auth/factors')).body.recoveryCodesLeft).toBe(10)
    await person.visitor.send('DELETE', `/api/auth/factors/passkeys/${first.id}`)
    expect((await person.visitor.get('/api/auth/factors')).body).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 })
    expect((await site.visitor().signIn(person.email)).body).toHaveProperty('user')
  })
})
