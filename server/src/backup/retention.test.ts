// What retention removes, where others than this site write into the place of the backups, too.
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVouching } from '@vigile/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newestBackup, tidy } from './backups.ts'
import { createFolderPlace } from './folder-place.ts'
import { type Manifest, manifestFile, writeManifest } from './manifest.ts'
import type { Place } from './place.ts'

const vouching = createVouching('v'.repeat(64))
const otherSite = createVouching('o'.repeat(64))
const dayMs = 86_400_000
const now = Date.UTC(2026, 10, 21, 2)
const keep = { days: 3, weeks: 0, months: 0 }
let folder: string
let place: Place

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-retention-'))
  place = createFolderPlace(folder)
  await mkdir(folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const nameAt = (at: number, id = 'abcdef') =>
  `vigile-${new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${id}`
const put = (name: string, text: string) => writeFile(join(folder, name), text)

/** A backup as it lies there, by whoever has that secret. */
type About = { by?: typeof vouching; id?: string; restores?: Manifest['restores'] }
const backup = async (at: number, { by = vouching, id = 'abcdef', restores }: About = {}) => {
  const manifest: Manifest = {
    ...{ kind: 'vigile backup', name: nameAt(at, id), at, version: '0.1.0', database: 'sqlite', databaseVersion: '3' },
    ...{ encryption: 'none', bytes: 1, sha256: '0'.repeat(64), plainBytes: 1, rows: {}, migrations: [] },
    ...{ auditPosition: 0, keyIds: [], ...(restores && { restores }) },
  }
  await put(`${manifest.name}.db.zst`, 'x')
  await put(manifestFile(manifest.name), await writeManifest(by, manifest))
  return manifest.name
}
const left = async () => (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
const backups = (...days: number[]) => Promise.all(days.map((day) => backup(now - day * dayMs)))

test('OPS-8 attack: names alone, of the future or of today, neither count nor push out a backup', async () => {
  const names = await backups(0, 3, 4, 5, 6)
  for (let month = 10; month < 22; month++) await put(manifestFile(nameAt(Date.UTC(2099, month, 1), 'aaaaaa')), '{}')
  for (let hour = 1; hour < 30; hour++) await put(manifestFile(nameAt(now - hour * 3_600_000, 'aaaaaa')), '{}')
  const removed = await tidy(place, vouching, keep, { taken: names[0] ?? '', now })
  expect(removed.toSorted()).toEqual(names.slice(3).sort())
  expect((await left()).filter((file) => names.some((name) => manifestFile(name) === file))).toHaveLength(3)
  const newest = await newestBackup(place, vouching, [], now)
  expect(newest.manifest?.name).toBe(names[0])
  // Of the future: not even looked at.
  expect(newest.passedOver).toEqual([])
})

test('OPS-8 attack: a name of this very minute keeps nobody from the newest backup that is right, and is told', async () => {
  const [right] = await backups(1)
  await put(manifestFile(nameAt(now, 'aaaaaa')), '{}')
  await put(manifestFile(nameAt(now - 1_000, 'aaaaaa')), ' '.repeat(2_000_000))
  const newest = await newestBackup(place, vouching, [], now)
  expect(newest.manifest?.name).toBe(right)
  expect(newest.passedOver.map(({ name }) => name)).toEqual([nameAt(now, 'aaaaaa'), nameAt(now - 1_000, 'aaaaaa')])
})

test('OPS-8 the clock of a node was a year ahead: its backup removes no other, and the one just taken stays', async () => {
  const ahead = await backup(now + 365 * dayMs)
  const names = await backups(0, 1)
  expect(await tidy(place, vouching, { days: 1, weeks: 0, months: 0 }, { taken: names[0] ?? '', now })).toEqual([])
  expect(await left()).toHaveLength(3)
  expect((await newestBackup(place, vouching, [], now)).manifest?.name).toBe(names[0])
  // By a clock that is behind the one just taken is of the future.
  const late = { taken: names[0] ?? '', now: now - 3 * dayMs }
  expect(await tidy(place, vouching, { days: 1, weeks: 0, months: 0 }, late)).toEqual([])
  await rm(join(folder, manifestFile(names[0] ?? '')))
  await rm(join(folder, manifestFile(names[1] ?? '')))
  // All that is there: better than none.
  expect((await newestBackup(place, vouching, [], now)).manifest?.name).toBe(ahead)
})

test('OPS-8 two sites with one place: neither counts nor removes the backups of the other', async () => {
  const ours = await backups(0, 10, 20)
  const theirs = await Promise.all(
    [1, 2, 3, 4].map((day) => backup(now - day * dayMs, { by: otherSite, id: '000000' })),
  )
  expect(await tidy(place, vouching, { days: 2, weeks: 0, months: 0 }, { taken: ours[0] ?? '', now })).toEqual([
    ours[2],
  ])
  expect(await left()).toEqual([ours[1], ...theirs.toReversed(), ours[0]].map((name) => manifestFile(name ?? '')))
})

test('OPS-8 ACC-7 content whose manifest is gone stays no longer than the oldest backup, and no less', async () => {
  const names = await backups(0, 1, 2, 10)
  for (const day of [1.5, 30]) {
    const orphan = `${nameAt(now - day * dayMs, 'bbbbbb')}.db.zst`
    await put(orphan, 'everybody')
    await utimes(join(folder, orphan), new Date(now - day * dayMs), new Date(now - day * dayMs))
  }
  await put('vigile-notes.txt', 'mine')
  await tidy(place, vouching, keep, { taken: names[0] ?? '', now })
  const rest = await readdir(folder)
  expect(rest.filter((name) => name.includes('bbbbbb'))).toEqual([`${nameAt(now - 1.5 * dayMs, 'bbbbbb')}.db.zst`])
  expect(rest).toContain('vigile-notes.txt')
  expect(rest.filter((name) => name.includes(names[3] ?? ''))).toEqual([])
})

test('OPS-8 a removal that breaks off is gone on with by the next', async () => {
  const names = await backups(0, 1, 2, 3)
  const breaks = { ...place, remove: () => Promise.reject(new Error('away')) }
  await expect(tidy(breaks, vouching, keep, { taken: names[0] ?? '', now })).rejects.toThrow('away')
  let removals = 0
  const half = {
    ...place,
    remove: (name: string) => (++removals > 1 ? Promise.reject(new Error('away')) : place.remove(name)),
  }
  await expect(tidy(half, vouching, keep, { taken: names[0] ?? '', now })).rejects.toThrow('away')
  expect(await tidy(place, vouching, keep, { taken: names[0] ?? '', now })).toEqual([names[3]])
  expect(await readdir(folder)).toHaveLength(6)
})

test('OPS-8 attack by rehearsal: a copy that was restored elsewhere and backs itself up to the same place is never taken for this database', async () => {
  const rehearsal = [{ id: 'rehearsed', at: now - dayMs }]
  const names = await backups(0.5, 1.5, 2.5, 3.5)
  const copies = await Promise.all([0.1, 0.9].map((days) => backup(now - days * dayMs, { restores: rehearsal })))
  const ours = await newestBackup(place, vouching, [], now)
  expect([ours.manifest?.name, ours.rival?.name]).toEqual([names[0], copies[0]])
  expect(ours.passedOver).toEqual([{ name: copies[0], refusal: { error: 'other_database' } }])
  // The copy's own, and those of before it was one.
  expect((await newestBackup(place, vouching, rehearsal, now)).manifest?.name).toBe(copies[0])
  // The database is gone.
  const unknown = await newestBackup(place, vouching, null, now)
  expect([unknown.manifest?.name, unknown.rival?.name]).toEqual([copies[0], names[0]])
  // The copies count for nothing here.
  const gone = await tidy(place, vouching, { days: 3, weeks: 0, months: 0 }, { taken: names[0] ?? '', line: [], now })
  expect(gone).toEqual([names[3]])
})

test('OPS-8 a database that is gone, and was restored once before: its newest backup has no rival', async () => {
  await backups(5, 4)
  const restores = [{ id: 'disaster', at: now - 3 * dayMs }]
  const [newest] = await Promise.all([1, 2].map((days) => backup(now - days * dayMs, { restores })))
  expect(await newestBackup(place, vouching, null, now)).toMatchObject({ manifest: { name: newest }, rival: null })
  // What was migrated in its place is no reason to bring back a backup of before the disaster.
  expect(await newestBackup(place, vouching, [], now)).toMatchObject({ rival: { name: newest } })
})
