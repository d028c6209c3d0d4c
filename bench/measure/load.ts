// The load: connections that are kept, each with one request under way at a time. Written on bare sockets: an HTTP client
// costs more than the servers that are measured here, and would be what the throughput shows.
import { connect, type Socket } from 'node:net'
import { percentile } from './statistics.ts'

export type Answer = { readonly status: number; readonly head: string; readonly body: string }

export type Load = {
  readonly port: number
  readonly connections: number
  /** The next request of a connection (0, 1, …), as bytes; null: there are no more. */
  next(connection: number): string | null
  /** Whether the answer is what the request was for. Default: status 200. */
  accept?(answer: Answer, connection: number): boolean
  /** Ends after so many seconds, or when there are no more requests. */
  readonly seconds: number
}

export type LoadResult = {
  readonly requests: number
  readonly refused: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const giveUpAfterMs = 30_000
const headEnd = '\r\n\r\n'
const lastChunk = '0\r\n\r\n'

/** The first whole answer in what has come, or null. */
export const parseAnswer = (text: string): Answer | null => {
  const end = text.indexOf(headEnd)
  if (end < 0) return null
  const head = text.slice(0, end)
  const body = text.slice(end + headEnd.length)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const isWhole =
    length !== undefined
      ? body.length >= Number(length)
      : /\r\ntransfer-encoding: *chunked/i.test(head)
        ? body.endsWith(lastChunk)
        : status === 204 || status === 304
  return isWhole ? { status, head, body } : null
}

export const requestText = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'GET' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n')

/** Sends until the time is over or there is nothing more to send. A connection that the server ends is opened anew. */
export const runLoad = async (load: Load): Promise<LoadResult> => {
  const { port, connections, seconds, next, accept = ({ status }) => status === 200 } = load
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const waits: number[] = []
  let refused = 0

  const drive = async (connection: number) => {
    let ask = await openConnection(port)
    while (performance.now() < endsAt) {
      const request = next(connection)
      if (request === null) break
      const sentAt = performance.now()
      const answer = await ask(request)
      if (answer && accept(answer, connection)) waits.push(performance.now() - sentAt)
      else refused += 1
      if (!answer || /\r\nconnection: close/i.test(answer.head)) {
        ask.end()
        ask = await openConnection(port)
      }
    }
    ask.end()
  }
  await Promise.all(Array.from({ length: connections }, (_, connection) => drive(connection)))
  return {
    requests: waits.length,
    refused,
    perSecond: waits.length / ((performance.now() - startedAt) / 1000),
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
  }
}

type Ask = { (request: string): Promise<Answer | null>; end(): void }

const openConnection = async (port: number): Promise<Ask> => {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  socket.setTimeout(giveUpAfterMs, () => socket.destroy())
  let received = ''
  let settle: (answer: Answer | null) => void = () => {}
  socket.on('data', (text: string) => {
    received = received === '' ? text : received + text
    const answer = parseAnswer(received)
    if (answer) settle(answer)
  })
  socket.on('error', () => {})
  socket.on('close', () => settle(null))
  const ask = (request: string) =>
    new Promise<Answer | null>((resolve) => {
      if (socket.destroyed) return resolve(null)
      received = ''
      settle = resolve
      socket.write(request)
    })
  return Object.assign(ask, { end: () => void socket.destroy() })
}

/** One request on a connection of its own. Throws where the answer is none of 200 to 299. */
export const askOnce = async (port: number, request: string): Promise<Answer> => {
  const ask = await openConnection(port)
  try {
    const answer = await ask(request)
    if (answer && answer.status >= 200 && answer.status < 300) return answer
    throw new Error(
      `${request.slice(0, request.indexOf('\r'))}: ${answer ? `${answer.status} ${answer.body}` : 'no answer'}`,
    )
  } finally {
    ask.end()
  }
}
