// Sign-in with a passkey alone, right and in every way wrong (WebAuthn section 7.2).
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentedSite, openDocumentedSite } from '../http/documented.ts'
import type { WrongCeremony } from '../support/authenticator.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { addPasskey, assertion, owner, signInWithPasskey } from './people.ts'
import { auditOf } from './records.ts'

const failed = 'session:sign-in:failed'
const login = '/api/auth/passkey/login'

describe.each(storeKinds)('%s', (kind) => {
  let site: DocumentedSite
  beforeAll(async () => {
    site = await openDocumentedSite(kind, { publicUrl: 'https://shop.example.com' })
  })
  afterAll(() => site?.close())

  test('ACC-5 a passkey signs in without a name or a password, in a browser that was never here', async () => {
    const { authenticator, email, id, passkeyId } = await owner(site)
    const stranger = site.visitor()
    const options = (await stranger.post('/api/auth/passkey/options')).body
    expect(options).toMatchObject({ rpId: 'shop.example.com', userVerification: 'required' })
    expect(options).not.toHaveProperty('allowCredentials')
    const reply = await stranger.post(login, { response: authenticator.get(options) })
    expect([reply.status, reply.body.user.email]).toEqual([200, email])
    expect((await stranger.me()).status).toBe(200)
    expect(stranger.cookie('device')).toBeDefined()
    const [entry] = await auditOf(site, 'session:sign-in')
    expect(entry).toMatchObject({ userId: id, details: { by: 'passkey', passkey: passkeyId } })
  })

  test('TOK-8 S-32 the session that the browser held ends, and its id is not used again', async () => {
    const { visitor, authenticator } = await owner(site)
    const before = visitor.jar.snapshot()
    const { body } = await signInWithPasskey(visitor, authenticator)
    const session = (await visitor.me()).body.session.id
    expect(session).toBe(body.session.id)
    visitor.jar.restore(before)
    expect((await visitor.me()).status).toBe(401)
  })

  test('S-25 an answer signs in once, over all nodes: of fifty at once, one does', async () => {
    const { authenticator } = await owner(site)
    const stranger = site.visitor()
    const response = await assertion(stranger, authenticator)
    const nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const headers = { 'content-type': 'application/json', origin: site.publicUrl }
        const init = { method: 'POST', headers, body: JSON.stringify({ response }) }
        const address = { address: `192.0.2.${index}` }
        const node = nodes[index % nodes.length] ?? site.vigile
        return node.fetch(new Request(`${site.publicUrl}${login}`, init), address)
      }),
    )
    const statuses = replies.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 401)])
    expect((await stranger.post(login, { response })).body.code).toBe('invalid_credentials')
  })

  test('S-30 of uses with one counter at once, one signs in', async () => {
    const { authenticator } = await owner(site, { counts: true })
    const stranger = site.visitor()
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => assertion(stranger, authenticator, { counter: 7 })),
    )
    const replies = await Promise.all(responses.map((response) => site.visitor().post(login, { response })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('S-30 a counter that goes back is refused, recorded and told to the operator; the passkey goes on from where it was', async () => {
    const { authenticator, id, passkeyId } = await owner(site, { counts: true })
    const visitor = site.visitor()
    expect((await signInWithPasskey(visitor, authenticator, { counter: 20 })).status).toBe(200)
    for (const counter of [20, 19, 0]) {
      const reply = await signInWithPasskey(visitor, authenticator, { counter })
      expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
      const [entry] = await auditOf(site, failed)
      const details = { by: 'passkey', reason: 'counter', counter, stored: 20 }
      expect(entry).toMatchObject({ userId: id, resourceId: passkeyId, details })
    }
    const alerts = site.log.filter(({ fields }) => fields.alert === 'passkey_counter' && fields.passkey === passkeyId)
    expect(alerts).toHaveLength(3)
    expect((await signInWithPasskey(visitor, authenticator, { counter: 21 })).status).toBe(200)
  })
})

describe('what does not hold', () => {
  let site: DocumentedSite
  beforeAll(async () => {
    site = await openDocumentedSite('embedded', {
      publicUrl: 'https://shop.example.com',
      limits: { allow: ['203.0.0.0/16'] },
    })
  })
  afterAll(() => site?.close())

  const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const topOrigin = 'https://evil.example'
  type Bent = readonly [string, WrongCeremony, string]

  const isRefused = async (_: string, wrong: WrongCeremony, says: string) => {
    const { authenticator } = await owner(site)
    const stranger = site.visitor()
    const reply = await signInWithPasskey(stranger, authenticator, wrong)
    expect([reply.status, reply.body.code, reply.setCookies]).toEqual([401, 'invalid_credentials', []])
    const [entry] = await auditOf(site, failed)
    expect(JSON.stringify(entry?.details)).toContain(says)
    expect((await signInWithPasskey(stranger, authenticator)).status).toBe(200)
  }

  test.each<Bent>([
    ['the type of a registration', { clientData: { type: 'webauthn.create' } }, 'authentication response type'],
    ['a challenge that nobody made', { clientData: { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' } }, '"challenge"'],
    ['another origin', { clientData: { origin: 'https://evil.example' } }, 'https://evil.example'],
    ['a sister site that is not listed', { clientData: { origin: 'https://app.example.com' } }, 'origin'],
    ['another RP ID', { rpId: 'evil.example' }, 'Unexpected RP ID hash'],
    ['a frame of another origin', { clientData: { crossOrigin: true } }, 'cross_origin'],
    ['a frame that is named', { clientData: { crossOrigin: true, topOrigin } }, 'cross_origin'],
    ['a top origin without a frame', { clientData: { topOrigin } }, 'cross_origin'],
  ])('S-26 %s: refused like everything else, and on record', isRefused)

  test.each<Bent>([
    ['nobody present', { flags: { up: false } }, 'User not present'],
    ['a user who was not verified', { flags: { uv: false } }, 'User verification required'],
  ])('S-27 %s: refused like everything else, and on record', isRefused)

  test.each<Bent>([
    ['a backup of what cannot be backed up', { flags: { be: false, bs: true } }, 'Single-device'],
    ['one that could be backed up, and now cannot', { flags: { be: false, bs: false } }, 'backup_changed'],
  ])('S-28 %s: refused like everything else, and on record', isRefused)

  test('S-30 the signature of another key: refused like everything else, and on record', () =>
    isRefused('', { key: otherKey }, '"signature"'))

  test.each<Bent>([
    ['no user handle', { userHandle: undefined }, 'other_user'],
    ['the handle of somebody else', { userHandle: 'A'.repeat(22) }, 'other_user'],
    ['client data that is no JSON', { rawClientData: '{' }, 'malformed'],
    ['client data that is a list', { rawClientData: '[]' }, 'malformed'],
  ])('ACC-5 %s: refused like everything else, and on record', isRefused)

  test('S-28 one that could not be backed up, and now can, is refused', async () => {
    const { authenticator } = await owner(site, { flags: { be: false, bs: false } })
    const wrong = { flags: { be: true, bs: true } }
    expect((await signInWithPasskey(site.visitor(), authenticator, wrong)).status).toBe(401)
    expect((await auditOf(site, failed))[0]?.details).toMatchObject({ reason: 'backup_changed' })
    expect((await signInWithPasskey(site.visitor(), authenticator)).status).toBe(200)
  })

  test('ACC-5 whether a passkey is synced is told as of its last use', async () => {
    const { visitor, authenticator, passkeyId } = await owner(site, { flags: { bs: false } })
    await signInWithPasskey(visitor, authenticator, { flags: { bs: true } })
    const path = `/api/auth/factors/passkeys/${passkeyId}`
    const { body } = await visitor.send('PATCH', path, { body: { name: 'Phone' } })
    expect(body).toMatchObject({ name: 'Phone', backedUp: true, lastUsedAt: expect.any(Number) })
  })

  test('ACC-6 S-13 an unknown passkey, a disabled account and a bad signature get one answer, each on record', async () => {
    const stranger = createAuthenticator(site.publicUrl)
    const unknown = site.visitor()
    await unknown.signUp('nobody@example.com')
    await addPasskey(unknown, stranger).then(async ({ body }) => {
      await unknown.send('DELETE', `/api/auth/factors/passkeys/${body.passkey.id}`)
    })
    const [disabled, forged] = [await owner(site), await owner(site)]
    await site.vigile.users.disable(disabled.id as never, { kind: 'application', name: 'test' })
    const replies = [
      await signInWithPasskey(site.visitor(), stranger),
      await signInWithPasskey(site.visitor(), disabled.authenticator),
      await signInWithPasskey(site.visitor(), forged.authenticator, { key: otherKey }),
    ]
    const alike = replies.map(({ status, body: { requestId: _, ...body }, setCookies }) => ({
      status,
      body,
      setCookies,
    }))
    expect(alike[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' }, setCookies: [] })
    expect(alike[1]).toEqual(alike[0])
    expect(alike[2]).toEqual(alike[0])
    const entries = (await auditOf(site, failed)).slice(0, 3).map(({ userId, details }) => [userId, details.reason])
    expect(entries.toSorted()).toEqual(
      [
        [null, 'unknown_passkey'],
        [disabled.id, 'disabled'],
        [forged.id, 'signature'],
      ].toSorted(),
    )
  })

  test('ACC-7 a passkey of an account that its owner has closed opens the way back, and no session', async () => {
    const { visitor, authenticator } = await owner(site)
    expect((await visitor.post('/api/auth/account/delete', {})).status).toBe(200)
    const stranger = site.visitor()
    const { status, body, setCookies } = await signInWithPasskey(stranger, authenticator)
    expect([status, body.next, setCookies]).toEqual([200, 'keep_account', []])
    expect((await stranger.post('/api/auth/account/keep', { token: body.token })).status).toBe(200)
    expect((await signInWithPasskey(stranger, authenticator)).body.session.id).toBeTypeOf('string')
  })

  test('S-22 the challenge of a registration signs nobody in', async () => {
    const { visitor, authenticator } = await owner(site)
    const { challenge, rp } = (await visitor.post('/api/auth/factors/passkeys/options')).body
    const response = authenticator.get({ challenge, rpId: rp.id, timeout: 1, userVerification: 'required' })
    expect((await site.visitor().post(login, { response })).status).toBe(401)
  })

  test('S-25 a challenge that is too old signs nobody in', async () => {
    const { authenticator } = await owner(site)
    const stranger = site.visitor()
    const response = await assertion(stranger, authenticator)
    site.move(6 * 60_000)
    expect((await stranger.post(login, { response })).status).toBe(401)
    expect((await auditOf(site, failed))[0]?.details).toMatchObject({ by: 'passkey', reason: 'challenge' })
  })

  test('LIM-1 what fails is limited by address; what succeeds is given back', async () => {
    const { authenticator } = await owner(site)
    const address = '198.51.100.7'
    const visitor = site.visitor(address)
    const wrong = { flags: { uv: false } }
    for (let count = 0; count < 29; count += 1)
      expect((await signInWithPasskey(visitor, authenticator, wrong)).status).toBe(401)
    for (let count = 0; count < 3; count += 1)
      expect((await signInWithPasskey(visitor, authenticator)).status).toBe(200)
    expect((await signInWithPasskey(visitor, authenticator, wrong)).status).toBe(401)
    expect((await signInWithPasskey(visitor, authenticator)).body.code).toBe('rate_limited')
    expect((await signInWithPasskey(site.visitor(), authenticator)).status).toBe(200)
  })

  test('S-12 a passkey signs in while the password is limited', async () => {
    const { authenticator, email } = await owner(site)
    const address = '198.51.100.8'
    const visitor = site.visitor(address)
    for (let count = 0; count < 10; count += 1) await visitor.signIn(email, 'wrong-harbour-lantern-1')
    expect((await visitor.signIn(email, goodPassword)).status).toBe(429)
    expect((await signInWithPasskey(visitor, authenticator)).status).toBe(200)
  })
})

test('S-15 where an address must be verified, a passkey does not sign in without', async () => {
  const site = await openDocumentedSite('embedded', { publicUrl: 'https://shop.example.com' })
  const { authenticator } = await owner(site)
  const strict = await openDocumentedSite('embedded', {
    publicUrl: 'https://shop.example.com',
    database: site.database,
    accounts: { verifyEmail: true },
    role: 'command',
  })
  expect((await signInWithPasskey(strict.visitor(), authenticator)).status).toBe(401)
  expect((await auditOf(site, failed))[0]?.details).toMatchObject({ reason: 'unverified' })
  await strict.close()
  await site.close()
})

test('S-42 nothing secret of a ceremony is in the log or on record', async () => {
  const site = await openDocumentedSite('embedded', { publicUrl: 'https://shop.example.com' })
  const { authenticator } = await owner(site)
  const visitor = site.visitor()
  const right = await assertion(visitor, authenticator)
  await visitor.post(login, { response: right })
  const wrong = await assertion(visitor, authenticator, { key: otherKeyOf() })
  await visitor.post(login, { response: wrong })
  const said = JSON.stringify([site.log, await auditOf(site, failed), await auditOf(site, 'session:sign-in')])
  for (const { response } of [right, wrong])
    for (const secret of [response.signature, response.clientDataJSON]) expect(said).not.toContain(secret)
  await site.close()
})

const otherKeyOf = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
