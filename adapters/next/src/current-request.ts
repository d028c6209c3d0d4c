import { type Peer, requestOf } from '@vigile/engine'
import { askedNow } from './requests.ts'
import { SessionUnknownError } from './session-unknown-error.ts'

/**
 * The request that a page, an action or a route handler answers, and the address that it came from: for limits and the record. Its URL
 * has the path and the query; its body is left to whom it belongs. Throws a `SessionUnknownError` for one that came while Next started.
 *
 * @example
 * await auth.audit.record({ action: 'products:publish', resource: 'Product', resourceId: id, userId, ...(await currentRequest()) })
 */
export const currentRequest = async (): Promise<{ readonly request: Request; readonly peer: Peer }> => {
  const asked = await askedNow()
  if (!asked) throw new SessionUnknownError()
  return { request: requestOf(asked), peer: asked.peer }
}
