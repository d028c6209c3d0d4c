import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { handOverFolder, makePrivateFolder } from '@vigile/engine'

/** Nothing is worked on for so long: whoever made it was killed. */
const abandonedMs = 24 * 3_600_000

/**
 * A folder of its own beside the database, for its owner alone: on the same disk, and no more secret than the database. Those that killed
 * processes left there a day ago are removed.
 */
export const folderBeside = async (file: string, work: 'backup' | 'drill'): Promise<string> => {
  const place = dirname(file)
  makePrivateFolder(place)
  for (const name of await readdir(place))
    if (/^\.vigile-(backup|drill)-[A-Za-z0-9]{6}$/.test(name) && (await isAbandoned(join(place, name))))
      await rm(join(place, name), { recursive: true, force: true })
  const made = await mkdtemp(join(place, `.vigile-${work}-`))
  // Of root, and left by a killed process: the server could not remove it.
  handOverFolder(made)
  return made
}

const isAbandoned = async (folder: string): Promise<boolean> => {
  const files = await readdir(folder).catch(() => [])
  const times = await Promise.all([folder, ...files.map((name) => join(folder, name))].map(changedAt))
  return Math.max(...times) < Date.now() - abandonedMs
}

/** What is gone meanwhile is somebody else's work, and was changed just now. */
const changedAt = async (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  )
