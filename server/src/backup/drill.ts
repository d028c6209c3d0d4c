// Proves a backup whole: restored into a scratch database, compared with its manifest, its audit log verified, and somebody signs in.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditReport } from '@vigile/engine'
import type { OpenEngine } from './engine.ts'
import { differences } from './facts.ts'
import { folderBeside } from './folder-beside.ts'
import { countPostgres, createScratchPostgres } from './postgres.ts'
import type { ContentInput } from './read-backup.ts'
import { restoreBackup } from './restore-backup.ts'
import { signInOnce } from './sign-in-once.ts'
import { countSqlite } from './sqlite.ts'
import { addressOf, type Target } from './target.ts'

export type DrillReport = {
  /** Tables with another number of rows than the manifest says. */
  readonly differences: readonly string[]
  readonly audit: AuditReport
  /** What kept a fresh account from signing in; null: it did. */
  readonly signIn: string | null
}

export const isProven = ({ differences: found, audit, signIn }: DrillReport): boolean =>
  found.length === 0 && audit.ok && signIn === null

/** `beside`: where the scratch database is made, a database of the same kind. It is removed however the drill ends. */
export const drill = async (
  input: ContentInput & { readonly beside: Target; readonly openEngine: OpenEngine },
): Promise<DrillReport> => {
  const { manifest, openEngine } = input
  const scratch = await createScratch(input.beside)
  try {
    const { target } = scratch
    // Sessions stay: what is compared is what was kept.
    await restoreBackup({ ...input, target, replace: false, keepSessions: true, finish: async () => {} })
    input.signal?.throwIfAborted()
    const { rows } = await (target.kind === 'postgres' ? countPostgres(target.url) : countSqlite(target.file))
    const vigile = openEngine(addressOf(target), 'server')
    try {
      await vigile.migrate()
      const audit = await vigile.audit.verify()
      return { differences: differences(manifest.rows, rows), audit, signIn: await signInOnce(vigile) }
    } finally {
      await vigile.close()
    }
  } finally {
    await scratch.remove()
  }
}

const createScratch = async (beside: Target): Promise<{ readonly target: Target; remove(): Promise<void> }> => {
  if (beside.kind === 'postgres') {
    const { url, drop } = await createScratchPostgres(beside.url)
    return { target: { kind: 'postgres', url }, remove: drop }
  }
  const folder = await folderBeside(beside.file, 'drill')
  const remove = () => rm(folder, { recursive: true, force: true })
  return { target: { kind: 'sqlite', file: join(folder, 'scratch.db') }, remove }
}
