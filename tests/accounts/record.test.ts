// Every act is on record in its own transaction: what could not be recorded did not happen (AUD-2, S-90).
import type { SessionId, UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Reply } from '../support/visitor.ts'
import { type OutsideDatabase, openDatabase } from './database.ts'

const by = { kind: 'operator', name: 'ada@console' } as const
const wrong = 'another-harbour-lantern-42'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind, { sessions: { perUser: 2 } })
    database = await openDatabase(site)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  type Entry = { action: string; userId: unknown; details: Record<string, unknown>; [field: string]: unknown }
  const entries = async (where: string): Promise<Entry[]> => {
    const rows = await database.run(`select * from audit_entries where ${where} order by at, action`)
    return rows.map((row) => ({
      action: String(row.action),
      userId: row.user_id,
      resourceId: row.resource_id,
      ip: row.ip,
      userAgent: row.user_agent,
      requestId: row.request_id,
      at: Number(row.at),
      details: JSON.parse(String(row.details)),
    }))
  }
  /** What a request has put on record. */
  const recordOf = (reply: Reply) => entries(`request_id = '${reply.headers.get('x-request-id')}'`)
  const count = async () => Number((await database.run('select count(*) as n from audit_entries'))[0]?.n)

  test('AUD-2 sign-up, sign-in and their refusals are on record with address, browser, request and time', async () => {
    const ada = site.visitor()
    const before = site.now()
    const signedUp = await ada.signUp('ada@example.com')
    const { id } = signedUp.body.user
    const [signIn, entry, ...others] = (await recordOf(signedUp)).toSorted((a, b) => a.action.localeCompare(b.action))
    expect(others).toEqual([])
    expect(signIn).toMatchObject({ action: 'session:sign-in', userId: id, details: { by: 'sign_up' } })
    expect(entry).toMatchObject({ action: 'user:sign-up', userId: id, resourceId: id, ip: ada.address })
    expect(entry?.userAgent).toContain('Firefox')
    expect(Math.abs(Number(entry?.at) - before)).toBeLessThan(5_000)

    const again = await site.visitor().signUp('ada@example.com')
    expect(await recordOf(again)).toMatchObject([
      { action: 'user:sign-up:failed', userId: null, details: { reason: 'email_taken' } },
    ])
    const signedIn = await site.visitor().signIn('ada@example.com')
    expect(await recordOf(signedIn)).toMatchObject([
      { action: 'session:sign-in', userId: id, resourceId: signedIn.body.session.id, details: { by: 'password' } },
    ])
    const refused = await site.visitor().signIn('ada@example.com', wrong)
    expect(await recordOf(refused)).toMatchObject([
      { action: 'session:sign-in:failed', userId: id, details: { reason: 'wrong_password' } },
    ])
    const unknown = await site.visitor().signIn('nobody@example.com')
    expect(await recordOf(unknown)).toMatchObject([
      { action: 'session:sign-in:failed', userId: null, details: { reason: 'unknown_email' } },
    ])
    // One person's failures can be told apart, and the address itself is not kept.
    const [first, second] = [await recordOf(unknown), await recordOf(await site.visitor().signIn('NOBODY@example.com'))]
    expect(first[0]?.details).toEqual(second[0]?.details)
    expect(JSON.stringify(first)).not.toContain('nobody')
  })

  test('AUD-2 every end of a session is on record, with its reason', async () => {
    const [here, there, third] = [site.visitor(), site.visitor(), site.visitor()]
    await here.signUp('ends@example.com')
    await there.signIn('ends@example.com')
    const ended = async (reply: Reply) => (await recordOf(reply)).filter(({ action }) => action === 'session:end')
    expect(await ended(await third.signIn('ends@example.com'))).toMatchObject([
      { details: { reason: 'session_limit' } },
    ])
    expect(await ended(await third.signIn('ends@example.com'))).toMatchObject([{ details: { reason: 'replaced' } }])
    expect(await ended(await third.post('/api/auth/logout', {}))).toMatchObject([{ details: { reason: 'signed_out' } }])
    await here.signIn('ends@example.com')
    const body = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
    const changed = await here.post('/api/auth/password/change', body)
    expect(changed.status).toBe(200)
    expect((await recordOf(changed)).map(({ action, details }) => [action, details.reason])).toEqual([
      ['session:end', 'password_changed'],
      ['session:end', 'password_changed'],
      ['user:password-change', undefined],
    ])
    const out = await here.post('/api/auth/logout-all', {})
    expect(await ended(out)).toMatchObject([{ details: { reason: 'signed_out_everywhere' } }])
    const refused = await there.signIn('ends@example.com')
    expect(await recordOf(refused)).toMatchObject([{ action: 'session:sign-in:failed' }])
  })

  test('AUD-2 a refused change of password is on record', async () => {
    const ada = site.visitor()
    await ada.signUp('refused@example.com')
    const body = { currentPassword: wrong, newPassword: 'brand-new-harbour-7' }
    const replies: Reply[] = []
    for (let tries = 0; tries < 12; tries += 1) replies.push(await ada.post('/api/auth/password/change', body))
    expect(replies.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429])
    expect(await recordOf(replies[0] as Reply)).toMatchObject([
      { action: 'user:password-change:failed', ip: ada.address, details: { reason: 'wrong_password' } },
    ])
    expect(await recordOf(replies[10] as Reply)).toMatchObject([{ details: { reason: 'limited' } }])
    expect(await recordOf(replies[11] as Reply)).toEqual([])
  })

  test('AUD-2 a limit is on record once in its window, however many requests it refuses', async () => {
    const eve = site.visitor()
    const refused: Reply[] = []
    for (let tries = 0; tries < 10; tries += 1) await eve.signIn(`nobody-${tries}@example.com`, wrong)
    for (let tries = 0; tries < 20; tries += 1) refused.push(await eve.signIn('nobody@example.com', wrong))
    refused.push(...(await Promise.all(Array.from({ length: 50 }, () => eve.signIn('nobody@example.com', wrong)))))
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]))
    expect(await recordOf(refused[0] as Reply)).toMatchObject([
      { action: 'session:sign-in:failed', ip: eve.address, details: { reason: 'limited', rule: 'signInIp' } },
    ])
    // Parallel ones may meet another limit first: each has its own entry.
    const limited = (await entries(`ip = '${eve.address}'`)).filter(({ details }) => details.reason === 'limited')
    const rules = limited.map(({ details }) => details.rule)
    expect(new Set(rules).size).toBe(rules.length)

    const before = await count()
    const signUps: Reply[] = []
    for (let tries = 0; tries < 13; tries += 1) signUps.push(await eve.signUp('ada@example.com', 'short'))
    expect(signUps.map(({ status }) => status)).toEqual([...Array(10).fill(400), 429, 429, 429])
    expect(await recordOf(signUps[10] as Reply)).toMatchObject([
      { action: 'user:sign-up:failed', details: { reason: 'limited', rule: 'signUpIp' } },
    ])
    expect(await count()).toBe(before + 1)
    // In the next window it is on record again. (Redis has a clock of its own.)
    if (kind !== 'embedded') return
    site.move(16 * 60_000)
    for (let tries = 0; tries < 12; tries += 1) await eve.signUp('ada@example.com', 'short')
    expect(await count()).toBe(before + 2)
  })

  test('AUD-2 what operators do is on record, with who did it', async () => {
    const made = await site.vigile.users.create({ email: 'managed@example.com', password: goodPassword }, by)
    if (!made.ok) throw new Error(made.error)
    const id = made.value.id as UserId
    const ada = site.visitor()
    const signIn = async () => (await ada.signIn('managed@example.com')).body.session.id as SessionId
    await site.vigile.users.verifyEmail(id, by)
    const one = await signIn()
    expect(await site.vigile.sessions.end(one, by)).toMatchObject({ ok: true })
    await signIn()
    expect(await site.vigile.sessions.endAll(id, by)).toEqual({ endedSessions: 1 })
    await signIn()
    await site.vigile.users.disable(id, by)
    await site.vigile.users.enable(id, by)
    await site.vigile.users.delete(id, by)
    const done = (await entries(`user_id = '${id}'`)).filter(({ action }) => action !== 'session:sign-in')
    expect(new Set(done.map(({ details }) => details.by))).toEqual(new Set(['operator:ada@console']))
    expect(done.map(({ action, details }) => [action, details.reason ?? null]).sort()).toEqual(
      [
        ['session:end', 'account_disabled'],
        ['session:end', 'ended_by_operator'],
        ['session:end', 'ended_by_operator'],
        ['user:create', null],
        ['user:delete', null],
        ['user:disable', null],
        ['user:enable', null],
        ['user:verify-email', null],
      ].sort(),
    )
    const { id: key } = await site.vigile.keys.rotate(by)
    await site.vigile.cleanUp(by)
    await site.vigile.sessions.endEveryones(by)
    for (const action of ['keys:rotate', 'system:clean-up', 'session:end-everyones'])
      expect(await entries(`action = '${action}'`)).toMatchObject([{ details: { by: 'operator:ada@console' } }])
    expect(await entries(`resource_id = '${key}'`)).toHaveLength(1)
    // The key that waits is given again: nothing was done.
    expect((await site.vigile.keys.rotate(by)).id).toBe(key)
    expect(await entries("action = 'keys:rotate'")).toHaveLength(1)
  })

  test('AUD-2 ordinary use leaves no trace in the table', async () => {
    const ada = site.visitor()
    await ada.signUp('ordinary@example.com')
    const before = await count()
    for (let hour = 0; hour < 3; hour += 1) {
      site.move(61 * 60_000)
      expect((await ada.refresh()).body.rotated).toBe(true)
      await ada.ack()
      await ada.me()
      await ada.get('/api/auth/sessions')
    }
    expect(await count()).toBe(before)
  })

  test('S-90 what comes in by headers breaks no line of the record, and no secret is in it', async () => {
    const ada = site.visitor()
    const headers = { 'user-agent': `${'x'.repeat(3_000)}\t"},{"action":"forged"`, 'x-request-id': 'forged' }
    const body = { email: 'lines@example.com', password: goodPassword }
    const reply = await ada.post('/api/auth/register', body, { headers })
    const [entry] = await recordOf(reply)
    expect(String(entry?.userAgent)).toHaveLength(512)
    expect(entry?.requestId).not.toBe('forged')
    const all = JSON.stringify([await database.run('select * from audit_entries'), site.log])
    for (const secret of [goodPassword, wrong, ada.cookie('refresh'), ada.cookie('access'), ada.cookie('device')])
      expect(all).not.toContain(secret)
  })

  describe('while nothing can be put on record', () => {
    let id: UserId
    const impose = async () => {
      await database.run(
        database.kind === 'sqlite'
          ? "create trigger no_record before insert on audit_entries begin select raise(abort, 'no record'); end"
          : 'alter table audit_entries add constraint no_record check (false) not valid',
      )
    }
    const lift = async () => {
      await database.run(
        database.kind === 'sqlite' ? 'drop trigger no_record' : 'alter table audit_entries drop constraint no_record',
      )
    }
    const ada = () => ({ email: 'kept@example.com', password: goodPassword })
    beforeAll(async () => {
      id = (await site.visitor().signUp(ada().email)).body.user.id
      await impose()
    })
    afterAll(() => lift())
    const state = async () => ({
      users: await database.run('select * from users order by id'),
      sessions: await database.run('select * from sessions order by id'),
      keys: await database.run('select id from signing_keys order by id'),
      devices: await database.run('select * from known_devices order by user_id, device_hash'),
    })

    test.each([
      ['sign-up', () => site.visitor().signUp('unrecorded@example.com')],
      ['sign-up with a known email', () => site.visitor().signUp(ada().email)],
      ['sign-in', () => site.visitor().signIn(ada().email)],
      ['a refused sign-in', () => site.visitor().signIn(ada().email, wrong)],
      ['sign-in with an unknown email', () => site.visitor().signIn('nobody-here@example.com')],
    ])('AUD-2 S-90 %s is answered 5xx, and nothing has happened', async (_, act) => {
      const before = await state()
      const reply = await act()
      expect([500, 503]).toContain(reply.status)
      expect(['internal_error', 'unavailable']).toContain(reply.body.code)
      expect(reply.setCookies).toEqual([])
      expect(reply.text).not.toMatch(/no.record|audit|insert/i)
      expect(await state()).toEqual(before)
    })

    test('AUD-2 S-90 H-12 sign-out and change of password do not say that they were done', async () => {
      await lift()
      const visitor = site.visitor()
      await visitor.signIn(ada().email)
      await visitor.me()
      await impose()
      const before = await state()
      const body = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
      for (const [path, sent] of [
        ['/api/auth/password/change', body],
        ['/api/auth/password/change', { ...body, currentPassword: wrong }],
        ['/api/auth/logout', {}],
        ['/api/auth/logout-all', {}],
      ] as const) {
        const reply = await visitor.post(path, sent)
        expect([path, reply.status >= 500, reply.setCookies]).toEqual([path, true, []])
      }
      expect(await state()).toEqual(before)
      expect((await visitor.me()).status).toBe(200)
    })

    test('AUD-2 S-90 no act of an operator is done', async () => {
      const before = await state()
      const { users, sessions, keys, cleanUp } = site.vigile
      const acts = [
        () => users.create({ email: 'unrecorded@example.com' }, by),
        () => users.disable(id, by),
        () => users.verifyEmail(id, by),
        () => users.delete(id, by),
        () => sessions.endAll(id, by),
        () => sessions.endEveryones(by),
        () => keys.rotate(by),
        () => cleanUp(by),
      ]
      for (const act of acts) await expect(act()).rejects.toThrow()
      expect(await state()).toEqual(before)
    })

    test('AUD-2 S-90 a limit that can not be put on record refuses all the same', async () => {
      const eve = site.visitor()
      const statuses: number[] = []
      for (let tries = 0; tries < 12; tries += 1) statuses.push((await eve.signUp('x@example.com', 'short')).status)
      expect(statuses.slice(0, 10)).toEqual(Array(10).fill(400))
      expect(statuses.slice(10)).toEqual([429, 429])
    })
  })
})

test('AUD-2 the limits of every other route are on record as well, once each', async () => {
  const rule = { limit: 2, windowSeconds: 60 }
  const rules = { refreshToken: rule, ackToken: rule, read: rule, change: rule, signOut: rule }
  const site = await openSite('embedded', { limits: { rules } })
  const ada = site.visitor()
  await ada.signUp('ada@example.com')
  const acts = [
    ['refreshToken', () => ada.refresh()],
    ['ackToken', () => ada.ack()],
    ['read', () => ada.me()],
    ['change', () => ada.send('DELETE', '/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA')],
    ['signOut', () => ada.post('/api/auth/logout', { only: '0123456789abcdef' })],
  ] as const
  const database = await openDatabase(site)
  for (const [name, act] of acts) {
    const statuses: number[] = []
    for (let tries = 0; tries < 5; tries += 1) statuses.push((await act()).status)
    expect([name, ...statuses.slice(2)]).toEqual([name, 429, 429, 429])
    const rows = await database.run(`select ip, details from audit_entries where details like '%"${name}"%'`)
    expect(rows.map(({ ip, details }) => [ip, JSON.parse(String(details)).rule])).toEqual([[ada.address, name]])
  }
  await database.close()
  await site.close()
})
