// The settings of backups, from the environment and the file alike. The key itself is never repeated.
import { cronFault } from '@vigile/engine'
import { parseKeep } from '../backup/keep.ts'
import { openKey } from '../backup/key.ts'
import { isPlace } from '../backup/open-place.ts'
import type { Catalogue } from '../messages/catalogue.ts'
import type { VigileConfig } from './config.ts'
import type { ConfigurationFault } from './faults.ts'

/** In place of a pattern: nothing is taken by itself. */
export const noSchedule = 'off'

export const checkBackup = async (
  { to, key, schedule = noSchedule, drillSchedule = noSchedule, keep }: NonNullable<VigileConfig['backup']>,
  production: boolean,
  { faults, backup }: Catalogue,
): Promise<readonly ConfigurationFault[]> => {
  const found: ConfigurationFault[] = []
  const say = (setting: string, wrong: string, right: string) => found.push({ setting, wrong, right })
  if (to !== undefined && !isPlace(to)) say('VIGILE_BACKUP_TO', faults.isNot(to), backup.settings.to)
  const opened = await openKey(key)
  if (!opened) say('VIGILE_BACKUP_KEY', backup.settings.noKey, backup.settings.key)
  // A backup holds everybody's passwords' hashes and addresses.
  if (production && to !== undefined && key === undefined) say('VIGILE_BACKUP_KEY', faults.missing, backup.settings.key)
  const checkPattern = (setting: string, pattern: string) => {
    if (pattern !== noSchedule && cronFault(pattern) !== null)
      say(setting, faults.isNot(pattern), backup.settings.schedule)
  }
  checkPattern('VIGILE_BACKUP_SCHEDULE', schedule)
  checkPattern('VIGILE_BACKUP_DRILL_SCHEDULE', drillSchedule)
  if (drillSchedule !== noSchedule && to === undefined) say('VIGILE_BACKUP_TO', faults.missing, backup.settings.to)
  // A drill that can't read is none.
  if (drillSchedule !== noSchedule && opened?.recipient && !opened.identity)
    say('VIGILE_BACKUP_KEY', backup.settings.onlyWrites, backup.settings.reads)
  if (keep !== undefined && !parseKeep(keep)) say('VIGILE_BACKUP_KEEP', faults.isNot(keep), backup.settings.keep)
  return found
}
