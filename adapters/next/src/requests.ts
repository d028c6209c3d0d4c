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

/** The request that is being answered. Throws where nobody listens: limits by address would count nothing. */
export const askedNow = (): Asked => {
  const asked = requests.storage.getStore()
  if (asked) return asked
  throw new Error(
    '@vigile/next was told of no request: start it in instrumentation.ts, `export const register = () => start(auth)`',
  )
}

/** `_rsc` is a part of Next's own way to ask for a page, not of the page's address. */
const withoutNextsOwn = (url: string): string => {
  const [path = '/', query = ''] = url.split('?', 2)
  const kept = query.split('&').filter((pair) => pair !== '' && pair !== '_rsc' && !pair.startsWith('_rsc='))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}
