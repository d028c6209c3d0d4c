// Backups: taken, listed, proven; and a key for them (OPS-8).
import type { Command } from 'commander'
import { findBackups, openManifest } from '../backup/backups.ts'
import { rowsIn } from '../backup/facts.ts'
import { defaultKeep } from '../backup/keep.ts'
import { makeKey } from '../backup/key.ts'
import { isOf } from '../backup/line.ts'
import { lineOf } from '../backup/line-of.ts'
import { backupJobs, resultOf, tidyOrWarn } from '../backup/schedule-backups.ts'
import { takeBackup } from '../backup/take-backup.ts'
import { runDrill } from './backup-drill.ts'
import { type BackupWork, refusalOf, withBackups } from './backup-place.ts'
import type { Call, Cli } from './cli.ts'
import { formatBytes, formatTable, formatTime } from './format.ts'
import { noteRun } from './note-run.ts'
import { exitCodes } from './report.ts'

export const addBackup = (parent: Command, cli: Cli): void => {
  const { backup } = cli.messages
  const group = cli.command(parent, 'backup', backup.about, 'vigile backup')
  group.action(cli.action((call) => withBackups(cli, call, (work) => take(cli, call, work))))
  cli
    .command(group, 'list', backup.listAbout, 'vigile backup list')
    .action(cli.action((call) => withBackups(cli, call, (work) => list(cli, call, work))))
  cli
    .command(group, 'drill', backup.drillAbout, 'vigile backup drill')
    .argument('[backup]', backup.which)
    .option('--into <url>', backup.drillInto)
    .action(cli.action<{ into?: string }>((call) => withBackups(cli, call, (work) => runDrill(cli, call, work))))
  cli.command(group, 'key', backup.keyAbout, 'vigile backup key').action(
    cli.action(async ({ report }) => {
      const key = await makeKey()
      return report.done(key, backup.key(key.identity, key.recipient))
    }),
  )
}

const take = async (cli: Cli, call: Call<object>, work: BackupWork): Promise<number> => {
  const { report } = call
  const { backup } = cli.messages
  const { place, vouching, loaded } = work
  if (!place) return report.refused('no_place', backup.noPlace, { exitCode: exitCodes.wrong })
  const startedAt = performance.now()
  const manifest = await takeBackup({
    ...work,
    place,
    onBytes: (bytes) => report.progress(backup.taking(formatBytes(bytes))),
  })
  report.progress('')
  const result = resultOf(manifest, startedAt)
  const warn = (_: object, message: string) => report.aside(message)
  const keep = loaded.config.backup?.keep ?? defaultKeep
  const removed = await tidyOrWarn({ place, vouching }, keep, manifest, { warn })
  await noteRun(cli, loaded, backupJobs.take, result)
  const { name, at, encryption } = manifest
  return report.done({ name, place: place.name, at, encryption, ...result, removed }, [
    backup.taken(name, place.name, formatBytes(result.bytes), result.rows, result.seconds),
    ...(encryption === 'none' ? [backup.isPlain] : []),
    ...(removed.length > 0 ? [backup.removed(removed.length)] : []),
  ])
}

const list = async (cli: Cli, { report }: Call<object>, { place, vouching, database }: BackupWork): Promise<number> => {
  const { backup } = cli.messages
  if (!place) return report.refused('no_place', backup.noPlace, { exitCode: exitCodes.wrong })
  const line = await lineOf(database)
  const rows: string[][] = []
  const backups: object[] = []
  for (const { name, at } of await findBackups(place)) {
    const read = await openManifest(place, vouching, name)
    const { bytes, rows: counts, encryption } = read.ok ? read.value : {}
    backups.push(read.ok ? { ok: true, ...read.value } : { name, at, ...read })
    rows.push([
      name,
      formatTime(at),
      bytes === undefined ? '' : formatBytes(bytes),
      counts === undefined ? '' : String(rowsIn(counts)),
      encryption ?? '',
      !read.ok ? refusalOf(read, backup) : line && !isOf(line, read.value) ? backup.refused.other_database : '',
    ])
  }
  const { columns } = backup
  const head = [columns.name, columns.taken, columns.size, columns.rows, columns.encryption, '']
  return report.done({ place: place.name, backups }, rows.length === 0 ? [backup.none] : formatTable(head, rows))
}
