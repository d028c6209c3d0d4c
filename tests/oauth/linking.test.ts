// Accounts at providers that are connected to an account, and disconnected (OAU-6).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { addPasskey } from '../passkeys/people.ts'
import { auditOf } from '../passkeys/records.ts'
import type { DiscordPerson } from '../providers/discord.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'
import { beginLink, connected, link, linkWith, offer, toLinkHandle, unlink } from './linking.ts'
import { exchange, openProviderSite, type ProviderSite, signInWith, toHandle } from './provider-site.ts'

const by = { kind: 'operator', name: 'test' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: ProviderSite
  let people = 0
  beforeAll(async () => {
    site = await openProviderSite(kind)
  })
  afterAll(() => site?.close())
  beforeEach(() => site.discord.forget())

  /** Somebody at Discord whom nobody here knows yet. */
  const atDiscord = (email = `discord-${people}@example.com`): DiscordPerson => {
    people += 1
    const person = { id: `9000${people}`, username: `person${people}`, email, verified: true }
    site.discord.people.set(person.username, person)
    return person
  }
  const atCampus = (): string => {
    people += 1
    site.campus.people.set(`campus${people}`, {
      sub: `campus${people}`,
      email: `campus${people}@example.com`,
      email_verified: true,
    })
    return `campus${people}`
  }
  const member = async (): Promise<{ readonly visitor: Visitor; readonly email: string; readonly id: string }> => {
    people += 1
    const [visitor, email] = [site.visitor(), `member${people}@example.com`]
    return { visitor, email, id: (await visitor.signUp(email)).body.user.id }
  }
  /** Without a password. */
  const memberByDiscord = async () => {
    const person = atDiscord()
    const visitor = site.visitor()
    const { user } = (await signInWith(visitor, 'discord', { account: person.username })).body
    return { visitor, person, email: person.email ?? '', id: user.id as string }
  }

  const sentToRevoke = () =>
    site.discord.asked('revoke').map(({ body }) => new URLSearchParams(body).get('token') ?? '')
  /** The newest that Discord has given. */
  const accessToken = () => site.discord.asked('user').at(-1)?.headers.authorization?.slice('Bearer '.length) ?? ''
  const isGivenBack = (token: string) =>
    vi.waitFor(() => {
      expect(site.discord.tokens.find(token)).toBeUndefined()
      expect(sentToRevoke()).toContain(token)
    }, 10_000)

  test('OAU-6 S-16 connected, it signs in; the page that asks uses nothing up; the owner is told', async () => {
    const { visitor, email, id } = await member()
    const person = atDiscord()
    const handle = await toLinkHandle(visitor, 'discord', { account: person.username })
    const offered = { provider: 'discord', providerName: 'Discord', name: `@${person.username}`, email: person.email }
    for (let times = 0; times < 2; times += 1) expect((await offer(visitor, handle)).body).toEqual(offered)
    expect(await connected(visitor)).toEqual([])

    const linked = await link(visitor, handle)
    const identity = {
      id: expect.stringMatching(/^[\w-]{22}$/),
      ...offered,
      createdAt: expect.any(Number),
      lastUsedAt: null,
    }
    expect([linked.status, linked.body]).toEqual([201, { identity, returnTo: '/account' }])
    expect(linked.setCookies).toEqual([expect.stringMatching(/^vigile_exchange_[0-9a-f]{8}=; Max-Age=0; /)])
    expect((await visitor.get('/api/auth/identities')).body).toEqual({
      identities: [identity],
      providers: [
        { id: 'discord', name: 'Discord' },
        { id: 'campus', name: 'Campus' },
      ],
    })
    const again = await link(visitor, handle)
    expect([again.status, again.body.code]).toEqual([410, 'sign_in_expired'])

    const elsewhere = await signInWith(site.visitor(), 'discord', { account: person.username })
    expect(elsewhere.body.user.id).toBe(id)
    expect((await connected(visitor))[0]).toMatchObject({ lastUsedAt: expect.any(Number) })
    expect((await letterTo([site.vigile], email, `Discord · @${person.username}`)).subject).toContain('was connected')
    expect((await auditOf(site, 'identity:link')).find(({ userId }) => userId === id)).toMatchObject({
      resourceId: linked.body.identity.id,
      details: { provider: 'discord', by: 'owner' },
    })
  })

  test('OAU-6 consent that is given anew renews what is connected: one identity, new tokens, no second letter', async () => {
    const { visitor, id } = await member()
    const account = atDiscord().username
    const identity = await linkWith(visitor, 'discord', { account })
    expect(await linkWith(visitor, 'discord', { account })).toBe(identity)
    expect(await connected(visitor)).toHaveLength(1)
    expect((await auditOf(site, 'identity:link')).filter(({ userId }) => userId === id)).toHaveLength(1)
  })

  test('OAU-6 S-58 twenty times one handle at once: connected once; OAU-4 who lost is on record', async () => {
    const { visitor, id } = await member()
    const handle = await toLinkHandle(visitor, 'discord', { account: atDiscord().username })
    const replies = await Promise.all(Array.from({ length: 20 }, () => link(visitor, handle)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 410)])
    expect(await connected(visitor)).toHaveLength(1)
    const lost = (await auditOf(site, 'identity:link:failed')).filter(({ userId }) => userId === id)
    expect(lost.map(({ details }) => details.reason)).toEqual(Array.from({ length: 19 }, () => 'used'))
  })

  test('OAU-4 one account too many is refused, on record, and not connected', async () => {
    const { visitor, id } = await member()
    const database = await openDatabase(site)
    for (let n = 0; n < 20; n++)
      await database.run(`insert into identities (id, user_id, provider, issuer, subject, created_at, granted_at)
        values ('${id}${n}', '${id}', 'discord', 'https://many.example', '${id}${n}', 1, 1)`)
    await database.close()
    const handle = await toLinkHandle(visitor, 'discord', { account: atDiscord().username })
    expect((await link(visitor, handle)).body.errors).toMatchObject([{ code: 'identity_too_many' }])
    expect(await connected(visitor)).toHaveLength(20)
    expect((await auditOf(site, 'identity:link:failed'))[0]).toMatchObject({
      userId: id,
      details: { reason: 'too_many' },
    })
  })

  test('OAU-6 S-23 an account at a provider is one person’s here, even when two connect it at the same moment', async () => {
    const [ada, bert] = [await member(), await member()]
    const account = atDiscord().username
    const handles = [
      await toLinkHandle(ada.visitor, 'discord', { account }),
      await toLinkHandle(bert.visitor, 'discord', { account }),
    ] as const
    const replies = await Promise.all([link(ada.visitor, handles[0]), link(bert.visitor, handles[1])])
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409])
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('already_linked')
    expect([...(await connected(ada.visitor)), ...(await connected(bert.visitor))]).toHaveLength(1)
    expect((await auditOf(site, 'identity:link:failed'))[0]?.details).toMatchObject({ reason: 'already_linked' })
  })

  test('OAU-6 a handle to connect signs nobody in, and one to sign in connects nothing', async () => {
    const { visitor } = await member()
    const account = atDiscord().username
    const toLink = await toLinkHandle(visitor, 'discord', { account })
    expect((await exchange(visitor, toLink)).body.code).toBe('sign_in_expired')
    const toSignIn = await toHandle(visitor, 'discord', { account })
    expect((await offer(visitor, toSignIn)).body.code).toBe('sign_in_expired')
    expect((await link(visitor, toSignIn)).body.code).toBe('sign_in_expired')
    expect((await link(visitor, toLink)).status).toBe(201)
  })

  test('OAU-6 disconnected, it signs in no more; the owner is told', async () => {
    const { visitor, email, id } = await member()
    const person = atDiscord()
    const identity = await linkWith(visitor, 'discord', { account: person.username })
    const token = accessToken()
    expect((await unlink(visitor, identity)).status).toBe(204)
    expect((await unlink(visitor, identity)).status).toBe(404)
    expect(await connected(visitor)).toEqual([])
    await isGivenBack(token)
    const elsewhere = await signInWith(site.visitor(), 'discord', { account: person.username })
    expect([elsewhere.status, elsewhere.body.user.id === id]).toEqual([200, false])
    expect((await letterTo([site.vigile], email, 'can no longer be used')).text).toContain(`@${person.username}`)
    const entry = { resourceId: identity, details: { provider: 'discord' } }
    expect((await auditOf(site, 'identity:unlink')).find(({ userId }) => userId === id)).toMatchObject(entry)
  })

  /** Whose verified email at Discord is the account's. */
  const memberWithTheirEmail = async () => {
    people += 1
    const [visitor, email] = [site.visitor(), `member${people}@example.com`]
    const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
    if (!made.ok) throw new Error(made.error)
    const { id } = made.value
    await visitor.signIn(email)
    const { username: account } = atDiscord(email)
    return { visitor, email, id, account, enterByDiscord: () => signInWith(site.visitor(), 'discord', { account }) }
  }

  test('OAU-6 S-16 a thief at the provider whose account was disconnected is not back in by its email; the owner connects it again', async () => {
    const { visitor, id, account, enterByDiscord } = await memberWithTheirEmail()
    expect((await enterByDiscord()).body.user.id).toBe(id)
    const [identity] = await connected(visitor)
    expect((await unlink(visitor, identity?.id ?? '')).status).toBe(204)
    for (let times = 0; times < 2; times += 1) {
      const thief = await enterByDiscord()
      expect([thief.status, thief.body.code]).toEqual([409, 'account_exists'])
    }
    expect(await connected(visitor)).toEqual([])
    await linkWith(visitor, 'discord', { account })
    expect((await enterByDiscord()).body.user.id).toBe(id)
  })

  test('OAU-6 S-16 a thief at the provider who was reported by letter is not back in by its email', async () => {
    const { visitor, email, enterByDiscord } = await memberWithTheirEmail()
    expect((await enterByDiscord()).status).toBe(200)
    const letter = await letterTo([site.vigile], email, 'account was connected')
    expect((await site.visitor().post('/api/auth/not-me', { token: tokenIn(letter) })).status).toBe(200)
    const thief = await enterByDiscord()
    expect([thief.status, thief.body.code]).toEqual([409, 'account_exists'])
    expect((await visitor.get('/api/auth/identities')).status).toBe(401)
  })

  test('OAU-6 the last way in stays: of six that are disconnected at once one remains', async () => {
    const { visitor } = await memberByDiscord()
    const [first] = await connected(visitor)
    const alone = await unlink(visitor, first?.id ?? '')
    expect([alone.status, alone.body.code]).toEqual([409, 'last_way_in'])
    const all = [first?.id ?? '', await linkWith(visitor, 'campus', { account: atCampus() })]
    for (let more = 0; more < 4; more += 1)
      all.push(await linkWith(visitor, 'discord', { account: atDiscord().username }))
    const replies = await Promise.all(all.map((identity) => unlink(visitor, identity)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 204, 204, 204, 204, 409])
    expect(await connected(visitor)).toHaveLength(1)
  })

  test('OAU-6 ACC-5 a passkey is a way in; where it is the last one, it stays', async () => {
    const { visitor } = await memberByDiscord()
    const added = await addPasskey(visitor, createAuthenticator(site.publicUrl))
    const [identity] = await connected(visitor)
    const removePasskey = () => visitor.send('DELETE', `/api/auth/factors/passkeys/${added.body.passkey.id}`)
    const replies = await Promise.all([unlink(visitor, identity?.id ?? ''), removePasskey()])
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409])
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('last_way_in')
    const { passkeys } = (await visitor.get('/api/auth/factors')).body
    expect(passkeys.length + (await connected(visitor)).length).toBe(1)
  })

  test('TOK-11 S-39 to connect and to disconnect needs a recent sign-in', async () => {
    const { visitor, email } = await member()
    const identity = await linkWith(visitor, 'discord', { account: atDiscord().username })
    const handle = await toLinkHandle(visitor, 'campus', { account: atCampus() })
    site.move(10 * 60_000 + 1)
    for (const reply of [await beginLink(visitor), await link(visitor, handle), await unlink(visitor, identity)])
      expect([reply.status, reply.body.code]).toEqual([403, 'reauthentication_required'])
    await visitor.signIn(email)
    expect((await unlink(visitor, identity)).status).toBe(204)
  })

  test('ACC-7 S-44 the data export lists connected accounts, and no token of them', async () => {
    const { visitor } = await member()
    const person = atDiscord()
    const id = await linkWith(visitor, 'discord', { account: person.username })
    const { body, text } = await visitor.post('/api/auth/export', {})
    const { email, username } = person
    expect(body.data.identities).toEqual([
      {
        id,
        provider: 'discord',
        subject: person.id,
        email,
        label: `@${username}`,
        createdAt: expect.any(Number),
        lastUsedAt: null,
      },
    ])
    expect(text).not.toMatch(/sealed|keyId/)
    expect(text).not.toContain(accessToken())
  })

  test('ACC-5 an operator who takes second factors away leaves connected accounts: they are none', async () => {
    const { visitor, id, person } = await memberByDiscord()
    await addPasskey(visitor, createAuthenticator(site.publicUrl))
    expect(await site.vigile.users.removeFactors(id as UserId, by)).toMatchObject({ ok: true })
    const back = await signInWith(site.visitor(), 'discord', { account: person.username })
    expect(back.body.user.id).toBe(id)
  })

  test('S-69 what the provider gave is given back: when it is disconnected, and when the account goes', async () => {
    const { visitor, id } = await member()
    const identity = await linkWith(visitor, 'discord', { account: atDiscord().username })
    const first = accessToken()
    expect(site.discord.tokens.find(first)).toBeDefined()
    expect((await unlink(visitor, identity)).status).toBe(204)
    await isGivenBack(first)
    await linkWith(visitor, 'discord', { account: atDiscord().username })
    const second = accessToken()
    await site.vigile.users.delete(id as UserId, by)
    await isGivenBack(second)
  })

  test('S-69 a provider that does not take tokens back keeps nobody connected: it is in the log, without the token', async () => {
    const { visitor } = await member()
    const identity = await linkWith(visitor, 'discord', { account: atDiscord().username })
    site.discord.next('revoke', 400)
    expect((await unlink(visitor, identity)).status).toBe(204)
    const line = await vi.waitFor(() => {
      const found = site.log.find(({ fields }) => fields.alert === 'tokens_kept')
      if (!found) throw new Error('nothing in the log')
      return found
    }, 10_000)
    expect(line).toMatchObject({ level: 'warn', fields: { provider: 'discord', identity } })
    expect(sentToRevoke().length).toBeGreaterThan(0)
    for (const token of sentToRevoke()) expect(JSON.stringify(site.log)).not.toContain(token)
  })
})
