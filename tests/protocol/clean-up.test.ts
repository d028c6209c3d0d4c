// The clean-up of a whole site (TOK-10): by command, and by its hour on two nodes.
import pg from 'pg'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { type Desk, day, openDesk, operator } from './desk.ts'

let desk: Desk
afterEach(() => desk?.close())

describe.each(storeKinds)('on %s', (kind) => {
  test('TOK-10 what ended is removed, what lives is not, the number is told, and who did it is on record', async () => {
    desk = await openDesk(kind)
    const ended = [
      await desk.begin({ revokedAt: 1, revokedReason: 'signed_out' }),
      await desk.begin({ idleExpiresAt: 1 }),
    ]
    const living = await desk.begin()
    const recent = await desk.begin({ revokedAt: desk.site.now() - day / 2, revokedReason: 'reuse' })
    const report = await desk.site.vigile.cleanUp(operator)
    expect(report).toMatchObject({ sessions: 2, devices: 0 })
    for (const held of ended) expect(await desk.find(held.session.id)).toBeNull()
    for (const held of [living, recent]) expect(await desk.find(held.session.id)).not.toBeNull()
    const [entry] = await desk.database.audit.list({ limit: 1, action: 'system:clean-up' })
    expect(entry?.details).toMatchObject({ by: 'operator:a test' })
  })

  test('TOK-10 nobody who is signed in notices', async () => {
    desk = await openDesk(kind)
    const visitor = desk.site.visitor()
    await visitor.signUp('ada@example.com')
    for (let days = 0; days < 6; days += 1) {
      desk.site.move(day)
      await desk.site.vigile.cleanUp(operator)
      expect((await visitor.refresh()).status).toBe(200)
    }
    expect((await visitor.me()).status).toBe(200)
  })
})

test('TOK-10 two nodes at the same hour: each run is done once, and its number is logged', async () => {
  desk = await openDesk('PostgreSQL and Redis', { cleanUpAt: '* * * * * *' })
  const other = await desk.site.node()
  for (let count = 0; count < 5; count += 1) await desk.begin({ idleExpiresAt: 1 })
  desk.site.vigile.startJobs()
  other.startJobs()
  const done = () => desk.site.log.filter(({ message }) => message === 'a job is done')
  await vi.waitFor(() => expect(done().length).toBeGreaterThanOrEqual(2), { timeout: 5_000, interval: 20 })
  await desk.site.vigile.close()
  await other.close()
  const removed = done().map(({ fields }) => fields.sessions as number)
  expect(removed.reduce((sum, one) => sum + one, 0)).toBe(5)
  const client = new pg.Client({ connectionString: desk.site.database })
  await client.connect()
  const { rows } = await client.query('select count(*)::int as runs from job_runs where finished_at is not null')
  await client.end()
  expect(done()).toHaveLength(rows[0].runs)
})
