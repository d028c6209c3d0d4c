// A passkey is made by a software authenticator, right and in every way wrong (WebAuthn section 7.1).
import { randomBytes } from 'node:crypto'
import type { PasskeyCreationOptions } from '@vigile/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import { type Algorithm, createAuthenticator, type WrongCeremony } from '../support/authenticator.ts'
import { letterTo } from '../support/mail.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import { auditOf } from './records.ts'

let site: DocumentedSite
let people = 0
beforeAll(async () => {
  site = await openDocumentedSite('embedded', {
    publicUrl: 'https://shop.example.com',
    allowedOrigins: ['https://app.example.com'],
  })
})
afterAll(() => site?.close())

const factors = '/api/auth/factors/passkeys'
const signedUp = async (): Promise<Visitor> => {
  const visitor = site.visitor()
  people += 1
  await visitor.signUp(`registers${people}@example.com`)
  return visitor
}
const optionsFor = async (visitor: Visitor): Promise<PasskeyCreationOptions> =>
  (await visitor.post(`${factors}/options`)).body
const add = (visitor: Visitor, response: object, name?: string): Promise<Reply> =>
  visitor.post(factors, { response, ...(name !== undefined && { name }) })
const authenticator = createAuthenticator('https://shop.example.com')

test('ACC-5 what a browser is asked for: a discoverable credential, the user verified, no maker’s statement, no address in the handle', async () => {
  const visitor = await signedUp()
  const { body } = await visitor.post(`${factors}/options`)
  const { user } = (await visitor.me()).body
  expect(body).toMatchObject({
    rp: { id: 'shop.example.com', name: 'Vigile' },
    user: { id: user.id, name: user.email },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
    excludeCredentials: [],
  })
  expect(Buffer.from(body.user.id, 'base64url')).toHaveLength(16)
})

test('S-25 challenges are the server’s own, of 16 random bytes and more, and no two alike', async () => {
  const visitor = await signedUp()
  const challenges = [await optionsFor(visitor), await optionsFor(visitor)].map(({ challenge }) =>
    Buffer.from(challenge, 'base64url').toString(),
  )
  const randomParts = challenges.map((text) => Buffer.from(text.split('.')[0] as string, 'base64url'))
  expect(randomParts.map(({ length }) => length)).toEqual([16, 16])
  expect(new Set(challenges).size).toBe(2)
})

test.each<[Algorithm, string]>([
  [-7, 'ES256'],
  [-8, 'EdDSA'],
  [-257, 'RS256'],
])('ACC-5 a passkey of algorithm %i (%s) is added, and is told of with its name', async (algorithm) => {
  const visitor = await signedUp()
  const made = authenticator.create(await optionsFor(visitor), { algorithm })
  const reply = await add(visitor, made, 'Téléphone')
  expect(reply.status).toBe(201)
  expect((await visitor.get('/api/auth/factors')).body.passkeys).toEqual([reply.body.passkey])
  expect(reply.body.passkey).toEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    name: 'Téléphone',
    createdAt: expect.any(Number),
    lastUsedAt: null,
    backedUp: true,
  })
  expect((await optionsFor(visitor)).excludeCredentials).toEqual([
    { id: made.id, type: 'public-key', transports: ['internal', 'hybrid'] },
  ])
})

test('ACC-5 without a name it is called after the browser and the system', async () => {
  const visitor = await signedUp()
  const { body } = await add(visitor, authenticator.create(await optionsFor(visitor)))
  expect(body.passkey.name).toBe('Firefox · Linux')
})

test('a page of a listed origin may add one; what the maker states of itself is not looked at', async () => {
  const visitor = await signedUp()
  const attestation = { fmt: 'packed', attStmt: new Map<string, unknown>([['x5c', ['not a certificate']]]) }
  const made = authenticator.create(await optionsFor(visitor), {
    clientData: { origin: 'https://app.example.com' },
    attestation,
  })
  expect((await add(visitor, made)).status).toBe(201)
})

type Bent = readonly [string, WrongCeremony, string]

const isRefused = async (_: string, wrong: WrongCeremony, says: string, code = 'refused') => {
  const visitor = await signedUp()
  const reply = await add(visitor, authenticator.create(await optionsFor(visitor), wrong))
  expect(reply.status).toBe(400)
  expect(reply.body.errors).toEqual([{ path: 'response', code: `passkey_${code}`, message: expect.any(String) }])
  const [entry] = await auditOf(site, 'factor:add:failed')
  expect(JSON.stringify(entry?.details)).toContain(JSON.stringify(says).slice(1, -1))
  expect((await optionsFor(visitor)).excludeCredentials).toEqual([])
}

const topOrigin = 'https://evil.example'
test.each<Bent>([
  ['the type of a sign-in', { clientData: { type: 'webauthn.get' } }, 'registration response type'],
  ['no challenge', { clientData: { challenge: undefined } }, 'malformed'],
  ['another origin', { clientData: { origin: 'https://evil.example' } }, 'origin "https://evil.example"'],
  ['a sister site that is not listed', { clientData: { origin: 'https://blog.example.com' } }, 'origin'],
  ['the same host over http', { clientData: { origin: 'http://shop.example.com' } }, 'origin'],
  ['another RP ID', { rpId: 'evil.example' }, 'Unexpected RP ID hash'],
  ['the RP ID of the parent domain', { rpId: 'example.com' }, 'Unexpected RP ID hash'],
  ['a frame of another origin', { clientData: { crossOrigin: true } }, 'cross_origin'],
  ['a frame that is named', { clientData: { crossOrigin: true, topOrigin } }, 'cross_origin'],
  ['a top origin without a frame', { clientData: { topOrigin } }, 'cross_origin'],
])('S-26 %s: refused, nothing is added, and it is on record', (...bent) => isRefused(...bent))

test('S-26 a challenge that nobody made: refused, nothing is added, and it is on record', () =>
  isRefused('', { clientData: { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' } }, 'challenge', 'expired'))

test.each<Bent>([
  ['nobody present', { flags: { up: false } }, 'User presence was required'],
  ['a user who was not verified', { flags: { uv: false } }, 'User verification was required'],
])('S-27 %s: refused, nothing is added, and it is on record', (...bent) => isRefused(...bent))

test('S-28 a backup of what cannot be backed up: refused, nothing is added, and it is on record', () =>
  isRefused('', { flags: { be: false, bs: true } }, 'Single-device'))

test('S-29 an algorithm that was not offered: refused, nothing is added, and it is on record', () =>
  isRefused('', { algorithm: -35 }, 'public key alg "-35"'))

test.each<Bent>([
  ['no JSON', { rawClientData: 'x' }, 'malformed'],
  ['nothing', { rawClientData: 'null' }, 'malformed'],
])('client data that is %s: refused', (...bent) => isRefused(...bent))

test('S-25 a challenge is used once, whether what came with it was right or not', async () => {
  const visitor = await signedUp()
  const options = await optionsFor(visitor)
  expect((await add(visitor, authenticator.create(options, { flags: { uv: false } }))).status).toBe(400)
  expect((await add(visitor, authenticator.create(options))).body.errors[0].code).toBe('passkey_expired')
  expect((await auditOf(site, 'factor:add:failed'))[0]?.details).toMatchObject({ reason: 'challenge_used' })
})

test('S-25 a challenge is good for five minutes', async () => {
  const visitor = await signedUp()
  const [soon, late] = [await optionsFor(visitor), await optionsFor(visitor)]
  site.move(4 * 60_000 - 1_000)
  expect((await add(visitor, authenticator.create(soon))).status).toBe(201)
  site.move(2 * 60_000)
  expect((await add(visitor, authenticator.create(late))).body.errors[0].code).toBe('passkey_expired')
})

test('S-22 a challenge for another account adds nothing', async () => {
  const [visitor, other] = [await signedUp(), await signedUp()]
  const theirs = authenticator.create(await optionsFor(other))
  expect((await add(visitor, theirs)).body.errors[0].code).toBe('passkey_expired')
})

test('S-29 a credential id of over 1,023 bytes is refused, said outside or only inside; one of 1,023 is not', async () => {
  const visitor = await signedUp()
  const outside = authenticator.create(await optionsFor(visitor), { credentialId: randomBytes(1024) })
  expect((await add(visitor, outside)).body.errors).toContainEqual(
    expect.objectContaining({ path: 'response.id', code: 'too_long' }),
  )
  const inside = authenticator.create(await optionsFor(visitor), { credentialId: randomBytes(1024) })
  const short = { id: inside.id.slice(0, 1364), rawId: inside.id.slice(0, 1364) }
  expect((await add(visitor, { ...inside, ...short })).body.errors[0].code).toBe('passkey_refused')
  expect((await auditOf(site, 'factor:add:failed'))[0]?.details).toMatchObject({ reason: 'credential_id' })
  const longest = authenticator.create(await optionsFor(visitor), { credentialId: randomBytes(1023) })
  expect((await add(visitor, longest)).status).toBe(201)
})

test('S-29 an id that is not the one that was signed is refused', async () => {
  const visitor = await signedUp()
  const made = authenticator.create(await optionsFor(visitor))
  const other = randomBytes(32).toString('base64url')
  expect((await add(visitor, { ...made, id: other, rawId: other })).body.errors[0].code).toBe('passkey_refused')
})

test('S-29 a passkey that is registered already is refused, whoever it belongs to', async () => {
  const [visitor, other] = [await signedUp(), await signedUp()]
  const credentialId = randomBytes(32)
  expect((await add(visitor, authenticator.create(await optionsFor(visitor), { credentialId }))).status).toBe(201)
  for (const who of [visitor, other]) {
    const reply = await add(who, authenticator.create(await optionsFor(who), { credentialId }))
    expect(reply.body.errors[0].code).toBe('passkey_known')
  }
  expect((await optionsFor(other)).excludeCredentials).toEqual([])
})

test('ACC-5 an account has twenty passkeys at most, under parallel requests too', async () => {
  const visitor = await signedUp()
  const made = []
  for (let count = 0; count < 22; count += 1) made.push(authenticator.create(await optionsFor(visitor)))
  const replies = await Promise.all(made.map((one) => add(visitor, one)))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(20)
  const refusals = replies.filter(({ status }) => status !== 201).map(({ body }) => body.errors[0].code)
  expect(refusals).toEqual(['passkey_too_many', 'passkey_too_many'])
  expect((await visitor.post(`${factors}/options`)).body.errors[0].code).toBe('passkey_too_many')
})

test('ACC-5 S-86 its owner renames and removes it; nobody else does', async () => {
  const [visitor, mallory] = [await signedUp(), await signedUp()]
  const { id } = (await add(visitor, authenticator.create(await optionsFor(visitor)))).body.passkey
  const path = `${factors}/${id}`
  expect((await mallory.send('PATCH', path, { body: { name: 'Mine' } })).status).toBe(404)
  expect((await mallory.send('DELETE', path)).status).toBe(404)
  const renamed = await visitor.send('PATCH', path, { body: { name: '  Clé USB  ' } })
  expect([renamed.status, renamed.body.name]).toEqual([200, 'Clé USB'])
  expect((await visitor.send('PATCH', path, { body: { name: 'a\u202eb' } })).status).toBe(400)
  expect((await visitor.send('PATCH', path, { body: { name: 'x'.repeat(65) } })).status).toBe(400)
  expect((await visitor.send('DELETE', path)).status).toBe(204)
  expect((await visitor.send('DELETE', path)).status).toBe(404)
  const acts = ['factor:add', 'factor:rename', 'factor:remove']
  for (const action of acts) expect((await auditOf(site, action))[0]).toMatchObject({ resourceId: id })
})

test('TOK-11 S-39 adding and removing take a recent sign-in, a new name does not', async () => {
  const visitor = await signedUp()
  const { id } = (await add(visitor, authenticator.create(await optionsFor(visitor)))).body.passkey
  const late = authenticator.create(await optionsFor(visitor))
  site.move(11 * 60_000)
  for (const [method, path, body] of [
    ['POST', `${factors}/options`, undefined],
    ['POST', factors, { response: late }],
    ['DELETE', `${factors}/${id}`, undefined],
  ] as const) {
    const reply = await visitor.send(method, path, { body })
    expect([path, reply.status, reply.body.code]).toEqual([path, 403, 'reauthentication_required'])
  }
  expect((await visitor.send('PATCH', `${factors}/${id}`, { body: { name: 'Laptop' } })).status).toBe(200)
})

test('S-16 the owner is told of a passkey that was added, and of one that was removed', async () => {
  const visitor = await signedUp()
  const { email } = (await visitor.me()).body.user
  const { id } = (await add(visitor, authenticator.create(await optionsFor(visitor)))).body.passkey
  await letterTo([site.vigile], email, 'passkey')
  await visitor.send('DELETE', `${factors}/${id}`, { headers: { 'accept-language': 'fr' } })
  await letterTo([site.vigile], email, 'Une clé d’accès')
})

test.each(['http://shop.example.com', 'https://192.0.2.1', 'https://[2001:db8::1]'])(
  'where browsers make no passkeys (%s) none is offered',
  async (publicUrl) => {
    const bare = await openDocumentedSite('embedded', { publicUrl })
    const visitor = bare.visitor()
    await visitor.signUp('ada@example.com')
    expect((await visitor.post(`${factors}/options`)).status).toBe(404)
    await bare.close()
  },
)

test('the domain of the cookies, where one is set, is that of the passkeys', async () => {
  const cookies = { domain: 'example.com' }
  const wide = await openDocumentedSite('embedded', { publicUrl: 'https://shop.example.com', cookies })
  const visitor = wide.visitor()
  await visitor.signUp('ada@example.com')
  const options = await optionsFor(visitor)
  expect(options.rp.id).toBe('example.com')
  expect((await add(visitor, authenticator.create(options))).status).toBe(201)
  await wide.close()
})
