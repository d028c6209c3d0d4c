// Restores a backup (OPS-8). What it holds was checked before; whatever interrupts it now leaves what was there.

import { dirname } from 'node:path'
import { lockForServer, makePrivateFolder, ServerRunningError } from '@vigile/engine'
import { lookAtPostgres, restorePostgres } from './postgres.ts'
import { type ContentInput, readBackup } from './read-backup.ts'
import { isUnreadable, lookAtSqlite, restoreSqlite } from './sqlite.ts'
import { addressOf, type Target } from './target.ts'

export type HeldTarget = { readonly tables: number; release(): void }

/**
 * A database that nobody works on, and how many tables it has. `in_use`: nodes do; `unreadable`: an embedded one that SQLite can't
 * make sense of. No server opens an embedded one until `release`.
 */
export const holdTarget = async (target: Target): Promise<HeldTarget | 'in_use' | 'unreadable'> => {
  if (target.kind === 'postgres') {
    const { tables, nodes } = await lookAtPostgres(target.url)
    return nodes > 0 ? 'in_use' : { tables, release: () => {} }
  }
  makePrivateFolder(dirname(target.file))
  try {
    const release = lockForServer(target.file)
    const found = await lookAtSqlite(target.file).catch((error: unknown) => {
      release()
      if (isUnreadable(error)) return null
      throw error
    })
    return found ? { ...found, release } : 'unreadable'
  } catch (error) {
    if (error instanceof ServerRunningError) return 'in_use'
    throw error
  }
}

export type RestoreInput = ContentInput & {
  readonly target: Target
  /** What is there goes. */
  readonly replace: boolean
  readonly keepSessions: boolean
  /** The last work on the restored database, by the engine: it is migrated, and the restore is on record. */
  readonly finish: (address: string) => Promise<void>
}

export const restoreBackup = async (input: RestoreInput): Promise<void> => {
  const { target, replace, keepSessions, finish, manifest, signal } = input
  const content = readBackup(input)
  if (target.kind === 'sqlite') {
    // The copy is finished before it takes the place of the old file.
    await restoreSqlite(target.file, content, (copy) => finish(addressOf({ kind: 'sqlite', file: copy })))
    return
  }
  const endSessions = !keepSessions && Object.keys(manifest.rows).some((table) => table.endsWith('.sessions'))
  await restorePostgres(target.url, content, { replace, endSessions, signal })
  await finish(target.url).catch((cause: unknown) => {
    throw new Error('The backup is restored, but what comes after it failed: restore it again, with --replace', {
      cause,
    })
  })
}
