// What the commands of backups have in common: the place, the key, the database, one backup by its name or file.
import { basename, dirname, resolve } from 'node:path'
import { createVouching, type Vouching } from '@vigile/engine'
import { findBackups, newestBackup, openManifest } from '../backup/backups.ts'
import { engineOn, type OpenEngine } from '../backup/engine.ts'
import { createFolderPlace } from '../backup/folder-place.ts'
import { type BackupKey, openKey } from '../backup/key.ts'
import type { Line } from '../backup/line.ts'
import { lineOf } from '../backup/line-of.ts'
import type { Manifest, ManifestRefusal } from '../backup/manifest.ts'
import { openPlace } from '../backup/open-place.ts'
import type { Place } from '../backup/place.ts'
import { checkBackup } from '../backup/read-backup.ts'
import { type Target, targetOf } from '../backup/target.ts'
import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import type { Call, Cli } from './cli.ts'
import { formatBytes } from './format.ts'
import { exitCodes, type Report } from './report.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export type BackupWork = {
  readonly loaded: LoadedConfiguration
  /** Null: none is set. */
  readonly place: Place | null
  readonly key: BackupKey
  readonly vouching: Vouching
  readonly database: Target
  readonly openEngine: OpenEngine
  /** Ends with Ctrl-C: what was begun is undone. */
  readonly signal: AbortSignal
}

/** Opens what a command about backups needs; no engine, and no database: it may be gone. */
export const withBackups = async (
  cli: Cli,
  { report, options }: Pick<Call<object>, 'report' | 'options'>,
  work: (given: BackupWork) => Promise<number>,
): Promise<number> => {
  const loaded = await loadFor(cli, options.config)
  const engine = optionsOf(cli, loaded)
  const faults = faultsOf(cli, loaded, engine)
  if (faults.length > 0) return report.faults(faults)
  const { backup, pool, database, secrets } = loaded.config
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  try {
    return await work({
      loaded,
      place: backup?.to === undefined ? null : await openPlace(backup.to, interrupted.signal),
      key: (await openKey(backup?.key)) ?? { recipient: null, identity: null },
      vouching: createVouching(secrets),
      // Past a pooler, where there is one.
      database: targetOf(pool?.listenUrl ?? database),
      openEngine: engineOn(cli.surroundings.createVigile, engine),
      signal: interrupted.signal,
    })
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    return report.refused('interrupted', cli.messages.backup.interrupted)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
}

export type ChosenBackup = { readonly place: Place; readonly manifest: Manifest }

/** The backup of that name or file, else the newest; its manifest is right. An exit code where there is none. */
export const chooseBackup = async (
  { messages: { backup } }: Cli,
  { place: configured, vouching, database }: BackupWork,
  given: string | undefined,
  report: Report,
): Promise<ChosenBackup | number> => {
  const place = given?.includes('/') ? createFolderPlace(dirname(resolve(given))) : configured
  if (!place) return report.refused('no_place', backup.noPlace, { exitCode: exitCodes.wrong })
  if (given === undefined) return chooseNewest(place, vouching, await lineOf(database), backup, report)
  const wanted = basename(given).split('.')[0] ?? ''
  const found = (await findBackups(place)).find(({ name }) => name === wanted)
  if (!found) return report.refused('not_found', backup.notFound(wanted, place.name))
  const read = await openManifest(place, vouching, found.name)
  return read.ok ? { place, manifest: read.value } : report.refused(read.error, refusalOf(read, backup))
}

const chooseNewest = async (
  place: Place,
  vouching: Vouching,
  line: Line | null,
  backup: Cli['messages']['backup'],
  report: Report,
): Promise<ChosenBackup | number> => {
  const { manifest, passedOver, rival } = await newestBackup(place, vouching, line)
  if (manifest && rival) return report.refused('several_databases', backup.several(manifest.name, rival.name))
  const [first] = passedOver
  if (!manifest && first) return report.refused(first.refusal.error, refusalOf(first.refusal, backup))
  if (!manifest) return report.refused('not_found', backup.notFound(null, place.name))
  if (first) report.aside(backup.passedOver(passedOver.slice(0, 10).map(({ name }) => name)))
  return { place, manifest }
}

export const refusalOf = (refusal: ManifestRefusal, { refused }: Cli['messages']['backup']): string =>
  refusal.error === 'unknown_secret' ? refused.unknown_secret(refusal.keyId) : refused[refusal.error]

/** Reads the whole backup; an exit code where it is not whole. */
export const requireWhole = async (
  { messages: { backup } }: Cli,
  { key, signal }: BackupWork,
  { place, manifest }: ChosenBackup,
  report: Report,
): Promise<number> => {
  const onBytes = (bytes: number) => report.progress(backup.checking(formatBytes(bytes), formatBytes(manifest.bytes)))
  const refusal = await checkBackup({ place, manifest, key, onBytes, signal })
  report.progress('')
  return refusal ? report.refused(refusal.error, backup.refused[refusal.error]) : exitCodes.done
}

/** Secrets that were in the list when it was taken, and are not now. */
export const missingKeys = async ({ vouching }: BackupWork, { keyIds }: Manifest): Promise<readonly string[]> => {
  const known = await vouching.keyIds()
  return keyIds.filter((id) => !known.includes(id))
}
