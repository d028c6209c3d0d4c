// Sign-in and change of password, overtaken by what must keep them out: no session is left alive (ACC-6, TOK-5, S-36).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { openDatabase } from './database.ts'
import { holdLock } from './held-lock.ts'
import type { Argon2 } from './work.ts'

/** What other nodes see comes soon (TOK-6); a busy machine may take its time. */
const patience = { timeout: 5_000 }

/** Holds the next password that is verified between its check and what follows from it. */
const door = vi.hoisted(() => ({ next: null as { reached(): void; readonly opened: Promise<void> } | null }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<Argon2>()
  return {
    ...real,
    verify: async (...input: unknown[]) => {
      const held = door.next
      door.next = null
      const ok = await real.verify(...input)
      held?.reached()
      await held?.opened
      return ok
    },
  }
})

/** Starts `act`, lets `meanwhile` happen once its password was found right, and lets it go on. */
const overtaken = async (act: () => Promise<Reply>, meanwhile: () => Promise<unknown>): Promise<Reply> => {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  door.next = { reached: reached.resolve, opened: opened.promise }
  const reply = act()
  await reached.promise
  try {
    await meanwhile()
  } finally {
    opened.resolve()
  }
  return reply
}

const by = { kind: 'operator', name: 'test' } as const
const newPassword = 'brand-new-harbour-7'
const change = (visitor: Visitor, next = newPassword) =>
  visitor.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword: next })

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  const account = async (email: string) => {
    const owner = site.visitor()
    const { id } = (await owner.signUp(email)).body.user as { id: UserId }
    return { owner, id, email }
  }
  const reasonOf = async (email: string, action: string) => {
    const database = await openDatabase(site)
    const rows = await database.run(
      `select details from audit_entries where action = '${action}:failed' order by at desc, id`,
    )
    await database.close()
    expect(rows.length, `${action} of ${email}`).toBeGreaterThan(0)
    return JSON.parse(String(rows[0]?.details)).reason
  }

  test('a sign-in that is overtaken by disabling the account is refused', async () => {
    const { id, email } = await account('disabled@example.com')
    const late = site.visitor()
    const reply = await overtaken(
      () => late.signIn(email),
      () => site.vigile.users.disable(id, by),
    )
    expect([reply.status, reply.body.code, reply.setCookies]).toEqual([401, 'invalid_credentials', []])
    expect(await site.vigile.sessions.list(id)).toEqual([])
    expect(await reasonOf(email, 'session:sign-in')).toBe('disabled')
  })

  test('a sign-in that is overtaken by deleting the account is refused', async () => {
    const { id, email } = await account('deleted@example.com')
    const reply = await overtaken(
      () => site.visitor().signIn(email),
      () => site.vigile.users.delete(id, by),
    )
    expect([reply.status, reply.setCookies]).toEqual([401, []])
    expect(await reasonOf(email, 'session:sign-in')).toBe('unknown_email')
  })

  test('a sign-in with the old password that is overtaken by its change is refused', async () => {
    const { owner, id, email } = await account('changed@example.com')
    const reply = await overtaken(
      () => site.visitor().signIn(email),
      () => change(owner),
    )
    expect([reply.status, reply.setCookies]).toEqual([401, []])
    expect(await site.vigile.sessions.list(id)).toHaveLength(1)
    expect((await owner.me()).status).toBe(200)
    expect(await reasonOf(email, 'session:sign-in')).toBe('wrong_password')
  })

  test.each(['disable', 'delete'] as const)(
    'a change of password that is overtaken by %s changes nothing',
    async (act) => {
      const { owner, id, email } = await account(`change-${act}@example.com`)
      const reply = await overtaken(
        () => change(owner),
        () => site.vigile.users[act](id, by),
      )
      expect([reply.status, reply.body.code, reply.setCookies]).toEqual([401, 'unauthenticated', []])
      expect(await site.vigile.sessions.list(id)).toEqual([])
      expect((await owner.me()).status).toBe(401)
      if (act === 'delete') return
      await site.vigile.users.enable(id, by)
      expect((await site.visitor().signIn(email, newPassword)).status).toBe(401)
      expect((await site.visitor().signIn(email)).status).toBe(200)
    },
  )

  test('of two changes of password at once one wins, and the other browser is out', async () => {
    const { owner: one, id, email } = await account('twice@example.com')
    const two = site.visitor()
    await two.signIn(email)
    const [first, second] = await Promise.all([change(one, 'the-first-harbour-7'), change(two, 'the-second-harbour-7')])
    expect([first.status, second.status].sort()).toEqual([200, 401])
    expect(await site.vigile.sessions.list(id)).toHaveLength(1)
    const right = first.status === 200 ? 'the-first-harbour-7' : 'the-second-harbour-7'
    expect((await site.visitor().signIn(email, right)).status).toBe(200)
  })

  test.each([
    ['disable', (id: UserId) => site.vigile.users.disable(id, by)],
    ['delete', (id: UserId) => site.vigile.users.delete(id, by)],
  ] as const)('whenever sign-ins and %s meet, nobody is left inside', async (name, act) => {
    for (let round = 0; round < 8; round += 1) {
      const { owner, id, email } = await account(`storm-${name}-${round}@example.com`)
      const browsers = [owner, site.visitor(), site.visitor()]
      const signingIn = browsers.map((browser) => browser.signIn(email))
      await new Promise((resolve) => setTimeout(resolve, round * 5))
      await act(id)
      await Promise.all(signingIn)
      expect(await site.vigile.sessions.list(id)).toEqual([])
      for (const browser of browsers) expect((await browser.me()).status).toBe(401)
    }
  })
})

describe('two nodes on one PostgreSQL', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite('PostgreSQL and Redis')
  })
  afterAll(() => site?.close())

  const onAnotherNode = async () => {
    const vigile = await site.node()
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address: '203.0.113.9' })
  }

  test('a session that begins while its account is being disabled ends with the others', async () => {
    const other = await onAnotherNode()
    const { id } = (await site.visitor().signUp('between@example.com')).body.user as { id: UserId }
    // The sign-in has made its session, and can't commit for want of its record.
    const held = await holdLock(site, 'lock table audit_entries in exclusive mode')
    const signingIn = other.signIn('between@example.com')
    await held.untilWaiting(1)
    const disabling = site.vigile.users.disable(id, by)
    await held.untilWaiting(2)
    await held.release()
    expect((await signingIn).status).toBe(200)
    expect(await disabling).toEqual({ ok: true, value: { endedSessions: 2 } })
    await expect.poll(async () => (await other.me()).status, patience).toBe(401)
  })

  test('a session can not begin while its account is being deleted, and live on in a node’s memory', async () => {
    const other = await onAnotherNode()
    const { id } = (await site.visitor().signUp('memory@example.com')).body.user as { id: UserId }
    // Keeps the row from being removed, and nothing else.
    const held = await holdLock(site, `select id from users where id = '${id}' for key share`)
    const deleting = site.vigile.users.delete(id, by)
    await held.untilWaiting(1)
    const signingIn = other.signIn('memory@example.com').then(async (reply) => ({ reply, seen: await other.me() }))
    await held.untilWaiting(2)
    await held.release()
    expect(await deleting).toEqual({ ok: true, value: undefined })
    const { reply, seen } = await signingIn
    expect([reply.status, seen.status]).toEqual([401, 401])
  })
})
