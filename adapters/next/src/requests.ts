// What Next keeps from an application: the socket's address, the method and the path of the request that is being answered. Headers
// can't tell them (LIM-2): Next keeps a forged `x-forwarded-for`, and only writes one where none came.
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { shared } from './shared.ts'

/** `address`: of the socket's other end. `path`: with its query, as it was asked for. */
export type Asked = { readonly address: string | undefined; readonly method: string; readonly path: string }

// Next bundles this module several times: all of them see the one that listens.
const requests = shared('@vigile/next requests', () => ({ storage: new AsyncLocalStorage<Asked>(), isHeard: false }))

const hear = (message: unknown): void => {
  const { request } = message as { request: IncomingMessage }
  const { method = 'GET', url = '/', socket } = request
  // Node tells of a request before any handler sees it, and in the same turn: what handles it inherits this.
  requests.storage.enterWith({ address: socket.remoteAddress, method, path: withoutNextsOwn(url) })
}

/** Listens to every HTTP server of this process from now on. Twice is once. */
export const hearRequests = (): void => {
  if (!requests.isHeard) subscribe('http.server.request.start', hear)
  requests.isHeard = true
}

/**
 * The request that is being answered. Null: it came before the listening began, while Next started; nothing is known of it, and nothing
 * is granted to it. Throws where nobody listens: limits by address would count nothing.
 */
export const askedNow = (): Asked | null => {
  if (!requests.isHeard)
    throw new Error(
      '@vigile/next is told of no request: start it in instrumentation.ts, `export const register = () => start(auth)`',
    )
  return requests.storage.getStore() ?? null
}

/** The answer to one that came too early: ask again. */
export const tooEarly = (): Response =>
  new Response(null, { status: 503, headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' } })

/** `_rsc` is a part of Next's own way to ask for a page, not of the page's address. */
const withoutNextsOwn = (url: string): string => {
  const [path = '/', query = ''] = url.split('?', 2)
  const kept = query.split('&').filter((pair) => pair !== '' && pair !== '_rsc' && !pair.startsWith('_rsc='))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}
