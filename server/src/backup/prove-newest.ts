// The drill of the newest backup, without anybody who looks on.
import type { Vouching } from '@vigile/engine'
import { findBackups, openManifest } from './backups.ts'
import { drill, isProven } from './drill.ts'
import type { OpenEngine } from './engine.ts'
import { rowsIn } from './facts.ts'
import type { BackupKey } from './key.ts'
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
  readonly signal?: AbortSignal
}): Promise<Readonly<Record<string, number>>> => {
  const { place, vouching } = input
  const startedAt = performance.now()
  const [newest] = await findBackups(place)
  if (!newest) throw new Error(`there is no backup in ${place.name}`)
  const read = await openManifest(place, vouching, newest.name)
  if (!read.ok) throw new Error(`${newest.name}: ${read.error}`)
  const manifest = read.value
  const refusal = await checkBackup({ ...input, manifest })
  if (refusal) throw new Error(`${newest.name}: ${refusal.error}`)
  const found = await drill({ ...input, manifest })
  if (!isProven(found)) {
    const { differences, audit, signIn } = found
    const faults = audit.faults.map(({ kind, position = '' }) => `audit ${kind} ${position}`.trim())
    const wrong = [...differences, ...faults, ...(signIn === null ? [] : [signIn])]
    throw new Error(`${newest.name} is not proven: ${wrong.slice(0, 10).join(', ')}`)
  }
  return {
    rows: rowsIn(manifest.rows),
    entries: found.audit.entries,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  }
}
