// The bytes of a backup: compressed (zstd), then encrypted (age, age-encryption.org/v1), piece by piece, whatever their size.
// `age -d -i KEY FILE | zstd -d` opens it without Vigile.
import { createHash } from 'node:crypto'
import { pipeline, Readable, type Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'

export type Bytes = AsyncIterable<Uint8Array>

const atOnce = new ByteLengthQueuingStrategy({ highWaterMark: 65_536 })

/** A fault of the source is one of what comes out; who stops to read ends the source. */
const through = (content: Bytes, transform: Transform): Readable =>
  pipeline(Readable.from(content, { objectMode: false }), transform, () => {})

const toWeb = (content: Readable) => Readable.toWeb(content, { strategy: atOnce }) as ReadableStream<Uint8Array>

/** `recipient`: `age1…`; null: it stays plain. */
export async function* seal(content: Bytes, recipient: string | null): Bytes {
  const compressed = through(content, createZstdCompress())
  if (recipient === null) return yield* compressed
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  yield* await encrypter.encrypt(toWeb(compressed))
}

/** The reverse, with `AGE-SECRET-KEY-1…`. Throws where a byte is another, the end is missing, or the key is not the one. */
export async function* unseal(content: Bytes, identity: string | null): Bytes {
  if (identity === null) return yield* through(content, createZstdDecompress())
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const opened = await decrypter.decrypt(toWeb(Readable.from(content, { objectMode: false })))
  yield* through(opened, createZstdDecompress())
}

export type Measure = { bytes: number; readonly sha256: () => string }

/** Passes the bytes on, and knows their number and hash once all came. */
export const measure = (content: Bytes, onBytes: (bytes: number) => void = () => {}): [Bytes, Measure] => {
  const hash = createHash('sha256')
  const measured: Measure = { bytes: 0, sha256: () => hash.digest('hex') }
  return [passOn(), measured]
  async function* passOn(): Bytes {
    for await (const part of content) {
      hash.update(part)
      measured.bytes += part.length
      onBytes(measured.bytes)
      yield part
      // A server that takes a backup answers people in between.
      await setImmediate()
    }
  }
}
