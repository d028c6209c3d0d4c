// The chain of the audit log under many writers, kills and changes of keys.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import { openSite, type Site, type StoreKind, storeKinds, testSecret } from '../support/site.ts'
import { openAuditedSite } from './log.ts'
import { openRaw } from './raw.ts'

const password = 'correct horse battery staple'
const patience = { timeout: 20_000, interval: 20 }
const program = new URL('./process-that-records.ts', import.meta.url).pathname
const newerSecret = testSecret.replace('test', 'next')

/** A database that outlives its site. */
const newDatabase = async (kind: StoreKind) => {
  if (kind !== 'embedded') return { database: await freshDatabase(), remove: async () => {} }
  const folder = await temporaryFolder('audit')
  return { database: `file:${join(folder.path, 'vigile.db')}`, remove: () => folder.remove() }
}

const record = (site: Pick<Site, 'vigile'>, index: number) =>
  site.vigile.audit.record({ action: 'made:up', resource: 'Thing', resourceId: `r${index}` })

describe.each(storeKinds)('%s', (kind) => {
  test('AUD-2 AUD-3 what a sign-in puts on record is sealed soon after, and nobody asked for it', async () => {
    const site = await openAuditedSite(kind)
    const visitor = site.visitor()
    await visitor.post('/api/auth/register', { email: 'ada@example.com', password })
    await vi.waitUntil(
      async () =>
        (await site.raw.run("select 1 from audit_entries where action = 'user:sign-up' and position > 0")).length,
      patience,
    )
    expect((await site.verify()).ok).toBe(true)
    await site.close()
  })

  test('AUD-3 ACC-7 a deleted account leaves a whole chain, in which nothing tells of the person', async () => {
    const site = await openAuditedSite(kind)
    const visitor = site.visitor('192.0.2.33')
    await visitor.post('/api/auth/register', { email: 'ada@example.com', password })
    await visitor.post('/api/auth/login', { email: 'ada@example.com', password: 'wrong-wrong-wrong' })
    await site.verify()
    const user = await site.vigile.users.find('ada@example.com')
    const whose = `user_id = '${user?.id}'`
    expect(
      await site.raw.run(`select 1 from audit_entries where ${whose} and personal like '%emailHash%'`),
    ).toHaveLength(1)
    await site.vigile.users.delete(user?.id as never, { kind: 'operator', name: 'ada' })
    const report = await site.verify()
    expect(report).toMatchObject({ ok: true, faults: [] })
    const left = await site.raw.run(`select * from audit_entries where ${whose}`)
    expect(left.length).toBeGreaterThan(3)
    expect(JSON.stringify(left)).not.toMatch(/192\.0\.2\.33|emailHash|example\.com/)

    // The deletion is what excuses the blanks: without it they are faults.
    await site.raw.run(`delete from audit_entries where ${whose} and action = 'user:delete'`)
    expect(await site.faults()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(missing|truncated)/), expect.stringMatching(/^blanked/)]),
    )
    await site.close()
  })

  test('H-12 S-90 an act that can not be put on record does not happen, and does not say that it did', async () => {
    const site = await openAuditedSite(kind)
    const visitor = site.visitor()
    await visitor.post('/api/auth/register', { email: 'ada@example.com', password })
    await visitor.post('/api/auth/logout')
    await site.raw.run('alter table audit_entries rename to taken_away')
    expect(
      (await visitor.post('/api/auth/login', { email: 'ada@example.com', password })).status,
    ).toBeGreaterThanOrEqual(500)
    await expect(record(site, 1)).rejects.toThrow()
    const count = async () =>
      Number((await site.raw.run('select count(*) as n from sessions where revoked_at is null'))[0]?.n)
    expect(await count()).toBe(0)
    await site.raw.run('alter table taken_away rename to audit_entries')
    expect((await visitor.post('/api/auth/login', { email: 'ada@example.com', password })).status).toBe(200)
    expect((await site.verify()).ok).toBe(true)
    await site.close()
  })

  test('AUD-3 TOK-9 a change of the secret: the head is signed anew, and what is under the old one stays vouched for', async () => {
    const { database, remove } = await newDatabase(kind)
    const site = await openAuditedSite(kind, { database })
    await site.fill(3)
    // Its nodes have been silent for so long that nobody waits for them to know the newer secret.
    await site.raw.run('delete from nodes')
    await site.close()
    const both = await openSite(kind, { database, secrets: [newerSecret, testSecret] })
    await record(both, 4)
    expect(await both.vigile.audit.verify()).toMatchObject({ ok: true, entries: 4, underOldKeys: 0 })
    const nodes = await openRaw(database)
    await nodes.run('delete from nodes')
    await nodes.close()
    await both.close()
    const newer = await openSite(kind, { database, secrets: newerSecret })
    await record(newer, 5)
    expect(await newer.vigile.audit.verify()).toMatchObject({ ok: true, entries: 5, underOldKeys: 4 })
    const raw = await openRaw(database)
    await raw.run("update audit_entries set action = 'made:good' where position = 2")
    expect((await newer.vigile.audit.verify()).faults).toMatchObject([{ kind: 'changed', position: 2 }])
    await raw.close()
    await newer.close()
    // Changed at a stroke, the head can't be believed, and nothing is sealed upon it.
    const strange = await openSite(kind, { database, secrets: newerSecret.replace('next', 'else') })
    await record(strange, 6)
    const { faults } = await strange.vigile.audit.verify()
    expect(faults.map(({ kind: what }) => what)).toContain('head_unknown_key')
    await strange.close()
    await remove()
  })

  test('AUD-3 a process killed again and again while it seals leaves no gap and no fork', async () => {
    const { database, remove } = await newDatabase(kind)
    const site = await openSite(kind, { database })
    await site.close()
    for (let kills = 0; kills < 2; kills++) {
      const child = spawn(process.execPath, ['--conditions=@vigile/source', program, database, testSecret], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let lines = 0
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        lines += text.split('\n').length - 1
        if (lines > 100 + kills * 17) child.kill('SIGKILL')
      })
      await once(child, 'close')
    }
    const after = await openSite(kind, { database })
    const report = await after.vigile.audit.verify()
    expect(report).toMatchObject({ ok: true, faults: [] })
    expect(report.entries).toBeGreaterThan(200)
    await after.close()
    await remove()
  })
})

test('AUD-3 200 writers at once on two nodes: no gap and no fork in the chain, which both seal', async () => {
  const site = await openAuditedSite('PostgreSQL and Redis')
  const other = await site.node()
  const nodes = [site, { vigile: other }]
  await Promise.all(
    Array.from({ length: 200 }, async (_, writer) => {
      for (let turn = 0; turn < 3; turn++) await record(nodes[writer % 2] as typeof site, writer * 3 + turn)
    }),
  )
  const reports = await Promise.all([site.verify(), other.audit.verify()])
  expect(reports).toMatchObject([{ ok: true }, { ok: true }])
  expect(await site.verify()).toMatchObject({ ok: true, entries: 600, to: 600 })
  await site.close()
})

test('AUD-3 a sealer that is kept from it: verify says so after a minute, writers go on, and it catches up', async () => {
  const site = await openAuditedSite('PostgreSQL and Redis')
  await site.fill(1)
  await site.raw.run('begin')
  await site.raw.run('select * from audit_head for update')
  for (let index = 0; index < 5; index++) await record(site, index)
  expect(await site.verify()).toMatchObject({ ok: true, to: 1 })
  site.move(61_000)
  expect((await site.verify()).faults.map(({ kind }) => kind)).toEqual(Array(5).fill('unsealed'))
  await site.raw.run('rollback')
  await vi.waitUntil(async () => (await site.verify()).to === 6, patience)
  expect((await site.verify()).ok).toBe(true)
  await site.close()
})
