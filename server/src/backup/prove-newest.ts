// The drill of the newest backup, without anybody who looks on.
import type { Vouching } from '@vigile/engine'
import type { Log } from '../log/log.ts'
import { newestBackup } from './backups.ts'
import { drill, isProven } from './drill.ts'
import type { OpenEngine } from './engine.ts'
import { rowsIn } from './facts.ts'
import type { BackupKey } from './key.ts'
import { lineOf } from './line-of.ts'
import type { Place } from './place.ts'
import { checkBackup } from './read-backup.ts'
import type { Target } from './target.ts'

/** What is kept of it. Throws where there is no backup, where it can't be read, and where it does not hold what it should. */
export const proveNewest = async (input: {
  readonly place: Place
  readonly key: BackupKey
  readonly vouching: Vouching
  readonly beside: Target
  readonly openEngine: OpenEngine
  readonly log: Pick<Log, 'warn'>
  readonly signal?: AbortSignal
}): Promise<Readonly<Record<string, number>>> => {
  const { place, vouching, log } = input
  const startedAt = performance.now()
  const { manifest, passedOver } = await newestBackup(place, vouching, await lineOf(input.beside))
  const names = passedOver.map(({ name }) => name)
  if (!manifest)
    throw new Error(
      `there is no backup in ${place.name}${names.length > 0 ? ' of this database that VIGILE_SECRET vouches for' : ''}`,
    )
  if (names.length > 0)
    log.warn(
      { backups: names.slice(0, 10) },
      'what lies beside the backups is none of this database that VIGILE_SECRET vouches for',
    )
  const refusal = await checkBackup({ ...input, manifest })
  if (refusal) throw new Error(`${manifest.name}: ${refusal.error}`)
  const found = await drill({ ...input, manifest })
  if (!isProven(found)) {
    const { differences, audit, signIn } = found
    const faults = audit.faults.map(({ kind, position = '' }) => `audit ${kind} ${position}`.trim())
    const wrong = [...differences, ...faults, ...(signIn === null ? [] : [signIn])]
    throw new Error(`${manifest.name} is not proven: ${wrong.slice(0, 10).join(', ')}`)
  }
  return {
    rows: rowsIn(manifest.rows),
    entries: found.audit.entries,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  }
}
