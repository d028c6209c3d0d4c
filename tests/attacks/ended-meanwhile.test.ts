// A thief's act is under way when the owner ends his session: it passed its guard, and has not begun its transaction. It changes
// nothing that lasts. And what it began before the owner's act, but had not committed, ends with the rest (TOK-5, S-36).
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { holdLock } from '../accounts/held-lock.ts'
import { link, linkWith, toLinkHandle, unlink } from '../oauth/linking.ts'
import { openProviderSite, type ProviderSite } from '../oauth/provider-site.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, codeAt, stepMs } from '../support/totp.ts'
import { createVisitor, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

type Door = { reached(): void; readonly opened: Promise<void> }
/** Holds the next transaction of an act before it begins; what the engine does by itself meanwhile goes by. */
const door = vi.hoisted(() => {
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks')
  return { next: null as Door | null, ofAct: new AsyncLocalStorage<Door>() }
})
type Opened = { readonly transact: (...work: unknown[]) => Promise<unknown> }
const held = vi.hoisted(
  () =>
    (real: Opened): Opened => ({
      ...real,
      transact: async (...work) => {
        const at = door.next
        if (at && door.ofAct.getStore() === at) {
          door.next = null
          at.reached()
          await at.opened
        }
        return real.transact(...work)
      },
    }),
)
vi.mock('../../engine/src/stores/sqlite.ts', async (original) => {
  const real = await original<{ openSqlite: (...input: unknown[]) => Opened }>()
  return { ...real, openSqlite: (...input: unknown[]) => held(real.openSqlite(...input)) }
})
vi.mock('../../engine/src/stores/postgres.ts', async (original) => {
  const real = await original<{ openPostgres: (...input: unknown[]) => Opened }>()
  return { ...real, openPostgres: (...input: unknown[]) => held(real.openPostgres(...input)) }
})

/** Lets `meanwhile` happen between the guard of `act` and its transaction. */
const overtaken = async (act: () => Promise<Reply>, meanwhile: () => Promise<unknown>): Promise<Reply> => {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const next = { reached: reached.resolve, opened: opened.promise }
  door.next = next
  const reply = door.ofAct.run(next, act)
  await reached.promise
  try {
    await meanwhile()
  } finally {
    opened.resolve()
  }
  return reply
}

const newPassword = 'calm-meadow-window-17'
const by = { kind: 'operator', name: 'test' } as const
const limits = { rules: { change: null, linkIp: null, signInBurst: null } }
/** What other nodes see comes soon (TOK-6); a busy machine may take its time. */
const patience = { timeout: 5_000 }

/** All that the stores hold of what lasts, in words. */
const everythingOf = async (site: Site) => {
  const database = await openDatabase(site)
  const read = (sql: string) => database.run(sql)
  const all = {
    users: await read('select * from users order by id'),
    passkeys: await read('select * from passkeys order by id'),
    identities: await read('select * from identities order by id'),
    handles: await read('select handle_hash from oauth_handles where used_at is not null order by handle_hash'),
    apps: await read('select user_id, created_at from totp_factors order by user_id'),
    codes: await read('select * from recovery_codes order by user_id, code_hash'),
    closures: await read('select * from account_closures order by user_id'),
    letters: await read('select id from outbox order by id'),
    live: await read('select id from sessions where revoked_at is null order by id'),
  }
  await database.close()
  return all
}

describe.each(storeKinds)('on %s', (kind) => {
  let site: ProviderSite
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openProviderSite(kind, { limits })
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  let visitors = 0
  const visitor = (node = 0): Visitor => {
    visitors += 1
    const vigile = nodes[node % nodes.length] as Vigile
    return createVisitor({
      vigile: () => vigile,
      publicUrl: site.publicUrl,
      now: site.now,
      address: `203.0.113.${visitors}`,
    })
  }
  /** The owner's browser, and on the other node that of a thief who signed in as the owner. */
  const robbed = async (name: string) => {
    const [owner, thief] = [visitor(), visitor(1)]
    const email = `${name.replaceAll(' ', '-')}@example.com`
    const { id } = (await owner.signUp(email)).body.user as { id: UserId }
    await thief.signIn(email)
    return { owner, thief, id, email }
  }
  const withApp = async (who: Visitor) => {
    const app = await addApp(who, site.now())
    site.move(stepMs)
    return app
  }
  const withPasskey = async (who: Visitor) => {
    const { body } = await who.post('/api/auth/factors/passkeys/options')
    const response = createAuthenticator(site.publicUrl).create(body)
    return (await who.post('/api/auth/factors/passkeys', { response })).body.passkey as { id: string }
  }
  const passwordChange = (who: Visitor) =>
    who.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })

  /** Makes ready, and gives the act. */
  const acts: Record<string, (thief: Visitor, email: string) => Promise<() => Promise<Reply>>> = {
    'a change of password': async (thief) => () => passwordChange(thief),
    'a change of email asked for': async (thief) => () =>
      thief.post('/api/auth/email/change', { email: 'asked-by-thief@example.net' }),
    'a change of email': async (thief, email) => {
      const next = email.replace('.com', '.net')
      await thief.post('/api/auth/email/change', { email: next })
      const token = tokenIn(await letterTo(nodes, next, '/change-email#'))
      return () => thief.post('/api/auth/email/change/confirm', { token })
    },
    'a new app': async (thief) => {
      const { secret } = (await thief.post('/api/auth/factors/totp')).body as { secret: string }
      return () => thief.post('/api/auth/factors/totp/confirm', { code: codeAt(secret, site.now()) })
    },
    'the removal of the app': async (thief) => {
      await withApp(thief)
      return () => thief.send('DELETE', '/api/auth/factors/totp', { body: {} })
    },
    'new recovery codes': async (thief) => {
      await withApp(thief)
      return () => thief.post('/api/auth/factors/recovery-codes')
    },
    'a new passkey': async (thief) => {
      const { body } = await thief.post('/api/auth/factors/passkeys/options')
      const response = createAuthenticator(site.publicUrl).create(body)
      return () => thief.post('/api/auth/factors/passkeys', { response })
    },
    'another name of a passkey': async (thief) => {
      const { id } = await withPasskey(thief)
      return () => thief.send('PATCH', `/api/auth/factors/passkeys/${id}`, { body: { name: 'Mine' } })
    },
    'the removal of a passkey': async (thief) => {
      const { id } = await withPasskey(thief)
      return () => thief.send('DELETE', `/api/auth/factors/passkeys/${id}`, { body: {} })
    },
    'a connected account': async (thief) => {
      const handle = await toLinkHandle(thief)
      return () => link(thief, handle)
    },
    'a connected account that is disconnected': async (thief) => {
      const id = await linkWith(thief, 'campus')
      return () => unlink(thief, id)
    },
    'the end of the account': async (thief) => () => thief.post('/api/auth/account/delete', {}),
    'another name': async (thief) => () => thief.send('PATCH', '/api/auth/me', { body: { name: 'Thief' } }),
  }

  test.each(Object.keys(acts))('TOK-5 S-36 a thief’s act overtaken by a sign-out everywhere: %s', async (name) => {
    const { owner, thief, email } = await robbed(name)
    const act = await (acts[name] as (typeof acts)[string])(thief, email)
    let before: unknown
    const reply = await overtaken(act, async () => {
      expect((await owner.post('/api/auth/logout-all')).status).toBe(204)
      before = await everythingOf(site)
    })
    expect([reply.status, reply.body.code, reply.setCookies]).toEqual([401, 'unauthenticated', []])
    expect(await everythingOf(site)).toEqual(before)
  })

  test.each([
    ['the end of the others', (owner: Visitor) => owner.send('DELETE', '/api/auth/sessions', { body: {} })],
    ['its own end', (owner: Visitor, sid: string) => owner.send('DELETE', `/api/auth/sessions/${sid}`, { body: {} })],
    ['its sign-out', (_: Visitor, __: string, thief: Visitor) => thief.post('/api/auth/logout', {})],
  ] as const)('TOK-5 S-36 a thief’s change of password overtaken by %s', async (name, end) => {
    const { owner, thief, email } = await robbed(name)
    const sid = (await thief.me()).body.session.id as string
    const reply = await overtaken(
      () => passwordChange(thief),
      async () => expect((await end(owner, sid, thief)).status).toBe(204),
    )
    expect([reply.status, reply.setCookies]).toEqual([401, []])
    expect((await visitor().signIn(email)).status).toBe(200)
    expect((await owner.refresh()).status).toBe(200)
  })

  test('ACC-8 S-36 a thief’s new passkey overtaken by "this was not me"', async () => {
    const { thief, id, email } = await robbed('not-me')
    await passwordChange(thief)
    const token = tokenIn(await letterTo(nodes, email, 'signed out everywhere'))
    const { body } = await thief.post('/api/auth/factors/passkeys/options')
    const response = createAuthenticator(site.publicUrl).create(body)
    const reply = await overtaken(
      () => thief.post('/api/auth/factors/passkeys', { response }),
      async () => expect((await visitor().post('/api/auth/not-me', { token })).status).toBe(200),
    )
    expect(reply.status).toBe(401)
    const database = await openDatabase(site)
    expect(await database.run(`select id from passkeys where user_id = '${id}'`)).toEqual([])
    await database.close()
    expect(await site.vigile.sessions.list(id)).toEqual([])
  })
})

describe('two nodes on one PostgreSQL', () => {
  let site: Site
  let far: Vigile
  beforeAll(async () => {
    site = await openSite('PostgreSQL and Redis', { limits })
    far = await site.node()
  })
  afterAll(() => site?.close())

  /** Holds the account's row, and tells how many wait for a lock. */
  const holdAccount = (id: UserId) => holdLock(site, `select id from users where id = '${id}' for no key update`)
  let people = 0
  const robbed = async () => {
    people += 1
    const owner = site.visitor()
    const address = `203.0.113.${people}`
    const thief = createVisitor({ vigile: () => far, publicUrl: site.publicUrl, now: site.now, address })
    const email = `robbed-${people}@example.com`
    const { id } = (await owner.signUp(email)).body.user as { id: UserId }
    await thief.signIn(email)
    const sid = (await thief.me()).body.session.id as string
    return { owner, thief, id, email, sid }
  }
  type Robbed = Awaited<ReturnType<typeof robbed>>
  const change = ({ thief }: Robbed) =>
    thief.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })
  const ends: readonly (readonly [string, (all: Robbed) => Promise<unknown>])[] = [
    ['a sign-out everywhere', async ({ owner }) => (await owner.post('/api/auth/logout-all')).status],
    [
      'the end of the others',
      async ({ owner }) => (await owner.send('DELETE', '/api/auth/sessions', { body: {} })).status,
    ],
    ['an operator', async ({ id }) => ((await site.vigile.sessions.endAll(id, by)).endedSessions > 0 ? 204 : 404)],
  ]

  test.each(ends)('TOK-5 S-36 a session begun by a thief’s change of password under way ends by %s', async (_, end) => {
    const all = await robbed()
    const row = await holdAccount(all.id)
    // The change comes first; what ends sessions waits for it, and sees what it began.
    const changing = change(all)
    await row.untilWaiting(1)
    const ending = end(all)
    await row.untilWaiting(2)
    await row.release()
    expect((await changing).status).toBe(200)
    expect(await ending).toBe(204)
    expect(await site.vigile.sessions.list(all.id)).toEqual([])
    await expect.poll(async () => (await all.thief.me()).status, patience).toBe(401)
    expect((await all.thief.refresh()).status).toBe(401)
  })

  test.each(ends)('TOK-5 S-36 a thief’s change of password that waits behind %s changes nothing', async (_, end) => {
    const all = await robbed()
    const row = await holdAccount(all.id)
    const ending = end(all)
    await row.untilWaiting(1)
    const changing = change(all)
    await row.untilWaiting(2)
    await row.release()
    expect(await ending).toBe(204)
    const reply = await changing
    expect([reply.status, reply.setCookies]).toEqual([401, []])
    expect((await site.visitor().signIn(all.email)).status).toBe(200)
  })

  test('TOK-5 H-12 a session that a change of password under way has replaced is not said to be ended', async () => {
    const all = await robbed()
    const row = await holdAccount(all.id)
    const changing = change(all)
    await row.untilWaiting(1)
    const ending = all.owner.send('DELETE', `/api/auth/sessions/${all.sid}`, { body: {} })
    await row.untilWaiting(2)
    await row.release()
    expect([(await changing).status, (await ending).status]).toEqual([200, 404])
  })

  test('TOK-5 a sign-in under way at a sign-out everywhere: begun before it ends, and after it is a new one', async () => {
    const all = await robbed()
    const late = site.visitor()
    const row = await holdAccount(all.id)
    const first = all.thief.signIn(all.email)
    await row.untilWaiting(1)
    const ending = all.owner.post('/api/auth/logout-all')
    await row.untilWaiting(2)
    const second = late.signIn(all.email)
    await row.untilWaiting(3)
    await row.release()
    expect([(await first).status, (await ending).status, (await second).status]).toEqual([200, 204, 200])
    expect((await all.thief.refresh()).status).toBe(401)
    expect((await late.refresh()).status).toBe(200)
  })
})
