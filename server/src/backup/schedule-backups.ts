// Backups, and their drills, by the clock: one node of the cluster does each.
import { createVouching, type Vigile, type VigileOptions, type Vouching } from '@vigile/engine'
import { noSchedule } from '../configuration/backup.ts'
import type { VigileConfig } from '../configuration/config.ts'
import type { Log } from '../log/log.ts'
import { tidy } from './backups.ts'
import { engineOn } from './engine.ts'
import { rowsIn } from './facts.ts'
import { defaultKeep, parseKeep } from './keep.ts'
import { openKey } from './key.ts'
import type { Manifest } from './manifest.ts'
import { openPlace } from './open-place.ts'
import type { Place } from './place.ts'
import { removeAbandonedPostgres } from './postgres.ts'
import { proveNewest } from './prove-newest.ts'
import { takeBackup } from './take-backup.ts'
import { targetOf } from './target.ts'

const defaultSchedule = '30 2 * * *'

/** The names of jobs on record: when the last backup was taken, and the last drill was right. */
export const backupJobs = { take: 'backup', drill: 'backup-drill' } as const

/** What is kept of a run. */
export const resultOf = (manifest: Manifest, startedAt: number) => ({
  bytes: manifest.bytes,
  rows: rowsIn(manifest.rows),
  seconds: Math.round((performance.now() - startedAt) / 1000),
})

type Settings = Pick<VigileConfig, 'backup' | 'secrets' | 'database' | 'pool'>

/** `configNow`: secrets change while the server runs. What is under way when the node stops breaks off: nothing of it is left. */
export const scheduleBackups = (
  {
    vigile,
    createVigile,
    log,
  }: { vigile: Pick<Vigile, 'jobs'>; createVigile: (options: VigileOptions) => Vigile; log: Log },
  configNow: () => Settings,
): void => {
  const { to, schedule = defaultSchedule, drillSchedule = noSchedule, keep = defaultKeep } = configNow().backup ?? {}
  const open = async (signal: AbortSignal) => {
    const { backup: { key: text } = {}, pool, database, secrets } = configNow()
    const key = await openKey(text)
    if (!key) throw new Error('VIGILE_BACKUP_KEY is not a key of age')
    const vouching = createVouching(secrets)
    // Past a pooler, where there is one.
    const target = targetOf(pool?.listenUrl ?? database)
    return { place: await openPlace(to ?? '', signal), key, vouching, target, secrets, signal }
  }
  const take = async (signal: AbortSignal) => {
    const startedAt = performance.now()
    const opened = await open(signal)
    const manifest = await takeBackup({ ...opened, database: opened.target })
    const removed = await tidyOrWarn(opened, keep, manifest, log)
    if (opened.target.kind === 'postgres')
      await removeAbandonedPostgres(opened.target.url).catch((error: unknown) =>
        log.warn({ err: error }, 'the scratch database of a drill that was killed could not be removed'),
      )
    return { ...resultOf(manifest, startedAt), removed: removed.length }
  }
  const prove = async (signal: AbortSignal) => {
    const opened = await open(signal)
    // What an engine says of itself would be taken for the server's.
    const quiet: Log = {
      debug: () => {},
      info: () => {},
      warn: (fields, message) => log.warn(fields, message),
      error: (fields, message) => log.error(fields, message),
    }
    const openEngine = engineOn(createVigile, { secrets: opened.secrets ?? [], log: quiet })
    return proveNewest({ ...opened, beside: opened.target, openEngine, log })
  }
  const plan = (job: string, pattern: string, work: typeof take | typeof prove) => {
    if (to !== undefined && pattern !== noSchedule) vigile.jobs.schedule({ job, pattern, work })
  }
  plan(backupJobs.take, schedule, take)
  plan(backupJobs.drill, drillSchedule, prove)
}

/** A place that lets nothing be removed keeps more than it should: no reason to say that there is no backup. */
export const tidyOrWarn = async (
  { place, vouching }: { readonly place: Place; readonly vouching: Vouching },
  keep: string,
  { name: taken, restores: line = [] }: Pick<Manifest, 'name' | 'restores'>,
  log: Pick<Log, 'warn'>,
): Promise<readonly string[]> => {
  const parsed = parseKeep(keep)
  if (!parsed) return []
  return tidy(place, vouching, parsed, { taken, line }).catch((error: unknown) => {
    log.warn({ err: error }, 'old backups could not be removed')
    return []
  })
}
