// Requests that Node's parser refuses never reach a handler: they get a short problem answer and the connection ends.

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

const statusByCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}

/** The status that was answered, or null where nothing could be: the other end is gone, or an answer had already begun. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex, requestId: string): number | null => {
  // `_httpMessage` is the answer under way on this connection; a second head in the middle of it would be read as its body.
  const current = (socket as Duplex & { _httpMessage?: { headersSent: boolean } | null })._httpMessage
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent) {
    socket.destroy()
    return null
  }
  const status = statusByCode[error.code ?? ''] ?? 400
  const title = STATUS_CODES[status] ?? ''
  const body = JSON.stringify({ type: 'about:blank', title, status })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  return status
}
