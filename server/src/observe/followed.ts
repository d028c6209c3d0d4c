// Requests as those who follow them see them: when one begins, and of which trace it is.
import { clientAddress, type Networks } from '@vigile/engine'
import type { Answer, ShortWay } from '../http/listen.ts'
import type { Around } from './watcher.ts'

type Ways = { readonly answer: Answer; readonly shortWay: ShortWay }

/**
 * A trusted proxy says of which trace a request is; anybody else would choose what is sampled, and what it is filed under. Who is
 * followed takes the long way: on the short one nobody knows a request before it is answered.
 */
export const followed = (around: Around | undefined, trustedProxies: Networks, ways: Ways): Ways => {
  if (!around) return ways
  return {
    answer: (request, peer) => {
      const address = clientAddress(peer.address, null, trustedProxies)
      const isTrusted = address !== null && trustedProxies.contains(address)
      const traceparent = isTrusted ? request.headers.get('traceparent') : null
      return around({ method: request.method, traceparent }, async () => ways.answer(request, peer))
    },
    shortWay: () => null,
  }
}
