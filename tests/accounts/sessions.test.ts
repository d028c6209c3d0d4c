// What sign-in does to sessions: a new one each time, no more than allowed, and nobody else's (TOK-4, TOK-8, S-41, S-86).
import { parseSessionId, type SessionId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'
import { openDatabase } from './database.ts'

const sessionOf = async (visitor: Visitor): Promise<SessionId> =>
  parseSessionId((await visitor.me()).body.session.id) as SessionId

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { sessions: { perUser: 3 } })
  })
  afterAll(() => site?.close())

  test('TOK-8 S-32 sign-in makes a new session, and ends the one that the browser held', async () => {
    const ada = site.visitor()
    await ada.signUp('ada@example.com')
    const before = { id: await sessionOf(ada), jar: ada.jar.snapshot() }
    expect((await ada.signIn('ada@example.com')).status).toBe(200)
    expect(await sessionOf(ada)).not.toBe(before.id)
    const copy = site.visitor()
    copy.jar.restore(before.jar)
    expect((await copy.me()).status).toBe(401)
    expect((await copy.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'replaced' })
    expect((await ada.get('/api/auth/sessions')).body.sessions).toHaveLength(1)
  })

  test('TOK-8 session fixation: who signs in with planted cookies leaves the attacker with nothing', async () => {
    const [attacker, victim] = [site.visitor(), site.visitor()]
    await attacker.signUp('fixer@example.com')
    await victim.signUp('fixed@example.com')
    await victim.post('/api/auth/logout', {})
    const planted = attacker.jar.snapshot()
    victim.jar.restore([...victim.jar.snapshot(), ...planted])
    expect((await victim.signIn('fixed@example.com')).status).toBe(200)
    expect((await victim.me()).body.user.email).toBe('fixed@example.com')
    // What the attacker planted is over, and was never the victim's.
    expect((await attacker.me()).status).toBe(401)
    expect((await attacker.refresh()).status).toBe(401)
  })

  test('TOK-8 a change of account on one browser ends the session of the former', async () => {
    const browser = site.visitor()
    await browser.signUp('first@example.com')
    const id = (await browser.me()).body.user.id
    await browser.signUp('second@example.com')
    expect((await browser.me()).body.user.email).toBe('second@example.com')
    expect(await site.vigile.sessions.list(id)).toEqual([])
  })

  test('TOK-8 TOK-5 a change of password makes a new session, and ends every other', async () => {
    const [here, there] = [site.visitor(), site.visitor()]
    await here.signUp('change@example.com')
    await there.signIn('change@example.com')
    const [old, copy] = [await sessionOf(here), site.visitor()]
    copy.jar.restore(here.jar.snapshot())
    const body = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
    expect((await here.post('/api/auth/password/change', body)).status).toBe(200)
    expect(await sessionOf(here)).not.toBe(old)
    for (const other of [there, copy]) {
      expect((await other.me()).status).toBe(401)
      expect((await other.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'password_changed' })
    }
    expect((await here.refresh()).status).toBe(200)
  })

  test('TOK-4 S-41 one session too many ends the least recently used one, and that browser is told why', async () => {
    const browsers = [site.visitor(), site.visitor(), site.visitor()] as const
    await browsers[0].signUp('many@example.com')
    site.move(1_000)
    for (const browser of browsers.slice(1)) {
      await browser.signIn('many@example.com')
      site.move(1_000)
    }
    // The first was begun first, but the second was used least recently.
    site.move(2 * 3_600_000)
    for (const browser of [browsers[2], browsers[0]]) expect((await browser.refresh()).status).toBe(200)
    expect((await site.visitor().signIn('many@example.com')).status).toBe(200)
    const told = await Promise.all(browsers.map(async (browser) => (await browser.refresh()).body))
    expect(told[1]).toMatchObject({ code: 'session_ended', reason: 'session_limit' })
    expect([told[0].code, told[2].code]).toEqual([undefined, undefined])
  })

  test('TOK-4 S-41 parallel sign-ins do not pass the limit', async () => {
    const { id } = (await site.visitor().signUp('parallel@example.com')).body.user
    const browsers = Array.from({ length: 12 }, () => site.visitor())
    const replies = await Promise.all(browsers.map((browser) => browser.signIn('parallel@example.com')))
    // As strangers ten are counted at once: what is over waits its turn.
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10)
    expect(await site.vigile.sessions.list(id)).toHaveLength(3)
    const alive = await Promise.all(browsers.map(async (browser) => (await browser.me()).status))
    expect(alive.filter((status) => status === 200)).toHaveLength(3)
  })

  test('S-86 nobody sees, ends or changes what is another’s', async () => {
    const [ada, eve] = [site.visitor(), site.visitor()]
    await ada.signUp('mine@example.com')
    await eve.signUp('eve@example.com')
    const mine = await sessionOf(ada)
    expect((await eve.get('/api/auth/sessions')).text).not.toContain(mine)
    expect((await eve.send('DELETE', `/api/auth/sessions/${mine}`)).status).toBe(404)
    for (const query of [`?userId=${(await ada.me()).body.user.id}`, '?email=mine@example.com'])
      for (const path of ['/api/auth/me', '/api/auth/sessions'])
        expect((await eve.get(`${path}${query}`)).status).toBe(400)
    await eve.post('/api/auth/logout-all', {})
    expect((await eve.me()).status).toBe(401)
    expect((await ada.me()).body).toMatchObject({ user: { email: 'mine@example.com' }, session: { id: mine } })
  })

  test('H-2 whose account it is comes from the session alone: a user or email in the body is refused', async () => {
    const [ada, eve] = [site.visitor(), site.visitor()]
    const { id } = (await ada.signUp('target@example.com')).body.user
    await eve.signUp('body@example.com')
    const change = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
    for (const more of [{ userId: id }, { id }, { sub: id }, { email: 'target@example.com' }]) {
      const reply = await eve.post('/api/auth/password/change', { ...change, ...more })
      expect([reply.status, reply.body.errors]).toEqual([
        400,
        [expect.objectContaining({ path: Object.keys(more)[0] })],
      ])
    }
    const account = { email: 'new@example.com', password: goodPassword }
    for (const more of [
      { id },
      { isActive: true },
      { emailVerified: true },
      { role: 'admin' },
      { passwordHash: '$2b$…' },
    ])
      expect((await site.visitor().post('/api/auth/register', { ...account, ...more })).status).toBe(400)
    expect(await site.vigile.users.find('new@example.com')).toBeNull()
    expect((await site.visitor().signIn('target@example.com')).status).toBe(200)
  })
})

test('TOK-4 one session per user is possible: a new sign-in ends the old one', async () => {
  const site = await openSite('embedded', { sessions: { perUser: 1 } })
  const [here, there] = [site.visitor(), site.visitor()]
  await here.signUp('ada@example.com')
  await there.signIn('ada@example.com')
  expect((await here.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'session_limit' })
  expect((await there.refresh()).status).toBe(200)
  await site.close()
})

test.each(storeKinds)('TOK-4 ACC-6 who may have any number of sessions loses all of them, on %s', async (kind) => {
  const site = await openSite(kind, { sessions: { perUser: 'unlimited' } })
  const ada = site.visitor()
  const { id } = (await ada.signUp('ada@example.com')).body.user
  const database = await openDatabase(site)
  const numbers =
    database.kind === 'sqlite'
      ? '(with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500) select i from n)'
      : '(select generate_series(1, 2500) as i)'
  const copied = `generation, issue, rotated_at, issued_at, durable, key_id, idle_expires_at, expires_at, created_at,
    authenticated_at, last_used_at`
  const columns = `id, user_id, ${copied}`
  await database.run(
    `insert into sessions (${columns}) select substr('copy-' || i || '-aaaaaaaaaaaaaaaaaaaaaa', 1, 22), user_id, ${copied}
     from sessions cross join ${numbers} as numbers`,
  )
  expect((await site.visitor().signIn('ada@example.com')).status).toBe(200)
  const by = { kind: 'operator', name: 'test' } as const
  expect(await site.vigile.users.disable(id, by)).toEqual({ ok: true, value: { endedSessions: 2502 } })
  expect((await ada.me()).status).toBe(401)
  const [row] = await database.run("select count(*) as entries from audit_entries where action = 'session:end'")
  expect(Number(row?.entries)).toBe(2502)
  await database.close()
  await site.close()
})
