// Opens a backup, and checks the whole of it before anything is done with it.
import { type Bytes, measure, unseal } from './envelope.ts'
import type { BackupKey } from './key.ts'
import { contentFile, type Manifest } from './manifest.ts'
import type { Place } from './place.ts'

export type ContentRefusal = { readonly error: 'damaged' | 'wrong_key' | 'key_only_writes' }

export type ContentInput = {
  readonly place: Place
  readonly manifest: Manifest
  readonly key: BackupKey
  readonly onBytes?: (bytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/** What the backup holds, to the last byte. Throws at its end where it is not what the manifest says. */
export async function* readBackup({ place, manifest, key, onBytes, signal }: ContentInput): Bytes {
  const [sealed, file] = measure(place.read(contentFile(manifest)))
  const identity = manifest.encryption === 'age' ? key.identity : null
  const [content, plain] = measure(unseal(sealed, identity), (bytes) => {
    signal?.throwIfAborted()
    onBytes?.(bytes)
  })
  yield* content
  if (file.bytes !== manifest.bytes || file.sha256() !== manifest.sha256 || plain.bytes !== manifest.plainBytes)
    throw new Error(`${contentFile(manifest)} is not what its manifest says`)
}

/** Compares all of the file with its manifest, and sees that the key opens it. Rejects where the place can't be read. */
export const checkBackup = async (input: ContentInput): Promise<ContentRefusal | null> => {
  const { place, manifest, key, onBytes, signal } = input
  if (manifest.encryption === 'age' && key.identity === null) return { error: 'key_only_writes' }
  const [sealed, file] = measure(place.read(contentFile(manifest)), (bytes) => {
    signal?.throwIfAborted()
    onBytes?.(bytes)
  })
  for await (const _ of sealed);
  if (file.bytes !== manifest.bytes || file.sha256() !== manifest.sha256) return { error: 'damaged' }
  try {
    for await (const _ of readBackup({ place, manifest, key, signal })) break
    return null
  } catch (error) {
    // The library has no code for it.
    if (error instanceof Error && error.message.startsWith('no identity matched')) return { error: 'wrong_key' }
    throw error
  }
}
