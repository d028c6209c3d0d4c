// The clock that decides jumps: that of PostgreSQL, or this machine's on the embedded store (OPS-7, TOK-10, SPEC section 17).
import pg from 'pg'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { day, operator } from '../protocol/desk.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'

const patience = { timeout: 30_000, interval: 100 }
const trueNow = Date.now.bind(Date)
let site: Site

const query = async (...statements: string[]) => {
  const client = new pg.Client({ connectionString: site.database })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}
/** Connections keep the clock that they began with. */
const endConnections =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'

const clocks = {
  embedded: {
    jump: async () => void vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + 40 * day),
    putRight: async () => void vi.restoreAllMocks(),
  },
  'PostgreSQL and Redis': {
    jump: () =>
      query(
        'create schema fake',
        `create function fake.clock_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp() + interval ''40 days'''`,
        `alter database ${new URL(site.database).pathname.slice(1)} set search_path = fake, pg_catalog, public`,
        endConnections,
      ),
    putRight: () =>
      query(
        `alter database ${new URL(site.database).pathname.slice(1)} reset search_path`,
        'drop schema fake cascade',
        endConnections,
      ),
  },
}

afterEach(async () => {
  vi.restoreAllMocks()
  await site?.close()
})

describe.each(storeKinds)('on %s', (kind) => {
  test('OPS-7 TOK-10 a clock that jumps ahead forty days for a minute ends nobody’s session, and the clean-up removes none', async () => {
    site = await openSite(kind)
    const browserAt = (address: string) =>
      createVisitor({ vigile: () => site.vigile, publicUrl: site.publicUrl, now: trueNow, address })
    const [ada, bob] = [browserAt('198.51.100.1'), browserAt('198.51.100.2')]
    await ada.signUp('ada@example.com')
    await bob.signUp('bob@example.com')
    const jar = ada.jar.snapshot()

    await clocks[kind].jump()
    await vi.waitFor(
      async () =>
        expect(await site.vigile.readiness()).toMatchObject({
          status: 'down',
          parts: { database: 'ok', clock: 'down' },
        }),
      patience,
    )
    const refused = await ada.refresh()
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([503, []])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(ada.jar.snapshot()).toEqual(jar)
    await vi.waitFor(async () => expect((await ada.me()).status).toBe(503), patience)
    expect(await site.vigile.cleanUp(operator)).toMatchObject({ sessions: 0, accounts: 0, letters: 0 })
    expect(site.log).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ alert: 'clock_jumped' }) }),
    )

    await clocks[kind].putRight()
    await vi.waitFor(async () => expect((await site.vigile.readiness()).status).not.toBe('down'), patience)
    for (const visitor of [ada, bob]) {
      expect((await visitor.refresh()).status).toBe(200)
      expect((await visitor.me()).status).toBe(200)
    }
  })
})
