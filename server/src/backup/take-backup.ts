// Takes a backup (OPS-8): one moment of the database, compressed, encrypted, and beside it a manifest that says what it holds.
import { randomBytes } from 'node:crypto'
import type { Vouching } from '@vigile/engine'
import { version } from '../version.ts'
import { measure, seal } from './envelope.ts'
import type { BackupKey } from './key.ts'
import { contentFile, type Manifest, manifestFile, writeManifest } from './manifest.ts'
import type { Place } from './place.ts'
import { openPostgresSnapshot } from './postgres.ts'
import { openSqliteSnapshot } from './sqlite.ts'
import type { Target } from './target.ts'

export type TakeInput = {
  readonly database: Target
  readonly place: Place
  readonly key: BackupKey
  readonly vouching: Vouching
  /** Bytes of the database so far, before compression. */
  readonly onBytes?: (bytes: number) => void
  readonly signal?: AbortSignal
}

/** The manifest of the backup, once all of it is kept. Rejects otherwise, and leaves nothing that could be taken for one. */
export const takeBackup = async (input: TakeInput): Promise<Manifest> => {
  const { database, place, key, vouching, signal, onBytes = () => {} } = input
  const at = Date.now()
  const snapshot =
    database.kind === 'postgres'
      ? await openPostgresSnapshot(database.url, signal)
      : await openSqliteSnapshot(database.file)
  try {
    const time = new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
    const about = {
      kind: 'vigile backup' as const,
      name: `vigile-${time}-${randomBytes(3).toString('hex')}`,
      at,
      version,
      database: database.kind,
      databaseVersion: snapshot.databaseVersion,
      encryption: key.recipient === null ? ('none' as const) : ('age' as const),
      rows: snapshot.rows,
      migrations: [...snapshot.migrations],
      auditPosition: snapshot.auditPosition,
      keyIds: [...(await vouching.keyIds())],
      ...(snapshot.restores && { restores: snapshot.restores }),
    }
    const [content, plain] = measure(snapshot.content, (bytes) => {
      signal?.throwIfAborted()
      onBytes(bytes)
    })
    const [sealed, file] = measure(seal(content, key.recipient))
    await place.write(contentFile(about), sealed)
    const manifest = { ...about, bytes: file.bytes, sha256: file.sha256(), plainBytes: plain.bytes }
    const text = await writeManifest(vouching, manifest)
    await place.write(manifestFile(manifest.name), oneOf(text)).catch(async (error: unknown) => {
      await place.remove(contentFile(manifest)).catch(() => {})
      throw error
    })
    return manifest
  } finally {
    await snapshot.close()
  }
}

async function* oneOf(text: string) {
  yield Buffer.from(text)
}
