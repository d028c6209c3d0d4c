// The backups of a place: which there are, what their manifests say, what lies there that is none.
import type { Vouching } from '@vigile/engine'
import { type Keep, outdated } from './keep.ts'
import { isOf, isRival, type Line } from './line.ts'
import {
  type Manifest,
  type ManifestRead,
  type ManifestRefusal,
  manifestFile,
  maxManifestBytes,
  readManifest,
  timeOfName,
} from './manifest.ts'
import { type Place, readSmall } from './place.ts'

/** More than any retention keeps. So many manifests are opened at most. */
const maxBackups = 2_000
/** Nothing is written for so long: it was given up by a process that was killed. */
const abandonedMs = 24 * 3_600_000
/** Of a database that was not backed up for so long nobody means the newest. */
const rivalMs = 7 * 24 * 3_600_000
/** So much may the clocks of nodes differ. */
const clockMs = 300_000

export type Backup = { readonly name: string; readonly at: number }

/**
 * Newest first; those of the future, which a wrong clock or a forger made, come last. A backup is one once its manifest is there, which
 * is written last. It is a name so far: what vouches for it is its manifest.
 */
export const findBackups = async (place: Place, now = Date.now()): Promise<readonly Backup[]> => {
  const isAhead = ({ at }: Backup) => at > now + clockMs
  return (await place.list())
    .flatMap(({ name: file }) => {
      const name = file.replace(/\.json$/, '')
      const at = timeOfName(name)
      return at !== null && manifestFile(name) === file && !name.includes('.') ? [{ name, at }] : []
    })
    .toSorted((a, b) => Number(isAhead(a)) - Number(isAhead(b)) || b.at - a.at || (a.name < b.name ? 1 : -1))
    .slice(0, maxBackups)
}

/** Rejects where the place can't be read. */
export const openManifest = async (place: Place, vouching: Vouching, name: string): Promise<ManifestRead> => {
  const text = await readSmall(place, manifestFile(name), maxManifestBytes)
  return text === null ? { ok: false, error: 'manifest_damaged' } : readManifest(vouching, name, text)
}

export type PassedOver = { readonly name: string; readonly refusal: ManifestRefusal }

export type Newest = {
  readonly manifest: Manifest | null
  /** Those with newer names. */
  readonly passedOver: readonly PassedOver[]
  /** The newest of a database that went its own way: which of the two is meant where somebody restores, a database that may be new can't say. */
  readonly rival: Manifest | null
}

/** The newest backup of this database that a secret of this site vouches for. `line` null: it can't be asked; the newest of any. */
export const newestBackup = async (
  place: Place,
  vouching: Vouching,
  line: Line | null,
  now = Date.now(),
): Promise<Newest> => {
  const passedOver: PassedOver[] = []
  let manifest: Manifest | null = null
  let rival: Manifest | null = null
  for (const { name, at } of await findBackups(place, now)) {
    if (manifest && (line || manifest.at - at > rivalMs)) break
    const read = await openManifest(place, vouching, name)
    if (manifest) {
      if (read.ok && isRival(manifest, read.value)) rival ??= read.value
    } else if (!read.ok) passedOver.push({ name, refusal: read })
    else if (line && !isOf(line, read.value)) {
      passedOver.push({ name, refusal: { error: 'other_database' } })
      rival ??= read.value
    } else manifest = read.value
  }
  return { manifest, passedOver, rival }
}

/**
 * Removes what retention lets go, and what was left unfinished. Only what this site vouches for, and is of this database (`line`), counts
 * and goes, never the one just taken; whoever else writes into the place, or a node whose clock is wrong, removes nothing by it. The names of the backups removed.
 */
export const tidy = async (
  place: Place,
  vouching: Vouching,
  keep: Keep,
  {
    taken,
    line = null,
    now = Date.now(),
  }: { readonly taken: string; readonly line?: Line | null; readonly now?: number },
): Promise<readonly string[]> => {
  const files = await place.list()
  const found = await findBackups(place, now)
  const ours: Backup[] = []
  for (const { name, at } of found) {
    if (at > now + clockMs) continue
    // One that can't be read stays, too.
    const read = await openManifest(place, vouching, name).catch(() => null)
    if (read?.ok && (!line || isOf(line, read.value))) ours.push({ name, at })
  }
  const gone = outdated(ours, keep).filter(({ name }) => name !== taken)
  for (const { name } of gone) {
    // The manifest last: where this breaks off, the next one goes on.
    for (const file of files)
      if (file.name.startsWith(`${name}.`) && file.name !== manifestFile(name)) await place.remove(file.name)
    await place.remove(manifestFile(name))
  }
  // Content without a manifest, of a process that was killed in between, is kept no longer than backups are.
  const removed = new Set(gone.map(({ name }) => name))
  const oldest = ours.findLast(({ name }) => !removed.has(name))?.at ?? 0
  const known = new Set(found.map(({ name }) => name))
  for (const { name, changedAt } of files) {
    if (timeOfName(name) === null || now - changedAt < abandonedMs) continue
    const isOrphan = found.length < maxBackups && !known.has(name.split('.')[0] ?? '') && changedAt < oldest
    if (name.endsWith('.partial') || isOrphan) await place.remove(name)
  }
  return [...removed]
}
