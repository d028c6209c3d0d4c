// Reads a JSON body within bounds of size and time.
const maxReadMs = 10_000
const utf8 = new TextDecoder('utf-8', { fatal: true })

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly error: 'payload_too_large' | 'request_timeout' | 'unsupported_media_type' | 'not_json' | 'not_utf8'
    }

/** The JSON value of a body; an empty one is `{}`. Only `application/json` is read: a form can't send it across sites (S-54). */
export const readJson = async (request: Request, maxBytes: number): Promise<Body> => {
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > maxBytes) return { ok: false, error: 'payload_too_large' }
  if (announced === '0') return { ok: true, value: {} }
  const bytes =
    announced === null ? await readStream(request.body, maxBytes) : await readAnnounced(request, Number(announced))
  if (!(bytes instanceof Uint8Array)) return { ok: false, error: bytes }
  if (bytes.byteLength === 0) return { ok: true, value: {} }
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') return { ok: false, error: 'unsupported_media_type' }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { ok: false, error: 'not_utf8' }
  }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, error: 'not_json' }
  }
}

type Bytes = Uint8Array | 'payload_too_large' | 'request_timeout'

/** What `work` gives; 408 where it takes too long, or the sender went away in the middle (RFC 9110 section 15.5.9). */
const inTime = async <Value>(work: Promise<Value>): Promise<Value | 'request_timeout'> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'request_timeout'>((resolve) => {
    timer = setTimeout(() => resolve('request_timeout'), maxReadMs)
  })
  return Promise.race([work.catch((): 'request_timeout' => 'request_timeout'), late]).finally(() => clearTimeout(timer))
}

/** A body of known length, which the transport holds to: without its stream, which costs more than all else of a refresh. */
const readAnnounced = async (request: Request, announced: number): Promise<Bytes> => {
  const read = await inTime(request.arrayBuffer())
  if (typeof read === 'string') return read
  return read.byteLength > announced ? 'payload_too_large' : new Uint8Array(read)
}

const readStream = async (stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Bytes> => {
  if (stream === null) return new Uint8Array()
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  const readAll = async (): Promise<Bytes> => {
    for (;;) {
      const next = await reader.read()
      if (next.done) return Buffer.concat(chunks)
      size += next.value.byteLength
      if (size > maxBytes) return 'payload_too_large'
      chunks.push(next.value)
    }
  }
  const bytes = await inTime(readAll())
  // What is left unread is of no interest; the transport may fail to be told so.
  reader.cancel().catch(() => {})
  return bytes
}
