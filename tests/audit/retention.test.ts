// Entries whose time is over: removed from the beginning, with a signed mark of where the chain begins now.
import { describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { type AuditedSite, openAuditedSite } from './log.ts'

const by = { kind: 'operator', name: 'ada' } as const
const dayMs = 86_400_000

const open = (kind: (typeof storeKinds)[number]) => openAuditedSite(kind, { audit: { retention: '30d' } })
const positions = async (site: AuditedSite) =>
  (await site.raw.run('select position from audit_entries where position is not null order by position')).map((row) =>
    Number(row.position),
  )

describe.each(storeKinds)('%s', (kind) => {
  test('AUD-4 what is over is removed, the chain goes on whole, and that it was cut is on record', async () => {
    const site = await open(kind)
    await site.fill(5)
    site.move(20 * dayMs)
    await site.fill(3)
    expect((await site.vigile.cleanUp(by)).entries).toBe(0)
    site.move(11 * dayMs)
    expect((await site.vigile.cleanUp(by)).entries).toBe(5)
    expect(await site.verify()).toMatchObject({ ok: true, from: 6, removedUpTo: 5 })
    expect((await positions(site))[0]).toBe(6)
    const { entries } = await site.vigile.audit.search({ action: 'audit:cut' })
    expect(entries).toHaveLength(1)
    site.move(40 * dayMs)
    await site.fill(2)
    await site.vigile.cleanUp(by)
    expect(await site.verify()).toMatchObject({ ok: true })
    await site.close()
  })

  test('AUD-3 AUD-4 a removal passed off as retention is found: by a checkpoint as a cut, by a cut of an earlier head', async () => {
    const site = await open(kind)
    await site.fill(3)
    const [checkpoint] = await site.raw.run('select statement, signature from audit_checkpoints order by position')
    site.move(61_000)
    await site.fill(3)
    await site.raw.run('delete from audit_entries where position <= 3')
    expect(await site.faults()).toEqual(['missing 1 3'])
    const head = (await site.raw.run('select statement from audit_head'))[0]
    const { position, hash, at } = JSON.parse(String(checkpoint?.statement)) as Record<string, unknown>
    const cut = JSON.stringify({ ...JSON.parse(String(head?.statement)), cut: { position, hash, at } })
    await site.raw.run(`update audit_head set statement = '${cut}'`)
    expect(await site.faults()).toContain('head_forged')
    await site.raw.run(
      `update audit_head set statement = '${String(checkpoint?.statement)}', signature = '${String(checkpoint?.signature)}'`,
    )
    expect(await site.faults()).toContain('head_forged')
    await site.close()
  })

  test('AUD-3 AUD-4 entries made old in the database are not removed, nor is their removal signed', async () => {
    const site = await open(kind)
    await site.fill(6)
    await site.raw.run('update audit_entries set at = 1')
    expect((await site.vigile.cleanUp(by)).entries).toBe(0)
    expect((await positions(site))[0]).toBe(1)
    expect((await site.faults()).slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6].map((position) => `changed ${position}`))
    expect(site.log.some(({ fields }) => fields.alert === 'audit_cut_refused')).toBe(true)
    await site.close()
  })

  test('AUD-3 AUD-4 ACC-7 a deletion stays as long as a later entry that it excuses for being blank', async () => {
    const site = await open(kind)
    const user = await site.vigile.users.create({ email: 'ada@example.com' }, by)
    if (!user.ok) throw new Error(user.error)
    const userId = user.value.id
    await site.vigile.users.delete(userId as never, by)
    await site.verify()
    site.move(20 * dayMs)
    // Written while the deletion was under way: it stands behind it in the chain, and was made blank with the others.
    await site.vigile.audit.record({ action: 'made:up', userId })
    await site.verify()
    const blank = 'ip = null, user_agent = null, personal = null, salt = null'
    await site.raw.run(`update audit_entries set ${blank} where action = 'made:up'`)
    expect(await site.verify()).toMatchObject({ ok: true })
    site.move(11 * dayMs)
    await site.vigile.cleanUp(by)
    expect(await site.verify()).toMatchObject({ ok: true })
    site.move(30 * dayMs)
    await site.vigile.cleanUp(by)
    expect(await site.verify()).toMatchObject({ ok: true })
    expect(await site.raw.run(`select 1 from audit_entries where user_id = '${userId}'`)).toEqual([])
    await site.close()
  })
})

test('AUD-4 nothing is removed where no retention is set', async () => {
  const site = await openAuditedSite('embedded')
  await site.fill(3)
  site.move(4_000 * dayMs)
  expect((await site.vigile.cleanUp(by)).entries).toBe(0)
  expect(await site.verify()).toMatchObject({ ok: true, from: 1, removedUpTo: 0 })
  await site.close()
})

test('AUD-3 AUD-4 entries are removed while the log is verified on another node: no fault is seen', async () => {
  const site = await open('PostgreSQL and Redis')
  const other = await site.node()
  for (let turn = 0; turn < 12; turn++)
    await Promise.all(Array.from({ length: 100 }, () => site.vigile.audit.record({ action: 'made:up' })))
  await site.verify()
  site.move(31 * dayMs)
  await site.fill(1)
  const [reports, removed] = await Promise.all([
    Promise.all(Array.from({ length: 5 }, () => other.audit.verify())),
    site.vigile.cleanUp(by),
  ])
  expect(removed.entries).toBe(1_200)
  expect(reports.map(({ faults }) => faults)).toEqual(Array(5).fill([]))
  await site.close()
})
