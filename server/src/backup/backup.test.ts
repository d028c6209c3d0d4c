// A backup of a small embedded database, in this process: what it is worth when somebody changes, cuts or swaps a part of it.
import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { createVouching } from '@vigile/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBackups, openManifest, tidy } from './backups.ts'
import { measure, seal, unseal } from './envelope.ts'
import { createFolderPlace } from './folder-place.ts'
import { makeKey, openKey } from './key.ts'
import { contentFile, manifestFile } from './manifest.ts'
import type { Place } from './place.ts'
import { checkBackup } from './read-backup.ts'
import { takeBackup } from './take-backup.ts'

const vouching = createVouching('v'.repeat(64))
let folder: string
let place: Place
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-backup-test-'))
  place = createFolderPlace(join(folder, 'backups'))
  file = join(folder, 'vigile.db')
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; create table people (name text) strict')
  for (const name of ['ada', 'grace', 'edsger']) database.prepare('insert into people values (?)').run(name)
  database.close()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const keys = async () => {
  const { identity, recipient } = await makeKey()
  const [reads, writes] = [await openKey(identity), await openKey(recipient)]
  if (!reads || !writes) throw new Error('no key')
  return { reads, writes }
}
const take = async (more: Partial<Parameters<typeof takeBackup>[0]> = {}) =>
  takeBackup({ database: { kind: 'sqlite', file }, place, key: (await keys()).reads, vouching, ...more })
const path = (name: string) => join(place.name, name)

test('OPS-8 attack: one changed byte anywhere, of the backup or of its manifest, is found before anything is restored', async () => {
  const { reads: key } = await keys()
  const manifest = await take({ key })
  expect(await checkBackup({ place, manifest, key })).toBeNull()
  const changed = async (name: string, work: () => Promise<unknown>) => {
    const whole = await readFile(path(name))
    const missed: number[] = []
    for (let at = 0; at < whole.length; at++) {
      const other = Buffer.from(whole)
      other[at] = (other[at] ?? 0) ^ 1
      await writeFile(path(name), other)
      if (!(await work())) missed.push(at)
    }
    await writeFile(path(name), whole)
    return missed
  }
  const isRefused = async () => (await checkBackup({ place, manifest, key }))?.error === 'damaged'
  expect(await changed(contentFile(manifest), isRefused)).toEqual([])
  const isManifestRefused = async () => !(await openManifest(place, vouching, manifest.name)).ok
  // The line end after the manifest says nothing.
  const length = (await stat(path(manifestFile(manifest.name)))).size
  expect((await changed(manifestFile(manifest.name), isManifestRefused)).filter((at) => at < length - 1)).toEqual([])
})

test('OPS-8 attack: a backup that is cut short, swapped for another of ours, or made by somebody who has the public key', async () => {
  const { reads: key, writes } = await keys()
  const [one, other] = [await take({ key }), await take({ key })]
  const content = await readFile(path(contentFile(one)))
  await writeFile(path(contentFile(one)), content.subarray(0, -1))
  expect(await checkBackup({ place, manifest: one, key })).toEqual({ error: 'damaged' })
  await writeFile(path(contentFile(one)), await readFile(path(contentFile(other))))
  expect(await checkBackup({ place, manifest: one, key })).toEqual({ error: 'damaged' })
  await writeFile(path(manifestFile(one.name)), await readFile(path(manifestFile(other.name))))
  expect(await openManifest(place, vouching, one.name)).toEqual({ ok: false, error: 'manifest_damaged' })

  const forged = await take({ key: writes, vouching: createVouching('w'.repeat(64)) })
  const [id] = await createVouching('w'.repeat(64)).keyIds()
  expect(await openManifest(place, vouching, forged.name)).toEqual({ ok: false, error: 'unknown_secret', keyId: id })
})

test('OPS-8 who can only write backups, or has another key, is told so', async () => {
  const { reads, writes } = await keys()
  const manifest = await take({ key: writes })
  expect(await checkBackup({ place, manifest, key: writes })).toEqual({ error: 'key_only_writes' })
  const none = { recipient: null, identity: null }
  expect(await checkBackup({ place, manifest, key: none })).toEqual({ error: 'key_only_writes' })
  expect(await checkBackup({ place, manifest, key: (await keys()).reads })).toEqual({ error: 'wrong_key' })
  expect(await checkBackup({ place, manifest, key: reads })).toBeNull()
})

test('OPS-8 a backup that breaks off is none, and leaves nothing; one of a process that was killed is not listed', async () => {
  const stopping = new AbortController()
  stopping.abort()
  await expect(take({ signal: stopping.signal })).rejects.toThrow()
  expect(await readdir(place.name)).toEqual([])
  const broken = { ...place, write: (name: string) => Promise.reject(new Error(`no room for ${name}`)) }
  await expect(take({ place: broken })).rejects.toThrow('no room')
  expect((await readdir(folder)).sort()).toEqual(['backups', 'vigile.db'])

  const manifest = await take()
  await rm(path(manifestFile(manifest.name)))
  await writeFile(path('vigile-20260101T000000Z-abcdef.json.partial'), '{')
  expect(await findBackups(place)).toEqual([])
  const keep = { days: 7, weeks: 4, months: 12 }
  await tidy(place, vouching, keep, { taken: '' })
  expect(await readdir(place.name)).toHaveLength(2)
  await tidy(place, vouching, keep, { taken: '', now: Date.now() + 2 * 86_400_000 })
  expect(await readdir(place.name)).toEqual([contentFile(manifest)])
})

test('OPS-8 a folder that can not be made is said, at once; one that can is made with those above it', async () => {
  await expect(take({ place: createFolderPlace('/proc/nope/backups') })).rejects.toThrow(/ENOENT/)
  const deep = createFolderPlace(join(folder, 'not', 'there', 'yet'))
  await take({ place: deep })
  expect(await findBackups(deep)).toHaveLength(1)
  expect((await stat(deep.name)).mode & 0o077).toBe(0)
})

test.runIf(process.getuid?.() === 0)(
  'OPS-8 what root takes by hand belongs to those who have the folder: the nodes, which count and remove it',
  async () => {
    await mkdir(place.name, { mode: 0o700 })
    await chown(place.name, 12_345, 12_346)
    const manifest = await take()
    for (const name of [contentFile(manifest), manifestFile(manifest.name)])
      expect(await stat(path(name))).toMatchObject({ uid: 12_345, gid: 12_346, mode: 0o100600 })
  },
)

test('OPS-8 what a process that was killed left beside the database goes a day later; what is under way stays', async () => {
  for (const name of ['.vigile-backup-Killed', '.vigile-drill-Killed', '.vigile-backup-OfNow1', '.vigile-kept']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'copy.db'), 'everything')
    const yesterday = new Date(Date.now() - 25 * 3_600_000)
    if (name !== '.vigile-backup-OfNow1') await utimes(join(folder, name, 'copy.db'), yesterday, yesterday)
    await utimes(join(folder, name), yesterday, yesterday)
  }
  await take()
  expect((await readdir(folder)).sort()).toEqual(['.vigile-backup-OfNow1', '.vigile-kept', 'backups', 'vigile.db'])
})

test('OPS-8 people write while a copy is made, and the copy is of one moment', async () => {
  const database = new DatabaseSync(file)
  const insert = database.prepare('insert into people values (?)')
  for (let count = 0; count < 20_000; count++) {
    if (count % 1_000 === 0) database.exec(count === 0 ? 'begin' : 'commit; begin')
    insert.run('somebody'.repeat(20))
  }
  database.exec('commit')
  let written = 0
  const writer = setInterval(() => {
    insert.run('later')
    written += 1
  }, 1)
  const manifest = await take()
  await wait(5)
  clearInterval(writer)
  database.close()
  expect(written).toBeGreaterThan(0)
  expect(manifest.rows['"people"']).toBeGreaterThanOrEqual(20_003)
  expect((await stat(path(contentFile(manifest)))).mode & 0o077).toBe(0)
  expect(manifest.bytes).toBeLessThan(manifest.plainBytes)
})

test('OPS-8 whatever the size, a few pieces are in memory at a time', async () => {
  const { reads } = await keys()
  let given = 0
  let most = 0
  const [content, plain] = measure(
    unseal(
      seal(
        (async function* () {
          for (; given < 24; given++) yield randomBytes(1 << 20)
        })(),
        reads.recipient,
      ),
      reads.identity,
    ),
    (bytes) => {
      most = Math.max(most, (given << 20) - bytes)
    },
  )
  for await (const _ of content);
  expect(plain.bytes).toBe(24 << 20)
  expect(most).toBeLessThan(8 << 20)
})
