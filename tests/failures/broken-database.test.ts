// A database that is there and not as it should be (SPEC section 17): a right was taken, a table is missing, as while somebody
// restores by hand. It is no answer to whoever asks, and no secret to the operator.
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freshDatabase } from '../services/run.ts'
import { openSite, type Site } from '../support/site.ts'
import type { Reply } from '../support/visitor.ts'

const patience = { timeout: 30_000, interval: 200 }
const saysLater = [503, 'unavailable', true]
const unavailable = ({ status, body, headers }: Reply) => [status, body.code, headers.has('retry-after')]

let owner: pg.Client
let site: Site
let role: string
beforeEach(async () => {
  const address = await freshDatabase()
  owner = new pg.Client({ connectionString: address })
  await owner.connect()
  role = `limited_${Date.now().toString(36)}`
  await owner.query(`create role ${role}; grant all on schema public to ${role}`)
  // All that the engine does, it does as that role.
  const database = new URL(address)
  database.searchParams.set('options', `-c role=${role}`)
  site = await openSite('PostgreSQL and Redis', { database: database.href })
  await owner.query(`alter table audit_entries owner to current_user; grant all on audit_entries to ${role}`)
})
afterEach(async () => {
  await site.close()
  await owner.query(`drop owned by ${role}; drop role ${role}`)
  await owner.end()
})

const readiness = async () => (await site.visitor().get('/health/ready')).body
const errors = () => site.log.filter(({ level, message }) => level === 'error' && message === 'a part is broken')

test('S-90 AUD-1 OPS-6 the audit log takes no entries: who would be on record is told to come again, and readiness says it', async () => {
  const visitor = site.visitor()
  expect((await visitor.signUp('ada@example.com')).status).toBe(201)
  await vi.waitFor(async () => expect(await readiness()).toMatchObject({ status: 'ok' }), patience)
  await owner.query(`revoke insert on audit_entries from ${role}`)
  const acts = [
    site.visitor().signIn('ada@example.com'),
    site.visitor().signUp('grace@example.com'),
    visitor.post('/api/auth/logout', {}),
  ]
  for (const reply of await Promise.all(acts)) expect(unavailable(reply)).toEqual(saysLater)
  expect((await visitor.me()).status).toBe(200)
  // A fault of ours would look the same: it does not hide.
  expect(errors()).toHaveLength(3)
  await vi.waitFor(
    async () => expect(await readiness()).toMatchObject({ status: 'down', parts: { writes: 'down', database: 'ok' } }),
    patience,
  )

  await owner.query(`grant insert on audit_entries to ${role}`)
  await vi.waitFor(async () => expect(await readiness()).toMatchObject({ status: 'ok' }), patience)
  expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
  const tried = await owner.query(`select 1 from audit_entries where action = 'writable:try'`)
  expect(tried.rowCount).toBe(0)
}, 180_000)

test('S-90 a table that is missing for a while, or a column, ends nobody’s session', async () => {
  const visitor = site.visitor()
  expect((await visitor.signUp('ada@example.com')).status).toBe(201)
  for (const [away, back] of [
    ['alter table sessions rename to sessions_of_before', 'alter table sessions_of_before rename to sessions'],
    ['alter table sessions rename column winner to was', 'alter table sessions rename column was to winner'],
  ] as const) {
    await owner.query(away)
    expect(unavailable(await visitor.refresh())).toEqual(saysLater)
    await expect.poll(async () => unavailable(await visitor.me()), patience).toEqual(saysLater)
    await owner.query(back)
    await expect.poll(async () => (await visitor.me()).status, patience).toBe(200)
    expect((await visitor.refresh()).status).toBe(200)
  }
  expect(errors().length).toBeGreaterThan(1)
}, 180_000)
