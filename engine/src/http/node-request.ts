// A request of Node's HTTP server, or of a framework on it, as the engine takes it.
import type { Peer } from './call.ts'

export type NodeRequest = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** As the client sent it, where a framework cuts `url`. */
  readonly originalUrl?: string
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[]
}

/** Proxies may send the whole address (RFC 9112 section 3.2.2). Nothing is decided by the host that a client names. */
const host = /^https?:\/\/[^/?#]*/i

/**
 * A request for `requireSession`, `pageState`, `audit.record` and their like, without its body: who asks is in its head. Throws a
 * `TypeError` for a method that the Fetch standard forbids, as TRACE.
 *
 * @example
 * const page = await auth.pageState(requestOf(incoming), incoming.url)
 */
export const requestOf = ({ method = 'GET', url = '/', originalUrl = url, rawHeaders }: NodeRequest): Request => {
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string)
  const path = originalUrl.replace(host, '')
  return new Request(`http://localhost${path.startsWith('/') ? path : '/'}`, { method, headers })
}

/**
 * The other end of the socket: never what a header says.
 *
 * @example
 * await auth.audit.record({ action: 'products:publish', request: requestOf(incoming), peer: peerOf(incoming) })
 */
export const peerOf = ({ socket }: { readonly socket: { readonly remoteAddress?: string | undefined } }): Peer => ({
  address: socket.remoteAddress ?? '',
})
