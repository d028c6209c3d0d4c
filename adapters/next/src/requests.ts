// What Next keeps from an application: the socket's address, the method and the path of the request that is being answered. Headers
// can't tell them (LIM-2): Next keeps a forged `x-forwarded-for`, and only writes one where none came.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Problem } from '@vigile/contract'
import { type NodeRequest, type Peer, peerOf } from '@vigile/engine'
import { headers } from 'next/headers'
import { shared } from './shared.ts'

/**
 * A request as it came, for `requestOf`. `url`: path and query. `forPage`: by a browser or Next's router, which follow a redirection to
 * another page; a script that fetches wants the refusal itself.
 */
export type Asked = NodeRequest & { readonly url: string; readonly peer: Peer; readonly forPage: boolean }

// Next bundles this module several times: all of them see the one that listens.
const requests = shared('@vigile/next requests', () => ({ storage: new AsyncLocalStorage<Asked>(), isHeard: false }))

const hear = (message: unknown): void => {
  const { request } = message as { request: IncomingMessage }
  const { method, url = '/', headers, rawHeaders } = request
  // Next hides the last two from an application.
  const forPage = headers.accept?.includes('text/html') === true || 'rsc' in headers || 'next-action' in headers
  // Node tells of a request before any handler sees it, and in the same turn: what handles it inherits this.
  requests.storage.enterWith({ method, url: withoutNextsOwn(url), rawHeaders, peer: peerOf(request), forPage })
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
export const askedNow = async (): Promise<Asked | null> => {
  // First: while Next builds, this tells it that the page is made for each request.
  await headers()
  if (!requests.isHeard)
    throw new Error(
      '@vigile/next is told of no request: start it in instrumentation.ts, `export const register = () => start(auth)`',
    )
  return requests.storage.getStore() ?? null
}

/** The answer to one that came too early, as the engine gives it where a part is down: ask again. */
export const tooEarly = (): Response => {
  const problem = {
    type: 'urn:vigile:problem:unavailable',
    title: 'Starting',
    status: 503,
    detail: 'The site is starting. Try again in a moment.',
    code: 'unavailable',
    requestId: randomUUID(),
    retryAfterSeconds: 1,
  } satisfies Problem
  return Response.json(problem, {
    status: 503,
    headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '1', 'Cache-Control': 'no-store' },
  })
}

/** `_rsc` is a part of Next's own way to ask for a page, not of the page's address. */
const withoutNextsOwn = (url: string): string => {
  const [path = '/', query = ''] = url.split('?', 2)
  const kept = query.split('&').filter((pair) => pair !== '' && pair !== '_rsc' && !pair.startsWith('_rsc='))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}
