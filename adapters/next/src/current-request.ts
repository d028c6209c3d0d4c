import type { Peer } from '@vigile/engine'
import { headers } from 'next/headers.js'
import { askedNow } from './requests.ts'

/** As `fetch` of the engine takes it. */
export const peerNow = (): Peer => {
  const { address } = askedNow()
  return address === undefined ? {} : { address }
}

/**
 * The request that a page, an action or a route handler answers, and the address that it came from: for limits and the record. Its URL
 * has the path and the query; its body is left to whom it belongs.
 *
 * @example
 * await auth.audit.record({ action: 'products:publish', resource: 'Product', resourceId: id, userId, ...(await currentRequest()) })
 */
export const currentRequest = async (): Promise<{ readonly request: Request; readonly peer: Peer }> => {
  // First: while Next builds, this tells it that the page is made for each request.
  const sent = await headers()
  const { method, path } = askedNow()
  return {
    request: new Request(new URL(path, 'http://localhost'), { method, headers: new Headers(sent) }),
    peer: peerNow(),
  }
}
