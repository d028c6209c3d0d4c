// Who controls an address, or an account at a provider, has one factor. Before the second one was right nothing that the provider
// gave becomes the account's: a stranger's data must not be read as the owner's, nor a stranger's way in be added (S-15).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { dump } from '../http/dump.ts'
import { connected, linkWith, unlink } from '../oauth/linking.ts'
import { openProviderSite, type ProviderSite, signInWith } from '../oauth/provider-site.ts'
import { addPasskey } from '../passkeys/people.ts'
import { auditOf } from '../passkeys/records.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo } from '../support/mail.ts'
import type { SiteOptions } from '../support/site.ts'
import { addApp, codeAt, passTotp, stepMs } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const
let site: ProviderSite
let people = 0
const openWith = (options: SiteOptions = {}) => {
  beforeAll(async () => {
    site = await openProviderSite('embedded', options)
  })
  afterAll(() => site?.close())
}

const atDiscord = (email: string): { readonly account: string } => {
  people += 1
  const [id, username] = [`8000${people}`, `somebody${people}`]
  site.discord.people.set(username, { id, username, email, verified: true })
  return { account: username }
}
const member = async () => {
  people += 1
  const email = `owner${people}@example.com`
  const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
  if (!made.ok) throw new Error(made.error)
  return { email, id: made.value.id as UserId }
}
/** Somebody who is signed in at home, and has an app. */
const owner = async () => {
  const person = await member()
  const home = site.visitor()
  await home.signIn(person.email)
  const app = await addApp(home, site.now())
  site.move(stepMs)
  return { ...person, home, ...app }
}
const identitiesOf = async (id: UserId) => ((await dump(site)).identities ?? []).filter((row) => row.user_id === id)
const linked = async (id: UserId) => (await auditOf(site, 'identity:link')).filter(({ userId }) => userId === id)
const letters = () => site.vigile.mailbox()?.filter(({ text }) => text.includes('account was connected')).length
const held = async () => ((await dump(site)).pending_sign_ins ?? []).filter((row) => row.sealed_grant !== null).length
const reading = async (id: UserId) => {
  const read = await site.vigile.connections.read(id, 'discord', 'profile')
  return read.ok ? 'read' : read.error
}
/** The first factor was right; the second is asked for. */
const half = async (account: { readonly account: string }): Promise<Visitor> => {
  const visitor = site.visitor()
  const reply = await signInWith(visitor, 'discord', account)
  expect([reply.status, reply.body.next]).toEqual([200, 'second_factor'])
  return visitor
}

describe('an account that has a second factor', () => {
  openWith()

  test('S-15 OAU-6 a stranger’s account with the victim’s email is not connected before the second factor, nor read as theirs', async () => {
    const { id, email, home, secret } = await owner()
    const told = letters()
    const thief = await half(atDiscord(email))
    expect((await passTotp(thief, secret, site.now() - 20 * stepMs)).body.code).toBe('invalid_code')
    expect([await connected(home), await reading(id), await linked(id), letters()]).toEqual([
      [],
      'not_linked',
      [],
      told,
    ])
  })

  test('S-15 OAU-7 tokens of a known identity are not replaced before the second factor', async () => {
    const { id, home, email, secret } = await owner()
    const person = atDiscord(email)
    await linkWith(home, 'discord', person)
    const before = await identitiesOf(id)
    const visitor = await half(person)
    expect(await identitiesOf(id)).toEqual(before)
    expect((await passTotp(visitor, secret, site.now())).status).toBe(200)
    const [row] = await identitiesOf(id)
    expect(row?.sealed_tokens).not.toBe(before[0]?.sealed_tokens)
    expect(row?.last_used_at).not.toBeNull()
    const [entry] = await auditOf(site, 'session:sign-in')
    expect(entry?.details).toMatchObject({ by: 'oauth', provider: 'discord', secondFactor: 'totp' })
  })

  type Owner = Awaited<ReturnType<typeof owner>>
  test.each<readonly [string, (visitor: Visitor, one: Owner) => Promise<{ readonly status: number }>]>([
    ['a code of an app', (visitor, { secret }) => passTotp(visitor, secret, site.now())],
    [
      'a recovery code',
      (visitor, { recoveryCodes }) =>
        visitor.post('/api/auth/second-factor', { method: 'recovery_code', code: recoveryCodes?.[0] }),
    ],
    [
      'a passkey',
      async (visitor, { home }) => {
        const authenticator = createAuthenticator(site.publicUrl)
        await addPasskey(home, authenticator)
        const { body } = await visitor.post('/api/auth/second-factor/passkey')
        return visitor.post('/api/auth/second-factor', { method: 'passkey', response: authenticator.get(body) })
      },
    ],
  ])('S-15 OAU-6 it is connected, on record and told of, with the second factor: %s', async (_, pass) => {
    const one = await owner()
    const visitor = await half(atDiscord(one.email))
    expect((await pass(visitor, one)).status).toBe(200)
    expect(await connected(visitor)).toHaveLength(1)
    expect(await reading(one.id)).toBe('read')
    expect((await linked(one.id)).map(({ details }) => details)).toEqual([{ provider: 'discord', by: 'email' }])
    await letterTo([site.vigile], one.email, 'account was connected')
  })

  test('S-15 two that wait at once are both let in, and it is connected once', async () => {
    const { id, email, secret } = await owner()
    const person = atDiscord(email)
    const [first, second] = [await half(person), await half(person)]
    expect((await passTotp(first, secret, site.now())).status).toBe(200)
    site.move(stepMs)
    expect((await passTotp(second, secret, site.now())).status).toBe(200)
    expect(await linked(id)).toHaveLength(1)
  })

  test('S-15 an identity that is disconnected while a sign-in with it waits lets nobody in, and is not connected anew', async () => {
    const { id, home, email, recoveryCodes } = await owner()
    const person = atDiscord(email)
    const identity = await linkWith(home, 'discord', person)
    const visitor = await half(person)
    expect((await unlink(home, identity)).status).toBe(204)
    const reply = await visitor.post('/api/auth/second-factor', { method: 'recovery_code', code: recoveryCodes?.[0] })
    expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
    expect(await identitiesOf(id)).toEqual([])
    // Nothing was used up for it.
    const again = site.visitor()
    await again.signIn(email)
    const code = { method: 'recovery_code', code: recoveryCodes?.[0] }
    expect((await again.post('/api/auth/second-factor', code)).status).toBe(200)
  })

  test.each([
    ['is another', "email_key = 'moved-away@example.com'"],
    ['is not proven', 'email_verified_at = null'],
  ])(
    'H-3 an account found by an email that %s by the time of the second factor is not connected',
    async (_, change) => {
      const { id, email, secret } = await owner()
      const visitor = await half(atDiscord(email))
      const database = await openDatabase(site)
      await database.run(`update users set ${change} where id = '${id}'`)
      await database.close()
      expect((await passTotp(visitor, secret, site.now())).body.code).toBe('unauthenticated')
      expect(await identitiesOf(id)).toEqual([])
    },
  )

  test('TOK-10 what waited goes with the sign-in: when that is over, signed out of, or too old', async () => {
    const { email, secret, home } = await owner()
    site.move(11 * 60_000)
    await site.vigile.cleanUp(by)
    expect(await held()).toBe(0)
    const [passes, , stays] = [await half(atDiscord(email)), await half(atDiscord(email)), await half(atDiscord(email))]
    expect(await held()).toBe(3)
    expect(JSON.stringify((await dump(site)).pending_sign_ins)).not.toContain('somebody')
    expect((await passTotp(passes, secret, site.now())).status).toBe(200)
    expect(await held()).toBe(2)
    await passes.post('/api/auth/logout-all', {})
    expect(await held()).toBe(0)
    expect((await passTotp(stays, secret, site.now() + stepMs)).status).toBe(401)
    expect((await home.me()).status).toBe(401)
  })
})

describe('where a second factor has to be set up first', () => {
  openWith({ accounts: { secondFactor: 'required' } })

  const app = async (visitor: Visitor) => {
    const { body } = await visitor.post('/api/auth/second-factor/totp')
    return visitor.post('/api/auth/second-factor/totp/confirm', { code: codeAt(body.secret, site.now()) })
  }
  const passkey = async (visitor: Visitor) => {
    const authenticator = createAuthenticator(site.publicUrl)
    const { body } = await visitor.post('/api/auth/second-factor/passkeys/options')
    return visitor.post('/api/auth/second-factor/passkeys', { response: authenticator.create(body) })
  }
  test.each([
    ['an app', app],
    ['a passkey', passkey],
  ])('S-15 OAU-6 the account at the provider is connected when %s is, not before', async (_, enrol) => {
    const { id, email } = await member()
    const visitor = await half(atDiscord(email))
    expect([await identitiesOf(id), await linked(id)]).toEqual([[], []])
    expect((await enrol(visitor)).status).toBe(200)
    expect([(await identitiesOf(id)).length, (await linked(id)).length]).toEqual([1, 1])
    await letterTo([site.vigile], email, 'account was connected')
  })
})
