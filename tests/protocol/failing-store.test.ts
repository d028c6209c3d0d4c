// What could not be committed is not reported as done (H-12, I11), and ends nobody's session (SPEC section 17).
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../services/postgres.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Reply } from '../support/visitor.ts'
import { type Desk, openDesk, operator } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  const run = async (statement: string) => {
    const address = desk.site.database
    if (kind === 'embedded') {
      const file = new DatabaseSync(address.slice('file:'.length))
      file.exec(statement)
      file.close()
      return
    }
    const client = new pg.Client({ connectionString: address })
    await client.connect()
    await client.query(statement)
    await client.end()
  }

  /** Nothing can be put on record meanwhile, so no act that must be can be done. */
  const withoutRecord = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    await run('alter table audit_entries rename to audit_entries_away')
    try {
      return await work()
    } finally {
      await run('alter table audit_entries_away rename to audit_entries')
    }
  }

  const expectFault = (reply: Reply) => {
    expect(reply.status).toBeGreaterThanOrEqual(500)
    expect(['internal_error', 'unavailable']).toContain(reply.body.code)
    expect(reply.setCookies).toEqual([])
  }

  test.each(['logout', 'logout-all'])(
    'H-12 I11 %s that can’t be put on record: a fault, and the session lives on',
    async (path) => {
      const held = await desk.begin()
      held.hold(3, 0)
      expectFault(await withoutRecord(() => held.visitor.post(`/api/auth/${path}`, {})))
      expect(await held.row()).toMatchObject({ revokedAt: null })
      expect((await held.visitor.refresh()).status).toBe(200)
      expect((await held.visitor.post(`/api/auth/${path}`, {})).status).toBe(204)
      expect((await held.row()).revokedAt).not.toBeNull()
    },
  )

  test('PROTOCOL 7 H-11 H-12 I11 reuse whose end can’t be put on record: a fault, not a refusal; the next request ends it', async () => {
    const held = await desk.begin({ issue: 1, winner: 1 })
    held.hold(3, 0)
    expectFault(await withoutRecord(() => held.visitor.refresh()))
    expect(await held.row()).toMatchObject({ revokedAt: null })
    expect((await held.visitor.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    expect(await held.row()).toMatchObject({ revokedReason: 'reuse' })
  })

  test('I11 a sign-in that can’t be put on record ends no session and begins none', async () => {
    const email = 'failing@example.com'
    const made = await desk.site.vigile.users.create({ email, password: goodPassword }, operator)
    if (!made.ok) throw new Error(made.error)
    const held = await desk.begin()
    held.hold(3, 0)
    expectFault(await withoutRecord(() => held.visitor.signIn(email)))
    expect(await held.row()).toMatchObject({ revokedAt: null })
    expect(await desk.site.vigile.sessions.list(made.value.id as never)).toEqual([])
  })

  test('I11 an operator’s act that can’t be put on record is a fault to the operator', async () => {
    const held = await desk.begin()
    const { userId, site } = desk
    const acts: readonly (() => Promise<unknown>)[] = [
      () => site.vigile.sessions.end(held.session.id, operator),
      () => site.vigile.sessions.endAll(userId, operator),
      () => site.vigile.sessions.endEveryones(operator),
      () => site.vigile.users.disable(userId, operator),
      () => site.vigile.users.delete(userId, operator),
    ]
    for (const act of acts) await expect(withoutRecord(act)).rejects.toThrow()
    expect(await held.row()).toMatchObject({ revokedAt: null })
  })

  test('a renewal needs no record, and goes on', async () => {
    const held = await desk.begin()
    held.hold(3, 0)
    expect((await withoutRecord(() => held.visitor.refresh())).status).toBe(200)
  })
})

describe('PostgreSQL is killed', () => {
  let postgres: PostgresServer
  let site: Site
  beforeAll(async () => {
    postgres = await startPostgres()
    site = await openSite('PostgreSQL and Redis', { database: postgres.url, pool: { max: 4, waitSeconds: 2 } })
  })
  afterAll(async () => {
    await site?.close()
    await postgres?.stop()
  })

  test('H-12 S-90 I11 sign-out, renewal, ack and sign-in are 503 and touch no cookie; when it is back all is as before', async () => {
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    const cookies = visitor.jar.snapshot()
    await postgres.kill()
    for (const ask of [
      () => visitor.refresh(),
      () => visitor.ack(),
      () => visitor.post('/api/auth/logout', {}),
      () => visitor.post('/api/auth/logout-all', {}),
      () => site.visitor().signIn('ada@example.com'),
    ]) {
      const reply = await ask()
      expect(reply.status).toBe(503)
      expect(reply.body.code).toBe('unavailable')
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(reply.setCookies).toEqual([])
    }
    await expect(site.vigile.sessions.endEveryones(operator)).rejects.toThrow()
    expect(visitor.jar.snapshot()).toEqual(cookies)

    await postgres.restart()
    const back = await visitor.refresh()
    expect(back.status).toBe(200)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    expect((await visitor.me()).status).toBe(401)
  })
})
