// `vigile restore`: the database as it was at a backup (OPS-8). Nothing is touched before all of the backup was read.
import type { Command } from 'commander'
import { rowsIn } from '../backup/facts.ts'
import { holdTarget, restoreBackup } from '../backup/restore-backup.ts'
import { nameOf, targetOf } from '../backup/target.ts'
import { type BackupWork, chooseBackup, missingKeys, requireWhole, withBackups } from './backup-place.ts'
import type { Call, Cli } from './cli.ts'
import { formatBytes, formatTime } from './format.ts'
import { exitCodes } from './report.ts'
import { confirmByWord } from './user-states.ts'
import { operator } from './with-vigile.ts'

type Options = { into?: string; replace?: boolean; keepSessions?: boolean; yes?: boolean }

export const addRestore = (parent: Command, cli: Cli): void => {
  const { restore, backup, usage } = cli.messages
  cli
    .command(parent, 'restore', restore.about, 'vigile restore')
    .argument('[backup]', backup.which)
    .option('--into <url>', restore.into)
    .option('--replace', restore.replace)
    .option('--keep-sessions', restore.keepSessions)
    .option('--yes', usage.yes)
    .action(cli.action<Options>((call) => withBackups(cli, call, (work) => run(cli, call, work))))
}

const run = async (cli: Cli, call: Call<Options>, work: BackupWork): Promise<number> => {
  const { report, options, arguments: words } = call
  const { replace = false, keepSessions = false } = options
  const { restore, backup } = cli.messages
  const chosen = await chooseBackup(cli, work, words[0], report)
  if (typeof chosen === 'number') return chosen
  const { manifest } = chosen
  const target = options.into === undefined ? work.database : targetOf(options.into)
  if (target.kind !== manifest.database) return report.refused('other_kind', backup.otherKind(manifest.database))
  const held = await holdTarget(target)
  if (held === 'in_use') return report.refused(held, restore.inUse(nameOf(target)))
  if (held === 'unreadable') return report.refused(held, restore.unreadable(nameOf(target)))
  try {
    if (held.tables > 0 && !replace) return report.refused('not_empty', restore.notEmpty(nameOf(target), held.tables))
    if (held.tables > 0 && !options.yes) {
      const question = restore.ask(nameOf(target), held.tables, formatTime(manifest.at))
      const refusal = await confirmByWord(cli, report, question, nameOf(target))
      if (refusal !== exitCodes.done) return refusal
    }
    const whole = await requireWhole(cli, work, chosen, report)
    if (whole !== exitCodes.done) return whole
    await restoreBackup({
      ...work,
      ...chosen,
      target,
      replace,
      keepSessions,
      onBytes: (bytes) => report.progress(backup.restoring(formatBytes(bytes), formatBytes(manifest.plainBytes))),
      finish: (address) => finish(work, address, { ...manifest, keepSessions }),
    })
  } finally {
    held.release()
  }
  report.progress('')
  const rows = rowsIn(manifest.rows)
  const missing = await missingKeys(work, manifest)
  return report.done(
    { backup: manifest.name, at: manifest.at, rows, keptSessions: keepSessions, missingKeys: missing },
    [
      restore.done(manifest.name, formatTime(manifest.at), nameOf(target), rows),
      keepSessions ? restore.sessionsKept : restore.sessionsEnded,
      ...(target.kind === 'postgres' ? [restore.grants] : []),
      ...(missing.length > 0 ? [backup.missingKeys(missing)] : []),
    ],
  )
}

const finish = async (
  { openEngine }: BackupWork,
  address: string,
  backup: { name: string; at: number; auditPosition: number; keepSessions: boolean },
): Promise<void> => {
  const vigile = openEngine(address, 'command')
  try {
    await vigile.migrate()
    const { name, at, auditPosition: position, keepSessions } = backup
    await vigile.backups.restored({ backup: name, takenAt: at, position, keepSessions }, operator())
  } finally {
    await vigile.close()
  }
}
