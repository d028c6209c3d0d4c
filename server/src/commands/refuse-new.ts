// A database without a table, where there are backups of one: it was lost more often than it is new. With new tables it would answer, and
// everybody who had a session would be told that it is over (decisions/0030).
import { createVouching } from '@vigile/engine'
import { newestBackup } from '../backup/backups.ts'
import { openPlace } from '../backup/open-place.ts'
import { nameOf, targetOf } from '../backup/target.ts'
import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import { type Cli, reason } from './cli.ts'
import { formatTime } from './format.ts'
import type { Report } from './report.ts'

/** A place that says nothing for so long is away. */
const lookWithinMs = 30_000

/** An exit code where a secret of this site vouches for a backup, or where that can't be told; null: make it. */
export const refuseNew = async (
  { messages: { migrate } }: Cli,
  { config: { backup, secrets, pool, database } }: Pick<LoadedConfiguration, 'config'>,
  report: Report,
): Promise<number | null> => {
  if (backup?.to === undefined) return null
  const name = nameOf(targetOf(pool?.listenUrl ?? database))
  try {
    const place = await openPlace(backup.to, AbortSignal.timeout(lookWithinMs))
    const { manifest } = await newestBackup(place, createVouching(secrets), null)
    if (!manifest) return null
    return report.refused('has_backup', migrate.hasBackup(name, manifest.name, formatTime(manifest.at), place.name))
  } catch (error) {
    return report.refused('backups_away', migrate.backupsAway(name, backup.to, reason(error)))
  }
}
