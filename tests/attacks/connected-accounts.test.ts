// Somebody reaches for an account through accounts at providers: those of others, and their own.
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { beginLink, connected, link, linkWith, offer, toLinkHandle, unlink } from '../oauth/linking.ts'
import { exchange, openProviderSite, type ProviderSite, pathOf, signInWith, toHandle } from '../oauth/provider-site.ts'
import { auditOf } from '../passkeys/records.ts'
import { walk } from '../providers/walk.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { storeKinds } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const
const newPassword = 'calm-meadow-window-17'

describe.each(storeKinds)('on %s', (kind) => {
  let site: ProviderSite
  let people = 0
  beforeAll(async () => {
    site = await openProviderSite(kind, { accounts: { verifyEmail: true } })
  })
  afterAll(() => site?.close())

  const atDiscord = (at: ProviderSite = site): string => {
    people += 1
    const [id, username] = [`7000${people}`, `stranger${people}`]
    at.discord.people.set(username, { id, username, email: `${username}@elsewhere.example`, verified: true })
    return username
  }
  const member = async () => {
    people += 1
    const email = `member${people}@example.com`
    const made = await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
    if (!made.ok) throw new Error(made.error)
    const visitor = site.visitor()
    expect((await visitor.signIn(email)).status).toBe(200)
    return { visitor, email, id: made.value.id as UserId }
  }
  /** Copies what a browser keeps of flows into another one. */
  const copyFlows = (from: Visitor, to: Visitor) => {
    for (const cookie of from.jar.all()) if (/_(oauth|exchange)_/.test(cookie.name)) to.jar.put(cookie)
  }
  const expectExpired = async (visitor: Visitor, handle: string) => {
    for (const reply of [await offer(visitor, handle), await link(visitor, handle)])
      expect([reply.status, reply.body.code]).toEqual([410, 'sign_in_expired'])
  }

  test('S-86 another’s handle, even with the cookie of the flow, connects nothing, and is not used up', async () => {
    const [ada, mallory] = [await member(), await member()]
    const handle = await toLinkHandle(ada.visitor, 'discord', { account: atDiscord() })
    await expectExpired(mallory.visitor, handle)
    copyFlows(ada.visitor, mallory.visitor)
    await expectExpired(mallory.visitor, handle)
    expect((await auditOf(site, 'identity:link:failed'))[0]).toMatchObject({
      userId: mallory.id,
      details: { by: 'oauth', provider: 'discord', reason: 'other_session' },
    })
    expect(await connected(mallory.visitor)).toEqual([])
    expect((await link(ada.visitor, handle)).status).toBe(201)
  })

  test('S-86 a handle is good in the session that began alone: not in another of the same person, nor after a sign-out', async () => {
    const { visitor, email } = await member()
    const phone = site.visitor()
    await phone.signIn(email)
    const handle = await toLinkHandle(visitor, 'discord', { account: atDiscord() })
    copyFlows(visitor, phone)
    await expectExpired(phone, handle)
    await visitor.post('/api/auth/logout', {})
    expect((await link(visitor, handle)).status).toBe(401)
    // Whoever sits down at this browser next.
    await visitor.signIn((await member()).email)
    await expectExpired(visitor, handle)
    await visitor.signIn(email)
    await expectExpired(visitor, handle)
  })

  test('OAU-2 a victim made to finish an attacker’s flow connects nothing: neither by the callback nor by the handle', async () => {
    const [victim, attacker] = [await member(), await member()]
    const account = atDiscord()
    const begun = await beginLink(attacker.visitor)
    const callback = pathOf(await walk(begun.body.location, { account }))
    const opened = await victim.visitor.get(callback)
    expect([opened.status, opened.headers.get('location'), opened.setCookies]).toEqual([410, null, []])
    await expectExpired(victim.visitor, await toLinkHandle(attacker.visitor, 'discord', { account }))
    expect(await connected(victim.visitor)).toEqual([])
    const entered = await signInWith(site.visitor(), 'discord', { account })
    expect(entered.body.user.id).not.toBe(victim.id)
  })

  test('S-86 another’s connected account is as absent as one that never was', async () => {
    const [ada, mallory] = [await member(), await member()]
    const identity = await linkWith(ada.visitor, 'discord', { account: atDiscord() })
    const bare = ({ body, status }: Awaited<ReturnType<typeof unlink>>) => ({ ...body, status, requestId: null })
    const others = await unlink(mallory.visitor, identity)
    expect(bare(others)).toEqual(bare(await unlink(mallory.visitor, 'A'.repeat(22))))
    expect(others.status).toBe(404)
    expect(JSON.stringify(await connected(mallory.visitor))).not.toContain(identity)
    expect(await connected(ada.visitor)).toHaveLength(1)
  })

  test('S-16 a thief’s connected account does not outlive "this was not me", nor does a sign-in with it under way', async () => {
    const owner = await member()
    const own = atDiscord()
    await linkWith(owner.visitor, 'discord', { account: own })
    site.move(60_000)
    const thief = site.visitor()
    await thief.signIn(owner.email)
    const account = atDiscord()
    await linkWith(thief, 'discord', { account })
    const second = await toLinkHandle(thief, 'discord', { account: atDiscord() })
    const elsewhere = site.visitor()
    const underWay = await toHandle(elsewhere, 'discord', { account })

    const token = tokenIn(await letterTo([site.vigile], owner.email, `@${account}`))
    site.discord.forget()
    expect((await site.visitor().post('/api/auth/not-me', { token })).status).toBe(200)
    // Discord ends all that an account allowed: a sign-in with it at that moment would come to nothing.
    await expect.poll(() => site.discord.asked('revoke').length, { timeout: 10_000 }).toBe(4)
    expect((await link(thief, second)).status).toBe(401)
    const entered = await exchange(elsewhere, underWay)
    expect([entered.status, entered.body.user.id === owner.id]).toEqual([200, false])
    expect((await signInWith(site.visitor(), 'discord', { account })).body.user.id).not.toBe(owner.id)
    // The owner's own may be what the thief came in by: it is connected anew.
    const reset = tokenIn(await letterTo([site.vigile], owner.email, '/reset-password#'))
    await site.visitor().post('/api/auth/password/reset', { token: reset, password: newPassword })
    const back = site.visitor()
    expect((await back.signIn(owner.email, newPassword)).body.user.id).toBe(owner.id)
    expect(await connected(back)).toEqual([])
    await linkWith(back, 'discord', { account: own })
    expect((await signInWith(site.visitor(), 'discord', { account: own })).body.user.id).toBe(owner.id)
    const gone = (await auditOf(site, 'identity:unlink')).filter(({ userId }) => userId === owner.id)
    expect(gone.map(({ details }) => details.reason)).toEqual(['reported', 'reported'])
  })

  test.each(['a link', 'a new password'] as const)(
    'H-3 what an attacker connected to an account made in advance goes when its owner proves the mailbox, by %s',
    async (way) => {
      const open = await openProviderSite(kind, { accounts: { verifyEmail: false } })
      onTestFinished(() => open.close())
      const [attacker, victim, email] = [open.visitor(), open.visitor(), 'victim@example.com']
      const { id } = (await attacker.signUp(email, 'attacker-chosen-words-99')).body.user
      const account = atDiscord(open)
      await linkWith(attacker, 'discord', { account })
      expect((await signInWith(open.visitor(), 'discord', { account })).body.user.id).toBe(id)
      const started = await toHandle(attacker, 'discord', { account })
      open.discord.forget()

      await victim.post(way === 'a link' ? '/api/auth/magic-link' : '/api/auth/password/forgot', { email })
      const letter = await letterTo([open.vigile], email, way === 'a link' ? '/magic-link#' : '/reset-password#')
      const token = tokenIn(letter)
      const proven =
        way === 'a link'
          ? await victim.post('/api/auth/magic-link/login', { token })
          : await victim.post('/api/auth/password/reset', { token, password: newPassword })
      expect(proven.status).toBe(200)
      // What the application was allowed in the attacker's name is given back too (S-69).
      await expect.poll(() => open.discord.asked('revoke').length, { timeout: 10_000 }).toBe(2)
      expect((await exchange(attacker, started)).body.user?.id).not.toBe(id)
      expect((await signInWith(open.visitor(), 'discord', { account })).body.user.id).not.toBe(id)
      await letterTo([open.vigile], email, 'Connected accounts')
      expect((await auditOf(open, 'identity:unlink'))[0]).toMatchObject({
        userId: id,
        details: { provider: 'discord', reason: 'first_proof' },
      })
    },
  )

  test('OAU-7 S-86 tokens moved to another’s row in the database open nothing there', async () => {
    const [ada, mallory] = [await member(), await member()]
    const adas = await linkWith(ada.visitor, 'discord', { account: atDiscord() })
    const hers = await linkWith(mallory.visitor, 'discord', { account: atDiscord() })
    const database = await openDatabase(site)
    onTestFinished(() => database.close())
    const held = await database.run(`select sealed_tokens from identities where id = '${adas}'`)
    expect(String(held[0]?.sealed_tokens)).toMatch(/^v1\./)
    await database.run(
      `update identities set sealed_tokens = (select sealed_tokens from identities where id = '${adas}') where id = '${hers}'`,
    )
    site.discord.forget()
    // What is under Ada's seal is not sent for Mallory: what does not open is in the log.
    expect((await unlink(mallory.visitor, hers)).status).toBe(204)
    await expect
      .poll(() => site.log.filter(({ fields }) => fields.identity === hers).length, { timeout: 10_000 })
      .toBe(1)
    expect(site.discord.asked('revoke')).toEqual([])
  })
})
