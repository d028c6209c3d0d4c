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
  if (request.body === null || announced === '0') return { ok: true, value: {} }
  const bytes = await readBytes(request.body, maxBytes)
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

const readBytes = async (
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | 'payload_too_large' | 'request_timeout'> => {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), maxReadMs)
  })
  // A sender that goes away in the middle has not sent its request either (RFC 9110 section 15.5.9): no fault of ours.
  const read = () => reader.read().catch((): 'gone' => 'gone')
  try {
    for (;;) {
      const next = await Promise.race([read(), late])
      if (typeof next === 'string') return 'request_timeout'
      if (next.done) return Buffer.concat(chunks)
      size += next.value.byteLength
      if (size > maxBytes) return 'payload_too_large'
      chunks.push(next.value)
    }
  } finally {
    clearTimeout(timer)
    // What is left unread is of no interest; the transport may fail to be told so.
    reader.cancel().catch(() => {})
  }
}
