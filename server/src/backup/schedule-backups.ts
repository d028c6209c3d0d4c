// Backups by the clock: one node of the cluster takes each.
import type { Vigile } from '@vigile/engine'
import { createVouching } from '@vigile/engine'
import { noSchedule } from '../configuration/backup.ts'
import type { VigileConfig } from '../configuration/config.ts'
import type { Log } from '../log/log.ts'
import { tidy } from './backups.ts'
import { rowsIn } from './facts.ts'
import { defaultKeep, parseKeep } from './keep.ts'
import { openKey } from './key.ts'
import type { Manifest } from './manifest.ts'
import { openPlace } from './open-place.ts'
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

/** `configNow`: secrets change while the server runs. `stop` breaks off the backup under way: nothing of it is left. */
export const scheduleBackups = (
  vigile: Pick<Vigile, 'jobs'>,
  configNow: () => Pick<VigileConfig, 'backup' | 'secrets' | 'database' | 'pool'>,
  log: Log,
): { stop(): void } => {
  const stopping = new AbortController()
  const { to, schedule = defaultSchedule, keep = defaultKeep } = configNow().backup ?? {}
  const work = async () => {
    const startedAt = performance.now()
    const { backup: { key } = {}, pool, database, secrets } = configNow()
    const place = await openPlace(to ?? '')
    const opened = await openKey(key)
    if (!opened) throw new Error('VIGILE_BACKUP_KEY is not a key of age')
    const manifest = await takeBackup({
      database: targetOf(pool?.listenUrl ?? database),
      place,
      key: opened,
      vouching: createVouching(secrets),
      signal: stopping.signal,
    })
    const removed = await tidyOrWarn(place, keep, log)
    return { ...resultOf(manifest, startedAt), removed: removed.length }
  }
  if (to !== undefined && schedule !== noSchedule)
    vigile.jobs.schedule({ job: backupJobs.take, pattern: schedule, work })
  return { stop: () => stopping.abort() }
}

/** A place that lets nothing be removed keeps more than it should: no reason to say that there is no backup. */
export const tidyOrWarn = async (
  place: Parameters<typeof tidy>[0],
  keep: string,
  log: Pick<Log, 'warn'>,
): Promise<readonly string[]> => {
  const parsed = parseKeep(keep)
  if (!parsed) return []
  return tidy(place, parsed).catch((error: unknown) => {
    log.warn({ err: error }, 'old backups could not be removed')
    return []
  })
}
