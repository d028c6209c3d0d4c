// A folder for backups: readable by its owner alone, each file written beside its name and renamed once it is on the disk.
import { createReadStream } from 'node:fs'
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { handOver, makePrivateFolder } from '@vigile/engine'
import type { Place, PlacedFile } from './place.ts'

const unfinished = '.partial'

export const createFolderPlace = (folder: string): Place => ({
  name: folder,
  list: async () => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const files: PlacedFile[] = []
    for (const name of names) {
      const found = await stat(join(folder, name)).catch(() => null)
      if (found?.isFile()) files.push({ name, bytes: found.size, changedAt: found.mtimeMs })
    }
    return files
  },
  write: async (name, content) => {
    makePrivateFolder(folder)
    const path = join(folder, name)
    const file = await open(`${path}${unfinished}`, 'wx', 0o600)
    try {
      // Of root, by hand: the nodes could not read it, nor count it.
      handOver(file.fd, folder)
      await writeFile(file, content)
      await file.sync()
      await file.close()
      await rename(`${path}${unfinished}`, path)
      await syncFolder(folder)
    } catch (error) {
      await file.close().catch(() => {})
      await rm(`${path}${unfinished}`, { force: true })
      throw error
    }
  },
  read: (name) => createReadStream(join(folder, name)),
  remove: (name) => rm(join(folder, name), { force: true }),
})

/** The rename itself is on the disk only then. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
