import type { Peer } from '@vigile/engine'
import { headers } from 'next/headers'
import { type Asked, askedNow } from './requests.ts'
import { SessionUnknownError } from './session-unknown-error.ts'

/** As the engine takes it. */
export const peerOf = ({ address }: Asked): Peer => (address === undefined ? {} : { address })

/**
 * The request that a page, an action or a route handler answers, and the address that it came from: for limits and the record. Its URL
 * has the path and the query; its body is left to whom it belongs. Throws a `SessionUnknownError` for one that came while Next started.
 *
 * @example
 * await auth.audit.record({ action: 'products:publish', resource: 'Product', resourceId: id, userId, ...(await currentRequest()) })
 */
export const currentRequest = async (): Promise<{ readonly request: Request; readonly peer: Peer }> => {
  // First: while Next builds, this tells it that the page is made for each request.
  const sent = new Headers(await headers())
  const asked = askedNow()
  if (!asked) throw new SessionUnknownError()
  const { method, path } = asked
  return { request: new Request(new URL(path, 'http://localhost'), { method, headers: sent }), peer: peerOf(asked) }
}
