// `vigile backup drill`: the newest backup, restored and used, in a database that is removed afterwards.
import { drill, isProven } from '../backup/drill.ts'
import { rowsIn } from '../backup/facts.ts'
import { backupJobs } from '../backup/schedule-backups.ts'
import { targetOf } from '../backup/target.ts'
import { type BackupWork, chooseBackup, missingKeys, requireWhole } from './backup-place.ts'
import type { Call, Cli } from './cli.ts'
import { formatBytes, formatTime } from './format.ts'
import { noteRun } from './note-run.ts'
import { exitCodes } from './report.ts'

export const runDrill = async (cli: Cli, call: Call<{ into?: string }>, work: BackupWork): Promise<number> => {
  const { report, options, arguments: words } = call
  const { backup } = cli.messages
  const startedAt = performance.now()
  const chosen = await chooseBackup(cli, work, words[0], report)
  if (typeof chosen === 'number') return chosen
  const { manifest } = chosen
  const beside = options.into === undefined ? work.database : targetOf(options.into)
  if (beside.kind !== manifest.database) return report.refused('other_kind', backup.otherKind(manifest.database))
  const whole = await requireWhole(cli, work, chosen, report)
  if (whole !== exitCodes.done) return whole
  const onBytes = (bytes: number) =>
    report.progress(backup.restoring(formatBytes(bytes), formatBytes(manifest.plainBytes)))
  const found = await drill({ ...work, ...chosen, beside, onBytes })
  report.progress('')
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const result = { rows: rowsIn(manifest.rows), entries: found.audit.entries, seconds }
  const missing = await missingKeys(work, manifest)
  const lines = [
    backup.drilled(manifest.name, formatTime(manifest.at), seconds),
    found.differences.length === 0 ? backup.rowsEqual(result.rows) : backup.rowsDiffer(found.differences),
    found.audit.ok
      ? backup.chainWhole(result.entries)
      : backup.chainBroken(found.audit.faults.map(({ kind, position = '' }) => `${kind} ${position}`)),
    found.signIn === null ? backup.signsIn : backup.noSignIn(found.signIn),
    ...(missing.length > 0 ? [backup.missingKeys(missing)] : []),
  ]
  const value = { backup: manifest.name, ...result, ...found, missingKeys: missing }
  if (!isProven(found)) return report.refused('not_proven', lines.join('\n  '), { value })
  await noteRun(cli, work.loaded, backupJobs.drill, result)
  return report.done(value, lines)
}
