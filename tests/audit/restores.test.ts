// A database that is set back to a backup: anchors have seen more than its log holds. What the restore put on record accounts for
// that, and for nothing else.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../services/place.ts'
import { storeKinds } from '../support/site.ts'
import { fillWithCheckpoints, openAuditedSite } from './log.ts'

const by = { kind: 'operator', name: 'ada' } as const

describe.each(storeKinds)('%s', (kind) => {
  test('OPS-8 AUD-3 after a restore the chain is whole, with the anchor too; a log that is set back once more is found', async () => {
    const folder = await temporaryFolder('anchor')
    const file = join(folder.path, 'anchors.jsonl')
    const site = await openAuditedSite(kind, { audit: { anchors: [file] } })
    const anchor = async (position: number) => {
      const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
      await vi.waitUntil(
        async () => {
          site.move(1_000)
          return (await lines()).at(-1)?.includes(`"position\\":${position},`)
        },
        { timeout: 30_000, interval: 50 },
      )
      return lines()
    }
    const setBack = async () => {
      await site.raw.run('delete from audit_entries where position > 2')
      await site.raw.run('delete from audit_checkpoints where position > 2')
      await site.raw.run('delete from audit_head')
      await site.raw.run('insert into audit_head select * from kept_head')
      await site.raw.run('delete from audit_anchors')
    }
    await fillWithCheckpoints(site, 2)
    await site.raw.run('create table kept_head as select * from audit_head')
    await fillWithCheckpoints(site, 4)
    await anchor(6)

    await setBack()
    await site.vigile.backups.restored({ backup: 'b', takenAt: site.now(), position: 2, keepSessions: false }, by)
    const restoredAt = site.now()
    await fillWithCheckpoints(site, 2)
    const kept = await anchor(5)
    const report = await site.verify(kept)
    expect(report).toMatchObject({ ok: true, to: 5, restores: [{ position: 2 }], anchored: { position: 5 } })
    expect(Math.abs((report.restores[0]?.at ?? 0) - restoredAt)).toBeLessThan(60_000)
    expect((await site.vigile.audit.search({ action: 'system:restore' })).entries[0]?.details).toMatchObject({
      by: 'operator:ada',
      backup: 'b',
      position: 2,
      sessions: 'ended',
    })

    // The same again by somebody who has the database alone: nothing accounts for it.
    await setBack()
    await fillWithCheckpoints(site, 2)
    expect(await site.faults(kept)).toEqual(expect.arrayContaining(['anchor_mismatch 3', 'anchor_mismatch 4']))
    await expect(site.vigile.audit.record({ action: 'system:restore', details: { position: 0 } })).rejects.toThrow(
      'an action of the engine',
    )
    await site.close()
    await folder.remove()
  })
})
