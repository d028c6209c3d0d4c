// The session check by cookie (`GET /me` of a browser, `GET /forward` of a proxy) without Request, Response, router and
// schemas. It is what a site asks most, and they cost more than the check does: 43 µs of a busy server's CPU instead of 59
// (bench/README.md). Everything that decides is the same code as on the long way (tests/http/short-way.test.ts).
import { endpoints } from '@vigile/contract'
import { createDeadline } from '../primitives/deadline.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Caller, Peer, ReadCaller } from './call.ts'
import type { Forward } from './forward.ts'
import { passed } from './identify.ts'
import { type Outcome, refuse } from './outcome.ts'
import type { LogFault, LogRequest } from './request-log.ts'
import type { PlainAnswer, Respond } from './respond.ts'

/** A request as Node's HTTP server gives it: names of headers in lower case. */
export type Asked = {
  readonly method?: string | undefined
  /** Path and query. */
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Never rejects. Null: no such request, ask `fetch`. */
export type ShortWay = (asked: Asked, peer: Peer) => Promise<PlainAnswer> | null

export type ShortWayDeps = {
  readonly authPath: string
  readonly readCaller: ReadCaller
  readonly byAccessCookie: (caller: Pick<Caller, 'jar'>) => Promise<VerifiedSession | null>
  readonly me: (verified: VerifiedSession) => Promise<Outcome>
  readonly forward: Forward
  readonly respond: Respond
  readonly logRequest: LogRequest
  readonly fault: LogFault
  readonly answerWithinMs: number
}

/** With any of these the answer may be another: a token instead of cookies, a proof, a page of another origin. */
const unusual = ['authorization', 'dpop', 'origin'] as const
const routes = {
  me: { name: 'me', endpoint: endpoints.me },
  forward: { name: 'forward', endpoint: endpoints.forward },
} as const
/** What could be malformed is refused on the long way. */
const plainHost = /^[a-z0-9.-]+(?::\d{1,5})?$/i

export const createShortWay = (deps: ShortWayDeps): ShortWay => {
  const mePath = `${deps.authPath}/me`
  const forwardPath = `${deps.authPath}/forward`

  /** Guard, limit, handler, in the order of every route. */
  const check = async (path: string, caller: Caller, headers: Pick<Headers, 'get'>): Promise<Outcome> => {
    const verified = await deps.byAccessCookie(caller)
    const key = verified?.session.id ?? caller.clientKey
    const isSpared = path === forwardPath && caller.fromProxy
    const verdict = key === null || isSpared ? null : await caller.limiter.take([{ rule: 'read', key }])
    if (verdict && key !== null && !verdict.allowed) return caller.limited(verdict, key)
    const nobody = refuse('unauthenticated')
    if (path === forwardPath)
      return { verdict, ...(await deps.forward(caller, headers, verified === null ? nobody : passed(verified), {})) }
    return { verdict, ...(verified === null ? nobody : await deps.me(verified)) }
  }

  const answer = async (path: string, headers: Asked['headers'], peer: Peer): Promise<PlainAnswer> => {
    const startedAt = performance.now()
    const read = { get: (name: string) => (headers[name] as string | undefined) ?? null }
    const caller = deps.readCaller(read, path, peer)
    const outcome = await createDeadline(deps.answerWithinMs)
      .bound(() => check(path, caller, read))
      .catch((error: unknown) => deps.fault(caller, error))
    const plain = deps.respond({ origin: null, acceptLanguage: read.get('accept-language') }, caller.requestId, outcome)
    const route = path === mePath ? routes.me : routes.forward
    deps.logRequest(caller, { route, method: 'GET', status: plain.status, outcome, startedAt })
    return plain
  }

  return ({ method, url, headers }, peer) => {
    if ((url !== mePath && url !== forwardPath) || method !== 'GET') return null
    if (unusual.some((name) => headers[name] !== undefined)) return null
    return plainHost.test((headers.host as string | undefined) ?? '') ? answer(url, headers, peer) : null
  }
}
