// An owner who leaves: closed at once, deleted after a delay, and a way back that is no way in (ACC-7).
import { createHash } from 'node:crypto'
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, type StoreKind, storeKinds } from '../support/site.ts'
import { addApp, passTotp } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'
import { type OutsideDatabase, openDatabase } from './database.ts'

const day = 86_400_000
const operator = { kind: 'operator', name: 'grace' } as const

describe.each(storeKinds)('an owner who leaves, %s', (kind: StoreKind) => {
  let site: Site
  let nodes: readonly Vigile[]
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
    database = await openDatabase(site)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const close = (visitor: Visitor) => visitor.post('/api/auth/account/delete', {})
  const keep = (token: string, visitor = site.visitor()) => visitor.post('/api/auth/account/keep', { token })
  const letter = (email: string) => letterTo(nodes, email, '/keep-account#')
  const clean = () => Promise.all(nodes.map((node) => node.cleanUp(operator)))
  const member = async (email: string) => {
    const visitor = site.visitor()
    const { body } = await visitor.signUp(email)
    return { visitor, id: body.user.id as string }
  }
  const closed = async (email: string) => {
    const one = await member(email)
    expect((await close(one.visitor)).status).toBe(200)
    return one
  }
  const count = async (table: string, id: string, column = 'user_id') =>
    Number((await database.run(`select count(*) as n from ${table} where ${column} = '${id}'`))[0]?.n)

  test('ACC-7 TOK-5 it is closed at once: every session is over, and the letter says on which day it will be deleted', async () => {
    const { visitor, id } = await member('ada@example.com')
    await visitor.send('PATCH', '/api/auth/me', { body: { locale: 'fr' } })
    const phone = site.visitor()
    await phone.signIn('ada@example.com')
    const reply = await close(visitor)
    expect(reply.body.status).toBe('closed')
    expect(Math.round((reply.body.deleteAt - site.now()) / day)).toBe(7)
    for (const one of [visitor, phone]) {
      await expect.poll(async () => (await one.me()).status).toBe(401)
      expect((await one.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'account_closed' })
    }
    const { subject, text } = await letter('ada@example.com')
    const on = new Intl.DateTimeFormat('fr', { dateStyle: 'long', timeZone: 'UTC' }).format(reply.body.deleteAt)
    expect([subject, text.includes(on)]).toEqual(['Votre compte Vigile va être supprimé', true])
    expect(await count('users', id, 'id')).toBe(1)
  })

  test('TOK-11 S-39 a sign-in long ago closes nothing', async () => {
    const { visitor } = await member('late@example.com')
    site.move(11 * 60_000)
    await visitor.refresh()
    expect((await close(visitor)).body.code).toBe('reauthentication_required')
    expect((await visitor.refresh()).status).toBe(200)
  })

  test('ACC-7 S-13 a wrong password is answered as anywhere; a right one opens the way back, and no session', async () => {
    await closed('back@example.com')
    const someone = site.visitor()
    const wrong = await someone.signIn('back@example.com', 'not-the-password-1')
    const unknown = await someone.signIn('nobody@example.com', 'not-the-password-1')
    const { requestId: _one, ...first } = wrong.body
    const { requestId: _other, ...second } = unknown.body
    expect([wrong.status, first]).toEqual([unknown.status, second])
    const offered = await someone.signIn('back@example.com')
    expect([offered.status, offered.body.next, offered.setCookies]).toEqual([200, 'keep_account', []])
    expect((await someone.me()).status).toBe(401)
    expect((await keep(offered.body.token, someone)).body).toEqual({ status: 'kept' })
    expect((await someone.me()).status).toBe(401)
    expect((await keep(offered.body.token, someone)).body.code).toBe('link_expired')
    expect((await someone.signIn('back@example.com')).body.user.email).toBe('back@example.com')
    site.move(8 * day)
    await clean()
    expect((await site.visitor().signIn('back@example.com')).status).toBe(200)
    await letterTo(nodes, 'back@example.com', '/not-me#')
  })

  test('ACC-4 ACC-7 the link of the letter takes it back, once; opening it does nothing', async () => {
    const { visitor } = await closed('letter@example.com')
    const token = tokenIn(await letter('letter@example.com'))
    const replies = await Promise.all(Array.from({ length: 20 }, () => keep(token)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await visitor.signIn('letter@example.com')).body.user.email).toBe('letter@example.com')
  })

  test('ACC-7 what a sign-in was given is good for ten minutes, and the letter until the deletion', async () => {
    const { visitor } = await closed('times@example.com')
    const offered = (await visitor.signIn('times@example.com')).body.token
    site.move(11 * 60_000)
    expect((await keep(offered)).body.code).toBe('link_expired')
    site.move(6 * day)
    expect((await keep(tokenIn(await letter('times@example.com')))).status).toBe(200)
  })

  test('ACC-7 when the time has come nothing brings it back, though the job has not run yet', async () => {
    await closed('over@example.com')
    const token = tokenIn(await letter('over@example.com'))
    site.move(7 * day)
    expect((await keep(token)).body.code).toBe('link_expired')
    expect((await site.visitor().signIn('over@example.com')).body.code).toBe('invalid_credentials')
  })

  test('ACC-7 AUD-2 the job deletes it for good, once on two nodes; the record stays, without what tells of a person', async () => {
    const { id, visitor } = await member('gone@example.com')
    await site.visitor().signIn('gone@example.com', 'not-the-password-1')
    await close(visitor)
    site.move(6 * day)
    await clean()
    expect(await count('users', id, 'id')).toBe(1)
    site.move(day)
    const reports = await Promise.all([...nodes, ...nodes].map((node) => node.cleanUp(operator)))
    expect(
      reports
        .map(({ accounts }) => accounts)
        .toSorted()
        .reverse()[0],
    ).toBeGreaterThanOrEqual(1)
    const entries = await database.run(`select * from audit_entries where user_id = '${id}'`)
    expect(entries.filter(({ action }) => action === 'user:delete')).toHaveLength(1)
    expect(entries.length).toBeGreaterThan(4)
    expect(entries.filter(({ ip, user_agent }) => ip !== null || user_agent !== null)).toEqual([])
    expect(JSON.stringify(entries)).not.toMatch(/emailHash|example\.com|Firefox/)
    for (const table of ['sessions', 'known_devices', 'one_time_tokens', 'outbox', 'account_closures'])
      expect([table, await count(table, id)]).toEqual([table, 0])
    expect(await count('users', id, 'id')).toBe(0)
    expect((await site.visitor().signUp('gone@example.com')).status).toBe(201)
  })

  test('ACC-7 a job that is interrupted loses nothing: each deletion is whole, and the next run goes on', async () => {
    const ids = [(await closed('one@example.com')).id, (await closed('two@example.com')).id]
    site.move(7 * day)
    // Something that the database refuses, in the middle of a deletion.
    const [trap, free] =
      database.kind === 'sqlite'
        ? [
            `create trigger trap before delete on users when old.id = '${ids[0]}' begin select raise(abort, 'stopped'); end`,
            'drop trigger trap',
          ]
        : [
            `create function trap() returns trigger as $$ begin raise 'stopped'; end $$ language plpgsql;
             create trigger trap before delete on users for each row when (old.id = '${ids[0]}') execute function trap()`,
            'drop function trap cascade',
          ]
    await database.run(trap)
    await expect(site.vigile.cleanUp(operator)).rejects.toThrow()
    expect([await count('users', ids[0] ?? '', 'id'), await count('account_closures', ids[0] ?? '')]).toEqual([1, 1])
    await database.run(free)
    await clean()
    for (const id of ids) expect(await count('users', id, 'id')).toBe(0)
  })

  test('ACC-6 ACC-7 an operator who disables the account ends the way back; it is deleted all the same', async () => {
    const { id } = await closed('barred@example.com')
    const token = tokenIn(await letter('barred@example.com'))
    await site.vigile.users.disable(id as never, operator)
    expect((await keep(token)).body.code).toBe('link_expired')
    expect((await site.visitor().signIn('barred@example.com')).body.code).toBe('invalid_credentials')
    site.move(7 * day)
    await clean()
    expect(await count('users', id, 'id')).toBe(0)
  })

  test('ACC-6 ACC-7 an operator who enables the account keeps it', async () => {
    const { id, visitor } = await closed('enabled@example.com')
    await site.vigile.users.enable(id as never, operator)
    site.move(8 * day)
    await clean()
    expect((await visitor.signIn('enabled@example.com', goodPassword)).body.user.id).toBe(id)
  })

  test('ACC-7 AUD-2 an operator’s deletion takes the person out of the record as well', async () => {
    const { id } = await member('removed@example.com')
    await site.vigile.users.delete(id as never, operator)
    const entries = await database.run(`select * from audit_entries where user_id = '${id}'`)
    expect(entries.find(({ action }) => action === 'user:delete')?.details).toContain('operator:grace')
    expect(entries.filter(({ ip }) => ip !== null)).toEqual([])
  })

  test('ACC-7 a deletion leaves no count of attempts: of strangers and known browsers, at the password and at codes', async () => {
    const email = 'guessed@example.com'
    const { visitor, id } = await member(email)
    const { secret } = await addApp(visitor, site.now())
    await visitor.post('/api/auth/logout', {})
    const stranger = site.visitor()
    for (const who of [visitor, stranger]) {
      await who.signIn(email)
      await passTotp(who, secret, site.now() - day)
      await who.signIn(email, 'not-the-password-1')
    }
    const emailHash = createHash('sha256').update(`vigile email ${email}`).digest('hex')
    const names = `email_hash like '${emailHash}%' or email_hash like 'totp ${id}%'`
    const counted = () => database.run(`select * from sign_in_attempts where ${names}`)
    expect(await counted()).toHaveLength(4)
    await site.vigile.users.delete(id as never, operator)
    expect(await counted()).toEqual([])
  })

  test('S-18 ACC-7 a closed account is no way in for links that were asked for before', async () => {
    const { visitor } = await member('links@example.com')
    await visitor.post('/api/auth/password/forgot', { email: 'links@example.com' })
    const token = tokenIn(await letterTo(nodes, 'links@example.com', '/reset-password#'))
    await close(visitor)
    const reset = await visitor.post('/api/auth/password/reset', { token, password: 'calm-meadow-window-17' })
    expect(reset.body.code).toBe('link_expired')
  })
})
