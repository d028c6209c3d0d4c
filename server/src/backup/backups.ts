// The backups of a place: which there are, what their manifests say, what lies there that is none.
import type { Vouching } from '@vigile/engine'
import { type Keep, outdated } from './keep.ts'
import { type ManifestRead, manifestFile, maxManifestBytes, readManifest, timeOfName } from './manifest.ts'
import { type Place, readSmall } from './place.ts'

/** More than any retention keeps. */
const maxBackups = 2_000
/** Nothing is written for so long: it was given up by a process that was killed. */
const abandonedMs = 24 * 3_600_000

export type Backup = { readonly name: string; readonly at: number }

/** Newest first. A backup is one once its manifest is there, which is written last. */
export const findBackups = async (place: Place): Promise<readonly Backup[]> =>
  (await place.list())
    .flatMap(({ name: file }) => {
      const name = file.replace(/\.json$/, '')
      const at = timeOfName(name)
      return at !== null && manifestFile(name) === file && !name.includes('.') ? [{ name, at }] : []
    })
    .toSorted((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1))
    .slice(0, maxBackups)

export const openManifest = async (place: Place, vouching: Vouching, name: string): Promise<ManifestRead> =>
  readManifest(vouching, name, await readSmall(place, manifestFile(name), maxManifestBytes))

/** Removes what retention lets go, and what was left unfinished a day ago. The names of the backups removed. */
export const tidy = async (place: Place, keep: Keep, now = Date.now()): Promise<readonly string[]> => {
  const files = await place.list()
  const gone = outdated(await findBackups(place), keep)
  for (const { name } of gone) {
    // The manifest first: what is half removed is no backup any more.
    await place.remove(manifestFile(name))
    for (const file of files) if (file.name.startsWith(`${name}.`)) await place.remove(file.name)
  }
  for (const { name, changedAt } of files)
    if (name.endsWith('.partial') && timeOfName(name) !== null && now - changedAt > abandonedMs)
      await place.remove(name)
  return gone.map(({ name }) => name)
}
