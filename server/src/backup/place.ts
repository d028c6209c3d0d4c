// Where backups lie. Files appear whole or not at all.

export type PlacedFile = { readonly name: string; readonly bytes: number; readonly changedAt: number }

export type Place = {
  /** How people read it: the folder, or `s3://bucket/prefix`. */
  readonly name: string
  /** Everything that lies there, unfinished files included. */
  list(): Promise<readonly PlacedFile[]>
  /** Rejects, and leaves nothing that could be taken for the file, where the content breaks off. */
  write(name: string, content: AsyncIterable<Uint8Array>): Promise<void>
  read(name: string): AsyncIterable<Uint8Array>
  remove(name: string): Promise<void>
}

/** A small file as a whole; null: it is none. */
export const readSmall = async (place: Place, name: string, maxBytes: number): Promise<string | null> => {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of place.read(name)) {
    bytes += part.length
    if (bytes > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
