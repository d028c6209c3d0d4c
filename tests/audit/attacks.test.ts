// Whoever has the database, and not the secret, goes about it with more care: what would let a changed log pass for a whole one.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../services/place.ts'
import { openSite, type StoreKind, storeKinds, testSecret } from '../support/site.ts'
import { type AuditedSite, openAuditedSite } from './log.ts'

const by = { kind: 'operator', name: 'ada' } as const
const dayMs = 86_400_000
const patience = { timeout: 30_000, interval: 50 }
const columns =
  'id, at, user_id, action, resource, resource_id, details, ip, user_agent, request_id, personal, salt, commitment, mac, position, hash'

const alerts = (site: AuditedSite) => site.log.flatMap(({ fields }) => (fields.alert ? [String(fields.alert)] : []))

/** A trigger before each of these statements. `outcome`: the statement fails, or nothing happens and nobody is told. */
const addTrigger = async (
  site: AuditedSite,
  kind: StoreKind,
  { on, when, outcome }: { on: string; when: string; outcome: 'fails' | 'is swallowed' },
) => {
  const isSwallowed = outcome === 'is swallowed'
  if (kind === 'embedded') {
    const body = isSwallowed ? 'raise(ignore)' : "raise(abort, 'no')"
    await site.raw.run(`create trigger attack before ${on} when ${when} begin select ${body}; end`)
    return
  }
  const body = isSwallowed ? 'return null;' : "raise exception 'no';"
  await site.raw.run(`create function attack() returns trigger language plpgsql as $$ begin ${body} end $$`)
  await site.raw.run(`create trigger attack before ${on} for each row when (${when}) execute function attack()`)
}
const dropTrigger = (site: AuditedSite, kind: StoreKind, table: string) =>
  site.raw.run(`drop trigger attack${kind === 'embedded' ? '' : ` on ${table}`}`)

const plant = (site: AuditedSite, values: Record<string, string>) => {
  const row = { at: `${site.now()}`, action: "'made:up'", details: "'{}'", ...values }
  return site.raw.run(
    `insert into audit_entries (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`,
  )
}

describe.each(storeKinds)('%s', (kind) => {
  test('AUD-3 a log stripped of its chain, edited, and left to be taken for an older one: no new chain is begun over it', async () => {
    const site = await openAuditedSite(kind)
    await site.vigile.users.create({ email: 'ada@example.com' }, by)
    await site.fill(6)
    await site.raw.run('update audit_entries set mac = null, position = null, hash = null, commitment = null')
    await site.raw.run("update audit_entries set action = 'made:good' where resource_id = 'r5'")
    await site.raw.run("delete from audit_entries where resource_id = 'r6'")
    await site.raw.run('delete from audit_checkpoints')
    await site.raw.run('delete from audit_head')
    await vi.waitUntil(() => alerts(site).includes('audit_head_missing'), patience)
    await site.fill(1)
    expect(await site.faults()).toContain('head_missing')
    expect(await site.raw.run('select 1 from audit_head')).toEqual([])
    await site.close()
  })

  test('AUD-3 the log wiped with its head and its checkpoints, before a start: the accounts show that it is not new', async () => {
    const site = await openAuditedSite(kind)
    await site.vigile.users.create({ email: 'ada@example.com' }, by)
    await site.fill(3)
    for (const table of ['audit_entries', 'audit_checkpoints', 'audit_head', 'signing_keys'])
      await site.raw.run(`delete from ${table}`)
    const again = kind === 'embedded' ? null : await site.node()
    await vi.waitUntil(() => alerts(site).includes('audit_head_missing'), patience)
    expect(await site.faults()).toContain('head_missing')
    expect(await again?.audit.verify()).toMatchObject(again ? { ok: false } : {})
    await site.close()
  })

  test('AUD-3 the log set back to an earlier state, head and all: the nodes that run raise an alert', async () => {
    const site = await openAuditedSite(kind)
    await site.fill(3)
    await site.raw.run('create table kept_head as select * from audit_head')
    await site.fill(3)
    await site.raw.run('delete from audit_entries where position > 3')
    await site.raw.run(
      'update audit_head set statement = (select statement from kept_head), signature = (select signature from kept_head)',
    )
    await vi.waitUntil(() => alerts(site).includes('audit_head_back'), patience)
    await site.close()
  })

  test('AUD-3 an entry put in with a date in the future and a made-up key is found, at once and later', async () => {
    const site = await openAuditedSite(kind)
    await site.fill(2)
    await plant(site, { id: "'future'", at: `${site.now() + 3_650 * dayMs}`, mac: "'key.mac'" })
    expect(await site.faults()).toEqual(['unknown_key future'])
    site.move(3_600_000)
    expect(await site.faults()).toEqual(['unknown_key future'])
    await site.close()
  })

  test('AUD-3 ACC-7 a made-up deletion that is not in the chain excuses nothing: waiting, refused, or in a place before the first', async () => {
    const site = await openAuditedSite(kind)
    await site.vigile.audit.record({
      action: 'made:up',
      userId: 'thief',
      request: new Request('http://localhost:3000/'),
      peer: { address: '192.0.2.1' },
    })
    await site.fill(1)
    const deletion = { action: "'user:delete'", user_id: "'thief'" }
    await plant(site, { ...deletion, id: "'waits'", mac: "'key.mac'" })
    await plant(site, { ...deletion, id: "'refused'", hash: "'refused'" })
    await plant(site, { ...deletion, id: "'before'", position: '-1', hash: "'x'" })
    await plant(site, { ...deletion, id: "'beyond'", position: '1000', hash: "'x'" })
    await site.raw.run(
      'update audit_entries set ip = null, user_agent = null, personal = null, salt = null where position = 1',
    )
    expect(await site.faults()).toEqual([
      'blanked 1',
      'inserted -1',
      // What was refused is on record as well.
      expect.stringMatching(/^beyond_head \d 1000$/),
      'inserted refused',
      'unknown_key waits',
    ])
    await site.close()
  })

  test('AUD-3 checkpoints deleted are found: the newest by the head, each other by the one after it', async () => {
    const site = await openAuditedSite(kind)
    for (let index = 0; index < 4; index++) {
      await site.fill(1)
      site.move(61_000)
      await site.verify()
    }
    await site.raw.run('delete from audit_checkpoints where position = 2')
    expect(await site.faults()).toEqual(['checkpoint_missing 2'])
    await site.raw.run('delete from audit_checkpoints')
    expect(await site.faults()).toEqual(['checkpoint_missing 4'])
    await site.close()
  })

  test('AUD-3 AUD-4 rows that can not be read blind nobody: verify names each and goes on, search and export show them', async () => {
    const site = await openAuditedSite(kind)
    await site.fill(4)
    await plant(site, { id: "'long-ago'", at: '-9000000000000000' })
    await plant(site, { id: "'never'", at: '9223372036854775807' })
    await plant(site, { id: "'low'", position: '-9000000000000000000', hash: "'x'" })
    await plant(site, { id: "'high'", position: '9000000000000000000', hash: "'x'", personal: "'['" })
    await site.raw.run("update audit_entries set details = '{' where resource_id = 'r2'")
    const { faults } = await site.verify()
    const [broken] = await site.raw.run("select id from audit_entries where resource_id = 'r2'")
    expect(faults.map(({ kind: what, id }) => [what, id].filter(Boolean).join(' '))).toEqual([
      `changed ${String(broken?.id)}`,
      'inserted low',
      'beyond_head',
      'inserted long-ago',
      'inserted never',
    ])
    const { entries } = await site.vigile.audit.search({ limit: 200 })
    expect(entries.find(({ resourceId }) => resourceId === 'r2')?.details).toEqual({ unreadable: '{' })
    const lines: string[] = []
    for await (const line of site.vigile.audit.export({ format: 'csv', from: -9_000_000_000_000_001 }, by))
      lines.push(line)
    expect(lines.at(-1)).toContain('audit:export:end')
    await site.close()
  })

  test('H-12 an entry that a trigger swallows is not taken for written: the act does not happen', async () => {
    const site = await openAuditedSite(kind)
    await addTrigger(site, kind, {
      on: 'insert on audit_entries',
      when: "new.action = 'made:thief'",
      outcome: 'is swallowed',
    })
    await expect(site.vigile.audit.record({ action: 'made:thief' })).rejects.toThrow()
    await site.vigile.audit.record({ action: 'made:up' })
    await site.close()
  })

  test('AUD-3 AUD-4 an entry that retention removed, put back as if new, is not sealed again', async () => {
    const site = await openAuditedSite(kind, { audit: { retention: '30d' } })
    await site.fill(3)
    await site.raw.run(`create table kept as select ${columns} from audit_entries`)
    site.move(31 * dayMs)
    expect((await site.vigile.cleanUp(by)).entries).toBe(3)
    await site.verify()
    const unsealed = columns.replace('position, hash', 'null, null')
    await site.raw.run(`insert into audit_entries (${columns}) select ${unsealed} from kept where position = 2`)
    expect((await site.verify()).faults).toMatchObject([{ kind: 'inserted', action: 'made:up' }])
    await site.close()
  })

  test.each(['fails', 'is swallowed'] as const)(
    'AUD-3 a trigger by which sealing %s: an alert once a minute, and verify says so',
    async (outcome) => {
      const site = await openAuditedSite(kind)
      await site.fill(1)
      await addTrigger(site, kind, { on: 'update on audit_entries', when: '1 = 1', outcome })
      await site.vigile.audit.record({ action: 'made:up' })
      await site.verify()
      const unsealed = () => alerts(site).filter((alert) => alert === 'audit_unsealed')
      expect(unsealed()).toEqual([])
      site.move(61_000)
      expect((await site.verify()).faults).toMatchObject([{ kind: 'unsealed', action: 'made:up' }])
      expect(unsealed()).toEqual(['audit_unsealed'])
      await dropTrigger(site, kind, 'audit_entries')
      expect((await site.verify()).ok).toBe(true)
      await site.close()
    },
  )

  test('AUD-3 a thousand forged entries dated before all others are in the way of none, and are all counted', async () => {
    const site = await openAuditedSite(kind)
    const rows = Array.from({ length: 1_200 }, (_, index) => `('forged-${index}', 1, 'made:up', '{}', 'key.mac')`)
    await site.raw.run(`insert into audit_entries (id, at, action, details, mac) values ${rows.join(', ')}`)
    await site.fill(1)
    expect(await site.raw.run("select 1 from audit_entries where hash is null and id like 'forged-%'")).toEqual([])
    expect((await site.verify()).faultCount).toBe(1_200)
    await site.close()
  })

  test('AUD-3 AUD-4 the way back: faults taken by an operator are on record, the log is whole again and its old entries go', async () => {
    const folder = await temporaryFolder('accept')
    const file = join(folder.path, 'anchors.jsonl')
    const site = await openAuditedSite(kind, { audit: { retention: '30d', anchors: [file] } })
    await site.fill(4)
    site.move(61_000)
    await site.fill(1)
    expect(await site.vigile.audit.accept({ reason: 'none' }, by)).toEqual({ ok: false, error: 'nothing_to_accept' })
    await site.raw.run("update audit_entries set action = 'made:good' where position = 2")
    await site.raw.run('delete from audit_entries where position = 3')
    await site.raw.run('update audit_entries set at = 9000000000000 where position = 4')
    await plant(site, { id: "'forged'" })
    await plant(site, { id: "'beyond'", position: '9000000000000000000', hash: "'x'" })
    expect((await site.verify()).ok).toBe(false)
    expect(await site.vigile.audit.accept({ reason: 'a test' }, by)).toMatchObject({ ok: true })
    const report = await site.verify()
    expect(report).toMatchObject({ ok: true, faults: [] })
    expect(report.acceptedUpTo).toBeGreaterThan(5)
    const { entries } = await site.vigile.audit.search({ action: 'audit:accept' })
    expect(entries).toMatchObject([{ details: { by: 'operator:ada', reason: 'a test', upTo: report.acceptedUpTo } }])
    // The anchor, which saw the log of before, agrees.
    const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    const reached = `"position\\":${report.acceptedUpTo},`
    await vi.waitUntil(async () => (await lines()).some((line) => line.includes(reached)), patience)
    expect((await site.verify(await lines())).faults).toEqual([])
    site.move(31 * dayMs)
    await site.fill(1)
    expect((await site.vigile.cleanUp(by)).entries).toBeGreaterThan(4)
    expect(await site.raw.run("select 1 from audit_entries where action = 'made:good'")).toEqual([])
    expect(await site.verify()).toMatchObject({ ok: true })
    // What comes after is watched as before.
    await site.raw.run("update audit_entries set action = 'made:good' where action = 'made:up'")
    expect((await site.verify()).faults.map(({ kind: what }) => what)).toContain('changed')
    await site.close()
    await folder.remove()
  })

  test('AUD-3 the way back of a log whose head was removed', async () => {
    const site = await openAuditedSite(kind)
    await site.fill(3)
    await site.raw.run('delete from audit_head')
    expect(await site.faults()).toContain('head_missing 3')
    expect(await site.vigile.audit.accept({ reason: 'a test' }, by)).toMatchObject({ ok: true })
    await site.fill(1)
    expect(await site.verify()).toMatchObject({ ok: true, acceptedUpTo: 4 })
    await site.close()
  })

  test('TOK-9 AUD-3 verify with a wrong secret writes nothing: no signing key, no new chain', async () => {
    const site = await openAuditedSite(kind)
    await site.fill(1)
    const tables = ['signing_keys', 'audit_head', 'audit_entries', 'audit_checkpoints']
    const everything = () => Promise.all(tables.map((table) => site.raw.run(`select * from ${table}`)))
    const before = await everything()
    const { redis } = site
    const secrets = testSecret.replace('test', 'else')
    const wrong = await openSite(kind, { database: site.database, ...(redis && { redis }), secrets, role: 'command' })
    expect((await wrong.vigile.audit.verify()).faults.map(({ kind: what }) => what)).toContain('head_unknown_key')
    await wrong.close()
    expect(await everything()).toEqual(before)
    await site.close()
  })
})
