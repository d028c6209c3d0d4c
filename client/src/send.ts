// Requests to our own origin: dressed with what the server wants to see, and sent again once where the CSRF token was refused.
import type { Csrf } from './csrf.ts'
import type { Ports } from './ports.ts'
import { codeOf } from './problem.ts'

/** Gives the same request anew at each call, its body unread. */
export type MakeRequest = () => Request
export type Send = (make: MakeRequest) => Promise<Response>

export const addressOf = (ports: Ports, input: RequestInfo | URL): URL =>
  new URL(input instanceof Request ? input.url : input, ports.baseUrl())

/**
 * A request that can be sent more than once. A stream, or a Request that may hold one, can only be cloned, and then the browser
 * keeps all of it; anything else is simply built again.
 */
export const repeatable = (ports: Ports, input: RequestInfo | URL, init?: RequestInit): MakeRequest => {
  const build = () => new Request(input instanceof Request ? input : addressOf(ports, input), init)
  if (!(input instanceof Request || init?.body instanceof ReadableStream)) return build
  const original = build()
  return () => original.clone()
}

export function createSend(ports: Ports, csrf: Csrf): Send {
  const dressed = (request: Request) => {
    const token = csrf.token()
    if (token && !/^(GET|HEAD|OPTIONS)$/.test(request.method)) request.headers.set('X-CSRF-Token', token)
    const language = ports.language()
    if (language && !request.headers.has('Accept-Language')) request.headers.set('Accept-Language', language)
    return request
  }

  return async (make) => {
    const request = dressed(make())
    const used = request.headers.get('X-CSRF-Token')
    const answer = await ports.fetch(request)
    const again = answer.status === 403 && (await codeOf(answer)) === 'csrf_failed' && (await csrf.renew(used))
    return again ? ports.fetch(dressed(make())) : answer
  }
}
