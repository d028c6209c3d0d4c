import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { handOver } from './made-by-root.ts'
import { isBusy } from './sqlite-connection.ts'

/** Another server holds the database file. */
export class ServerRunningError extends Error {
  override readonly name = 'ServerRunningError'
  constructor(file: string, cause: unknown) {
    super(
      `Another Vigile server is using ${file}. Stop it first, or give this one a file of its own (DATABASE_URL=file:…). ` +
        'For several servers on one database, use PostgreSQL.',
      { cause },
    )
  }
}

/**
 * Makes this process the only server of a database file until it ends, however it ends: a lock of the operating system
 * on a side file (`vigile.db-server`), held by an exclusive transaction. Gives the function that releases it.
 */
export const lockForServer = (file: string): (() => void) => {
  const sideFile = `${file}-server`
  createPrivateFile(sideFile, file)
  const lock = new DatabaseSync(sideFile, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (cause) {
    lock.close()
    if (!isBusy(cause)) throw cause
    throw new ServerRunningError(file, cause)
  }
  return () => lock.close()
}

/**
 * Creates a file that only its owner can read: of root, that of `beside`, else of its folder. One that exists is not even opened:
 * closing it would drop our locks.
 */
export const createPrivateFile = (file: string, beside = dirname(file)): void => {
  let made: number
  try {
    made = openSync(file, 'wx', 0o600)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
    throw cause
  }
  try {
    handOver(made, beside, dirname(file))
  } finally {
    closeSync(made)
  }
}
