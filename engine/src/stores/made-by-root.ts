// What root makes beside the files of a server is the server's: a command of root leaves nothing that it can't open.
import { closeSync, constants, existsSync, fchownSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Gives an open file or folder that this process has just made the owner and the group of the first of `models` that there is, where
 * this process is root's; does nothing elsewhere. Takes a file descriptor: a path may lead to something else by now. A disk that knows
 * no owners is left as it is.
 *
 * @example
 * handOver(handle.fd, 'data/vigile.db', 'data')
 */
export const handOver = (made: number, ...models: readonly string[]): void => {
  if (process.getuid?.() !== 0) return
  for (const model of models) {
    const found = statSync(model, { throwIfNoEntry: false })
    if (!found) continue
    try {
      fchownSync(made, found.uid, found.gid)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
    }
    return
  }
}

/**
 * Makes a folder that only its owner can read, with those above it that are missing. What root makes belongs to the owner of the folder
 * that it is in. One that exists stays as it is. Throws what the file system says.
 *
 * @example
 * makePrivateFolder('/var/lib/vigile/backups')
 */
export const makePrivateFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makePrivateFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  handOverFolder(folder)
}

/** The same for a folder that was just made by another way. */
export const handOverFolder = (folder: string): void => {
  if (process.getuid?.() !== 0) return
  // Whoever owns the folder above could have put a link in its place.
  const made = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    handOver(made, dirname(folder))
  } finally {
    closeSync(made)
  }
}
