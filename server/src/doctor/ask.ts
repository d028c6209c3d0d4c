// One request as a stranger sends it: no redirect is followed, nothing is kept, every wait and size is bounded.
import { type IncomingHttpHeaders, request as sendPlain } from 'node:http'
import { type RequestOptions, request as sendSecure } from 'node:https'
import type { TLSSocket } from 'node:tls'

/** For one answer, and for all of them: a server that is slow on purpose keeps the doctor no longer. */
const defaultPatience = { oneMs: 10_000, allMs: 180_000 }
const maxBytes = 64 * 1024

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Epoch milliseconds, by the clock of this machine. */
  readonly sentAt: number
  readonly receivedAt: number
  readonly local: string
  readonly remote: string
  /** Epoch milliseconds; null: no TLS. */
  readonly certificate: { readonly validFrom: number; readonly validTo: number } | null
}

export type AskOptions = Pick<RequestOptions, 'method' | 'headers' | 'maxVersion' | 'minVersion' | 'ciphers'> & {
  readonly body?: string
}

/** Rejects where nothing answered in time. */
export type Ask = (url: URL, options?: AskOptions) => Promise<Answer>

/** `connection`: how to get to an address, where it is not by its name and the machine's own authorities. */
export const createAsk = (
  connection: (url: URL) => RequestOptions = () => ({}),
  patience: typeof defaultPatience = defaultPatience,
): Ask => {
  const whole = AbortSignal.timeout(patience.allMs)
  return (url, { body, headers, ...options } = {}) =>
    new Promise((resolve, reject) => {
      const sentAt = Date.now()
      const send = url.protocol === 'https:' ? sendSecure : sendPlain
      const all = { agent: false, ...options, ...connection(url), headers: { host: url.host, ...headers } }
      const signal = AbortSignal.any([whole, AbortSignal.timeout(patience.oneMs)])
      const failed = (error: Error) => reject(signal.aborted ? new Error('no answer in time', { cause: error }) : error)
      const asking = send(url, { ...all, signal }, (reply) => {
        const receivedAt = Date.now()
        const { localAddress = '', remoteAddress = '' } = reply.socket
        const certificate = url.protocol === 'https:' ? timesOf(reply.socket as TLSSocket) : null
        const chunks: Buffer[] = []
        let bytes = 0
        const end = () =>
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            body: Buffer.concat(chunks).toString('utf8'),
            sentAt,
            receivedAt,
            local: plain(localAddress),
            remote: plain(remoteAddress),
            certificate,
          })
        reply.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes < maxBytes) return
          end()
          reply.destroy()
        })
        reply.on('end', end)
        reply.on('error', failed)
      })
      asking.on('error', failed)
      // An answer that switches to another protocol ends so, and says nothing else.
      asking.on('close', () => failed(new Error('the connection was closed without an answer')))
      asking.end(body)
    })
}

const timesOf = (socket: TLSSocket): Answer['certificate'] => {
  const { valid_from, valid_to } = socket.getPeerCertificate()
  return { validFrom: Date.parse(valid_from), validTo: Date.parse(valid_to) }
}

/** An IPv4 address in the clothes of IPv6 is the IPv4 address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
