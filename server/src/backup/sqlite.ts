// The embedded database, by SQLite's online backup: a copy of one moment, beside a server that goes on writing.
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { handOver } from '@vigile/engine'
import type { Bytes } from './envelope.ts'
import { type Facts, readFacts } from './facts.ts'
import { folderBeside } from './folder-beside.ts'
import type { Snapshot } from './postgres.ts'

/** All pages in one step: in smaller ones each write of the server would begin the copy anew. It reads, and holds no writer up. */
const allPages = 2 ** 31 - 1

const tablesSql = `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`

const factsOf = (database: DatabaseSync): Promise<Facts> => {
  const ask = async (sql: string) => database.prepare(sql).all()
  const tables = database
    .prepare(tablesSql)
    .all()
    .map(({ name }) => `"${String(name).replaceAll('"', '""')}"`)
  return readFacts(ask, tables)
}

export const openSqliteSnapshot = async (file: string): Promise<Snapshot> => {
  // One that is missing would be made.
  await stat(file)
  const folder = await folderBeside(file, 'backup')
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'copy.db')
    const source = new DatabaseSync(file, { timeout: 5_000 })
    await backup(source, copy, { rate: allPages }).finally(() => source.close())
    const database = new DatabaseSync(copy)
    // One file, without a log beside it.
    database.exec('pragma journal_mode = delete')
    const facts = await factsOf(database)
    const databaseVersion = String(database.prepare('select sqlite_version() as version').get()?.version)
    database.close()
    return { ...facts, databaseVersion, content: createReadStream(copy), close: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export const countSqlite = async (file: string): Promise<Facts> => {
  const database = new DatabaseSync(file)
  return factsOf(database).finally(() => database.close())
}

/** SQLITE_CORRUPT or SQLITE_NOTADB, however extended. */
export const isUnreadable = (error: unknown): boolean => {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && [11, 26].includes(Number(errcode) & 0xff)
}

export const lookAtSqlite = async (file: string): Promise<{ readonly tables: number }> => {
  if (!(await stat(file).catch(() => null))) return { tables: 0 }
  return { tables: Object.keys((await countSqlite(file)).rows).length }
}

/**
 * Restores a copy beside the database; `finish` works on it; only then it takes the place of the old one, by a rename. Whoever calls
 * holds the lock of the server. Owner and mode are those of the old one: its server opens it.
 */
export const restoreSqlite = async (
  file: string,
  content: Bytes,
  finish: (copy: string) => Promise<void>,
): Promise<void> => {
  const folder = await folderBeside(file, 'backup')
  try {
    const copy = join(folder, 'copy.db')
    const handle = await open(copy, 'wx', 0o600)
    try {
      handOver(handle.fd, file, dirname(file))
      const replaced = await stat(file).catch(() => null)
      if (replaced) await handle.chmod(replaced.mode & 0o777)
      await writeFile(handle, content)
    } finally {
      await handle.close()
    }
    await finish(copy)
    await settle(copy)
    if (await stat(file).catch(() => null)) await settle(file)
    await rename(copy, file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Without a log beside it: the log of the old file would be taken for the new one's. On the disk, too. */
const settle = async (file: string): Promise<void> => {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  const { journal_mode: mode } = database.prepare('pragma journal_mode = delete').get() ?? {}
  database.close()
  if (mode !== 'delete') throw new Error(`${file} is in use by another process`)
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
}
