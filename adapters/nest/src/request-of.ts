// What the engine is asked with.
import type { IncomingMessage } from 'node:http'
import type { Peer } from '@vigile/engine'

/**
 * The other end of the socket, as the engine takes it: never what a header says.
 *
 * @example
 * await auth.audit.record({ action: 'products:publish', request: requestOf(request), peer: peerOf(request) })
 */
export const peerOf = ({ socket }: IncomingMessage): Peer => ({ address: socket.remoteAddress ?? '' })

/**
 * A request of Nest as the engine takes it (`pageState`, `audit.record`), without its body: who asks is in its head. Throws a `TypeError`
 * for a method that the Fetch standard forbids, as TRACE.
 *
 * @example
 * const page = await auth.pageState(requestOf(request), request.originalUrl)
 */
export const requestOf = (incoming: IncomingMessage & { readonly originalUrl?: string }): Request => {
  const { method = 'GET', headers, url = '/', originalUrl = url } = incoming
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  // A path alone, but for proxies' absolute form (RFC 9112 section 3.2.2). Nothing is decided by the host that a client names.
  const address = originalUrl.startsWith('/') ? `http://localhost${originalUrl}` : originalUrl
  return new Request(address, { method, headers: pairs })
}
