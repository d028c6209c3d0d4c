// Accounts come once, go at once, and are never served stale (ACC-3, ACC-6, ACC-9, S-36).
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'
import { openDatabase } from './database.ts'
import { statementsOf } from './work.ts'

/** What other nodes see comes soon (TOK-6); a busy machine may take its time. */
const patience = { timeout: 5_000 }

const by = { kind: 'application', name: 'billing' } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openSite(kind)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  const at = (vigile: Vigile, address: string) =>
    createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address })
  /** The same browser, as each node sees it. */
  const everywhere = (visitor: Visitor): readonly Visitor[] =>
    nodes.map((vigile) => {
      const same = at(vigile, visitor.address)
      same.jar.restore(visitor.jar.snapshot())
      return same
    })
  const idOf = async (email: string) => (await site.vigile.users.find(email))?.id as UserId

  test('ACC-3 a race of 50 sign-ups with one email makes one account', async () => {
    const spellings = ['race@example.com', 'RACE@example.com', ' race@Example.com ', 'ｒａｃｅ@example.com']
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        at(nodes[index % nodes.length] as Vigile, `203.0.113.${index}`).signUp(spellings[index % 4] as string),
      ),
    )
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(49).fill(409)])
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'email_taken' })
    expect((await site.vigile.users.list({ search: 'race@' })).users).toHaveLength(1)
    expect(await site.vigile.sessions.list(await idOf('race@example.com'))).toHaveLength(1)
  })

  test.each([
    ['letter case and spaces', 'Case@Example.com', '  cASE@EXAMPLE.COM '],
    ['compatibility forms', 'ﬁt@example.com', 'fit@ｅｘａｍｐｌｅ．com'],
    ['an international domain', 'idn@exämple.org', 'idn@XN--EXMPLE-CUA.org'],
    ['a decomposed domain', 'nfd@exa\u0308mple.org', 'nfd@exämple.org'],
  ])('H-4 one account whatever the spelling: %s', async (_, first, second) => {
    expect((await site.visitor().signUp(first)).status).toBe(201)
    expect((await site.visitor().signUp(second)).body.code).toBe('email_taken')
    expect((await site.visitor().signIn(second)).status).toBe(200)
    expect(await idOf(second)).toBe(await idOf(first))
    expect(await site.vigile.users.create({ email: second }, by)).toEqual({ ok: false, error: 'email_taken' })
  })

  test('H-4 what is no address makes no account, and the field is named', async () => {
    for (const email of ['ada@example.com/x', 'ada@ex%61mple.com', '"a@b"@example.com', 'ada@127.0.0.10']) {
      const { status, body } = await site.visitor().signUp(email)
      expect([status, body.errors]).toEqual([400, [expect.objectContaining({ path: 'email', code: 'invalid_email' })]])
      expect((await site.visitor().signIn(email)).status).toBe(400)
    }
  })

  test('ACC-6 S-36 TOK-5 a disabled user is out at once, on every node, and comes back when enabled', async () => {
    const ada = site.visitor()
    await ada.signUp('disabled@example.com')
    for (const here of everywhere(ada)) expect((await here.me()).status).toBe(200)
    const id = await idOf('disabled@example.com')
    expect(await site.vigile.users.disable(id, by)).toEqual({ ok: true, value: { endedSessions: 1 } })
    expect((await everywhere(ada)[0]?.me())?.status).toBe(401)
    for (const here of everywhere(ada)) {
      await expect.poll(async () => (await here.me()).status, patience).toBe(401)
      expect((await here.refresh({}, { lands: false })).body).toMatchObject({ reason: 'account_disabled' })
      expect((await here.signIn('disabled@example.com')).body.code).toBe('invalid_credentials')
    }
    expect(await site.vigile.users.disable(id, by)).toEqual({ ok: true, value: { endedSessions: 0 } })
    expect(await site.vigile.users.enable(id, by)).toEqual({ ok: true, value: undefined })
    expect((await everywhere(ada)[0]?.me())?.status).toBe(401)
    expect((await ada.signIn('disabled@example.com')).status).toBe(200)
  })

  test('ACC-9 what is shown of a user follows every change, on every node', async () => {
    const ada = site.visitor()
    await ada.signUp('shown@example.com')
    for (const here of everywhere(ada)) expect((await here.me()).body.user.emailVerified).toBe(false)
    const acting = nodes.at(-1) as Vigile
    expect(await acting.users.verifyEmail(await idOf('shown@example.com'), by)).toMatchObject({ ok: true })
    for (const here of everywhere(ada))
      await expect.poll(async () => (await here.me()).body.user.emailVerified, patience).toBe(true)
  })

  test('ACC-9 a check asks nobody, as long as nothing has changed', async () => {
    const ada = site.visitor()
    await ada.signUp('quiet@example.com')
    // The first confirms that the cookies have landed, the second learns of that.
    await ada.me()
    await ada.me()
    const { value, statements } = await statementsOf(async () => [await ada.me(), await ada.me(), await ada.me()])
    expect([value.map(({ status }) => status), statements]).toEqual([[200, 200, 200], []])
  })

  test('ACC-9 a deleted user is out at once, on every node, and nothing of the account is left', async () => {
    const ada = site.visitor()
    await ada.signUp('deleted@example.com')
    for (const here of everywhere(ada)) expect((await here.me()).status).toBe(200)
    const id = await idOf('deleted@example.com')
    expect(await site.vigile.users.delete(id, by)).toEqual({ ok: true, value: undefined })
    for (const here of everywhere(ada)) {
      await expect.poll(async () => (await here.me()).status, patience).toBe(401)
      expect((await here.refresh({}, { lands: false })).status).toBe(401)
    }
    expect((await ada.signIn('deleted@example.com')).status).toBe(401)
    expect(await site.vigile.users.find(id)).toBeNull()
    const database = await openDatabase(site)
    for (const table of ['sessions', 'known_devices'])
      expect(await database.run(`select * from ${table} where user_id = '${id}'`)).toEqual([])
    await database.close()
    for (const act of ['disable', 'enable', 'verifyEmail', 'delete'] as const)
      expect(await site.vigile.users[act](id, by)).toEqual({ ok: false, error: 'not_found' })
    expect((await site.visitor().signUp('deleted@example.com')).status).toBe(201)
  })

  test('users are found by id and by any spelling, and listed in pages', async () => {
    for (const name of ['one', 'two', 'three']) {
      await site.vigile.users.create({ email: `page-${name}@example.com`, name: `Page ${name}`, locale: 'fr' }, by)
      // The list goes by the moment of creation.
      site.move(1_000)
    }
    const id = await idOf('PAGE-one@example.com ')
    expect(await site.vigile.users.find(id)).toMatchObject({ id, name: 'Page one', locale: 'fr', isActive: true })
    for (const nobody of ['nobody@example.com', 'A'.repeat(22), '', 'page-one', 'x'.repeat(100_000)])
      expect(await site.vigile.users.find(nobody)).toBeNull()
    const first = await site.vigile.users.list({ search: 'page ', limit: 2 })
    expect(first.users.map(({ name }) => name)).toEqual(['Page one', 'Page two'])
    const second = await site.vigile.users.list({ search: 'page ', limit: 2, after: first.next as string })
    expect([second.users.map(({ name }) => name), second.next]).toEqual([['Page three'], null])
    expect(JSON.stringify(first)).not.toContain('assword')
  })
})

describe.each(storeKinds)('in production, on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { publicUrl: 'https://shop.example.com', production: true })
  })
  afterAll(() => site?.close())

  test('ACC-3 H-3 an email must be verified first: sign-up signs nobody in, sign-in waits for it', async () => {
    const ada = site.visitor()
    const reply = await ada.signUp('ada@example.com')
    expect([reply.status, reply.body, reply.setCookies]).toEqual([202, { status: 'verification_sent' }, []])
    expect((await ada.signIn('ada@example.com')).body.code).toBe('invalid_credentials')
    const user = await site.vigile.users.find('ada@example.com')
    expect(user).toMatchObject({ emailVerified: false, isActive: true })
    expect(await site.vigile.users.verifyEmail(user?.id as UserId, by)).toEqual({ ok: true, value: undefined })
    const signedIn = await ada.signIn('ada@example.com')
    expect([signedIn.status, signedIn.body.user.emailVerified]).toEqual([200, true])
  })

  test('H-3 a second sign-up changes nothing of the account that is there', async () => {
    await site.visitor().signUp('victim@example.com')
    const other = 'the-attackers-own-lantern-7'
    const body = { email: 'VICTIM@example.com', password: other, name: 'Eve', locale: 'fr' }
    expect((await site.visitor().post('/api/auth/register', body)).status).toBe(202)
    const user = await site.vigile.users.find('victim@example.com')
    expect(user).toMatchObject({ email: 'victim@example.com', name: null, locale: null })
    await site.vigile.users.verifyEmail(user?.id as UserId, by)
    expect((await site.visitor().signIn('victim@example.com', other)).status).toBe(401)
    expect((await site.visitor().signIn('victim@example.com')).status).toBe(200)
  })

  test('ACC-3 a race of 20 sign-ups with one email: alike for all, one account', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => site.visitor().signUp('race@example.com')))
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['202 {"status":"verification_sent"}']),
    )
    expect((await site.vigile.users.list({ search: 'race@' })).users).toHaveLength(1)
  })

  test('ACC-3 an account made by an operator signs in when its email was vouched for', async () => {
    const make = (email: string, emailVerified?: boolean) =>
      site.vigile.users.create(
        { email, password: goodPassword, ...(emailVerified === undefined ? {} : { emailVerified }) },
        by,
      )
    await make('vouched@example.com', true)
    await make('plain@example.com')
    expect((await site.visitor().signIn('vouched@example.com')).status).toBe(200)
    expect((await site.visitor().signIn('plain@example.com')).status).toBe(401)
  })
})

test('H-3 where verification is off in production, sign-up signs in and says that an email is taken', async () => {
  const site = await openSite('embedded', {
    publicUrl: 'https://shop.example.com',
    production: true,
    accounts: { verifyEmail: false },
  })
  expect((await site.visitor().signUp('ada@example.com')).status).toBe(201)
  expect((await site.visitor().signUp('ada@example.com')).status).toBe(409)
  await site.close()
})

test('a site may have no sign-up at all', async () => {
  const site = await openSite('embedded', { accounts: { signUp: false } })
  expect((await site.visitor().signUp('ada@example.com')).status).toBe(404)
  expect((await site.vigile.users.list({})).users).toEqual([])
  await site.close()
})
