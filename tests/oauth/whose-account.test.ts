// Who gets which account: what a provider says of somebody, against what is known here (OAU-6, S-23, H-3, H-4).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import type { DiscordPerson } from '../providers/discord.ts'
import { letterTo } from '../support/mail.ts'
import type { SiteOptions } from '../support/site.ts'
import type { Reply } from '../support/visitor.ts'
import {
  exchange,
  landing,
  openProviderSite,
  type ProviderSite,
  signInWith,
  toCallback,
  toHandle,
} from './provider-site.ts'
import { lastFailure } from './refusals.ts'

const operator = { kind: 'application', name: 'tests' } as const
let site: ProviderSite
let people = 0

const openWith = (options: SiteOptions = {}) => {
  beforeAll(async () => {
    site = await openProviderSite('embedded', options)
  })
  afterAll(() => site?.close())
}

const atDiscord = (said: Partial<DiscordPerson> = {}) => {
  people += 1
  const person = { id: String(5000 + people), username: `person${people}`, verified: true, ...said }
  site.discord.people.set(person.username, person)
  return { account: person.username, person }
}
const signIn = (account: string): Promise<Reply> => signInWith(site.visitor(), 'discord', { account })
/** What the callback says without a handle. */
const refusedAtCallback = async (account: string) => {
  const visitor = site.visitor()
  return Object.fromEntries(landing(await visitor.get(await toCallback(visitor, 'discord', { account }))).searchParams)
}
const users = async () => (await dump(site)).users?.length
describe('where sign-up is open and emails are verified', () => {
  openWith({ accounts: { verifyEmail: true } })

  test('OAU-6 a new person gets an account without a password, its email verified', async () => {
    const { account } = atDiscord({ email: 'new@example.com' })
    const visitor = site.visitor()
    const reply = await signInWith(visitor, 'discord', { account })
    expect(reply.body.user).toMatchObject({ email: 'new@example.com', emailVerified: true })
    expect((await site.visitor().signIn('new@example.com', '')).status).toBe(400)
    expect((await site.visitor().signIn('new@example.com')).body.code).toBe('invalid_credentials')
  })

  test('OAU-6 a verified account with this email is connected, and its owner is told with “this was not me”', async () => {
    const email = 'owner@example.com'
    const created = await site.vigile.users.create({ email, emailVerified: true }, operator)
    if (!created.ok) throw new Error(created.error)
    const { account } = atDiscord({ email, username: 'the-owner' })
    const reply = await signIn(account)
    expect(reply.body.user.id).toBe(created.value.id)
    const letter = await letterTo([site.vigile], email, 'account was connected')
    expect(letter.text).toContain('Discord')
    expect(letter.text).toContain('@the-owner')
    // The second time nothing is new.
    const before = site.vigile.mailbox()?.length
    expect((await signIn(account)).body.user.id).toBe(created.value.id)
    expect(site.vigile.mailbox()?.filter(({ text }) => text.includes('account was connected')).length).toBe(1)
    expect(before).toBeGreaterThan(0)
  })

  test('LIM-1 accounts made by way of a provider count as sign-ups: ten for one address, and the handle stays good', async () => {
    const one = () => site.visitor('203.0.113.77')
    for (let n = 0; n < 10; n++) {
      const { account } = atDiscord({ email: `many${n}@example.com` })
      expect((await signInWith(one(), 'discord', { account })).status).toBe(200)
    }
    site.move(12 * 60_000)
    const before = await users()
    const [visitor, { account }] = [one(), atDiscord({ email: 'many10@example.com' })]
    const handle = await toHandle(visitor, 'discord', { account })
    expect((await exchange(visitor, handle)).body.code).toBe('rate_limited')
    expect(await users()).toBe(before)
    expect(await lastFailure(site)).toMatchObject({ reason: 'limited', rule: 'signUpIp' })
    // Whoever has an account gets in as ever.
    const { account: known } = atDiscord({ email: 'many0@example.com' })
    expect((await signInWith(one(), 'discord', { account: known })).status).toBe(200)
    site.move(4 * 60_000)
    expect((await exchange(visitor, handle)).status).toBe(200)
  })

  test('H-3 an account made in advance with the victim’s email, which nobody has proven, gets nothing of theirs', async () => {
    const email = 'victim@example.com'
    const attacker = site.visitor()
    expect((await attacker.signUp(email)).status).toBe(202)
    const { account } = atDiscord({ email })
    const before = (await dump(site)).identities?.length
    const reply = await signIn(account)
    expect([reply.status, reply.body.code]).toEqual([409, 'account_exists'])
    expect((await dump(site)).identities?.length).toBe(before)
    expect(await lastFailure(site)).toMatchObject({ by: 'oauth', provider: 'discord', reason: 'account_exists' })
  })

  test('H-3 an email that the provider does not vouch for finds no account and makes none', async () => {
    const email = 'rich@example.com'
    await site.vigile.users.create({ email, emailVerified: true }, operator)
    const before = await users()
    for (const said of [
      { email, verified: false },
      { email: 'nobody-yet@example.com', verified: false },
    ])
      expect(await refusedAtCallback(atDiscord(said).account)).toEqual({
        error: 'email_unverified',
        provider: 'discord',
        returnTo: '/',
      })
    expect(await lastFailure(site)).toMatchObject({ reason: 'email_unverified' })
    expect(await users()).toBe(before)
  })

  test.each([
    ['none', null],
    ['what is no address', 'rich@example.com, mallory@example.com'],
    ['a hidden line end', 'rich@example.com\r\nBcc: x@example.com'],
    ['an address of the network', 'rich@[127.0.0.1]'],
  ])('OAU-4 the provider gives %s as email: no account', async (_, email) => {
    const before = await users()
    expect(await refusedAtCallback(atDiscord({ email }).account)).toEqual({
      error: 'email_missing',
      provider: 'discord',
      returnTo: '/',
    })
    expect(await users()).toBe(before)
  })

  test('H-4 emails are normalised before they are compared: other spellings find the same account', async () => {
    const first = (await signIn(atDiscord({ email: 'Zoe@Bücher.example' }).account)).body.user
    expect(first.email).toBe('Zoe@xn--bcher-kva.example')
    for (const email of ['zoe@xn--bcher-kva.example', 'ｚｏｅ@bücher.example', ' ZOE@BÜCHER.example '])
      expect((await signIn(atDiscord({ email }).account)).body.user.id).toBe(first.id)
    // Letters that only look alike are another address, of another person.
    const other = (await signIn(atDiscord({ email: 'zoe@bucher.example' }).account)).body.user
    expect(other.id).not.toBe(first.id)
  })

  test('S-23 the same subject at another provider is somebody else', async () => {
    const { account, person } = atDiscord({ email: 'subject@example.com' })
    const first = (await signIn(account)).body.user
    site.campus.people.set(person.id, { sub: person.id, email: 'another@example.com', email_verified: true })
    const other = (await signInWith(site.visitor(), 'campus', { account: person.id })).body.user
    expect(other).toMatchObject({ email: 'another@example.com' })
    expect(other.id).not.toBe(first.id)
    expect(((await dump(site)).identities ?? []).filter(({ subject }) => subject === person.id)).toHaveLength(2)
  })

  test('a user name at the provider that passes to somebody else is no way in: the subject counts', async () => {
    const { account, person } = atDiscord({ email: 'first@example.com' })
    const first = (await signIn(account)).body.user
    site.discord.people.set(account, { ...person, id: '777', email: 'second@example.com' })
    expect((await signIn(account)).body.user.id).not.toBe(first.id)
  })

  test('a disabled account is refused as any, with no session', async () => {
    const { account } = atDiscord({ email: 'disabled@example.com' })
    const { user } = (await signIn(account)).body
    await site.vigile.users.disable(user.id, operator)
    const visitor = site.visitor()
    const reply = await signInWith(visitor, 'discord', { account })
    expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
    expect(visitor.cookie('access')).toBeUndefined()
    expect(await lastFailure(site)).toMatchObject({ reason: 'account_disabled' })
  })

  test('ACC-7 an account that its owner has closed opens the way back, and no session', async () => {
    const { account } = atDiscord({ email: 'closed@example.com' })
    const owner = site.visitor()
    await signInWith(owner, 'discord', { account })
    expect((await owner.post('/api/auth/account/delete', {})).status).toBe(200)
    const visitor = site.visitor()
    const { body } = await signInWith(visitor, 'discord', { account, query: '?returnTo=/back' })
    expect(body).toMatchObject({ next: 'keep_account', token: expect.any(String), returnTo: '/back' })
    expect(visitor.cookie('access')).toBeUndefined()
    expect((await visitor.post('/api/auth/account/keep', { token: body.token })).status).toBe(200)
    expect((await signIn(account)).body.user.email).toBe('closed@example.com')
  })
})

describe('where nobody can sign up', () => {
  openWith({ accounts: { signUp: false } })

  test('OAU-6 a stranger gets no account; whoever has one gets in', async () => {
    const before = await users()
    const reply = await signIn(atDiscord({ email: 'stranger@example.com' }).account)
    expect([reply.status, reply.body.code]).toEqual([403, 'sign_up_closed'])
    expect(await users()).toBe(before)
    await site.vigile.users.create({ email: 'member@example.com', emailVerified: true }, operator)
    expect((await signIn(atDiscord({ email: 'member@example.com' }).account)).status).toBe(200)
  })
})
