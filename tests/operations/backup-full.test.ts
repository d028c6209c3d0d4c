// A disk that is full while a backup is taken: what was not finished is no backup, and those that were there still are (OPS-8).
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runVigile } from '../nodes/node.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { mountSmallDisk, type SmallDisk } from '../services/small-disk.ts'

let folder: Folder
let disk: SmallDisk | null = null
let small: string
beforeEach(async (context) => {
  const mounted = await mountSmallDisk(6)
  if (!mounted) return context.skip('only root can mount a small disk')
  disk = mounted
  small = disk.path
  folder = await temporaryFolder('full')
})
afterEach(async () => {
  await disk?.remove()
  disk = null
  await folder?.remove()
})

/** What can't be compressed. */
const grow = (file: string, mebibytes: number) => {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  database.exec('create table weight (content blob) strict')
  const insert = database.prepare('insert into weight values (?)')
  for (let piece = 0; piece < mebibytes; piece++) insert.run(randomBytes(1 << 20))
  database.close()
}

test('OPS-8 the place of the backups is full: the program fails, nothing of it is left or listed, and the one before is whole', async () => {
  const file = join(folder.path, 'vigile.db')
  const settings = {
    database: `file:${file}`,
    environment: { VIGILE_BACKUP_TO: small, VIGILE_BACKUP_KEY: 'plain' },
  }
  await runVigile('migrate', settings)
  await runVigile('backup', settings)
  const before = await readdir(small)
  expect(before).toHaveLength(2)
  grow(file, 12)
  await expect(runVigile('backup', settings)).rejects.toThrow('ENOSPC')
  expect(await readdir(small)).toEqual(before)
  const { backups } = JSON.parse(await runVigile('backup list --json', settings)) as { backups: object[] }
  expect(backups).toMatchObject([{ ok: true }])
  expect(await runVigile('backup drill', settings)).toContain('a test account signed in')
  expect((await readdir(folder.path)).filter((name) => name.startsWith('.vigile'))).toEqual([])
}, 200_000)

test('OPS-8 the disk of the embedded database has no room for the copy: no backup, no litter, and the database is as it was', async () => {
  const file = join(small, 'vigile.db')
  const settings = {
    database: `file:${file}`,
    environment: { VIGILE_BACKUP_TO: folder.path, VIGILE_BACKUP_KEY: 'plain' },
  }
  await runVigile('migrate', settings)
  grow(file, 3)
  await expect(runVigile('backup', settings)).rejects.toThrow(/full|ENOSPC/)
  expect((await readdir(small)).filter((name) => name.startsWith('.vigile'))).toEqual([])
  expect(await readdir(folder.path)).toEqual([])
  const database = new DatabaseSync(file)
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(database.prepare('select count(*) as pieces from weight').get()).toEqual({ pieces: 3 })
  database.close()
}, 200_000)
