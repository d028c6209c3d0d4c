// The session check of a browser (`GET /me` by cookie) without Request, Response, router and schemas. It is what a site asks
// most, and they cost more than the check does: 43 µs of a busy server's CPU instead of 59 (bench/README.md). Everything
// that decides is the same code as on the long way (tests/http/short-way.test.ts).
import { createDeadline } from '../primitives/deadline.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Caller, Peer, ReadCaller } from './call.ts'
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
  readonly respond: Respond
  readonly logRequest: LogRequest
  readonly fault: LogFault
  readonly answerWithinMs: number
}

/** With any of these the answer may be another: a token instead of cookies, a proof, a page of another origin. */
const unusual = ['authorization', 'dpop', 'origin'] as const
/** What could be malformed is refused on the long way. */
const plainHost = /^[a-z0-9.-]+(?::\d{1,5})?$/i

export const createShortWay = (deps: ShortWayDeps): ShortWay => {
  const path = `${deps.authPath}/me`

  /** Guard, limit, handler, in the order of every route. */
  const check = async (caller: Caller): Promise<Outcome> => {
    const verified = await deps.byAccessCookie(caller)
    const key = verified?.session.id ?? caller.clientKey
    const verdict = key === null ? null : await caller.limiter.take([{ rule: 'read', key }])
    if (verdict && key !== null && !verdict.allowed) return caller.limited(verdict, key)
    return { verdict, ...(verified === null ? refuse('unauthenticated') : await deps.me(verified)) }
  }

  const answer = async (headers: Asked['headers'], peer: Peer): Promise<PlainAnswer> => {
    const startedAt = performance.now()
    const caller = deps.readCaller({ get: (name) => (headers[name] as string | undefined) ?? null }, path, peer)
    const outcome = await createDeadline(deps.answerWithinMs)
      .bound(() => check(caller))
      .catch((error: unknown) => deps.fault(caller, error))
    const acceptLanguage = (headers['accept-language'] as string | undefined) ?? null
    const plain = deps.respond({ origin: null, acceptLanguage }, caller.requestId, outcome)
    deps.logRequest(caller, 'GET', plain.status, startedAt)
    return plain
  }

  return ({ method, url, headers }, peer) => {
    if (url !== path || method !== 'GET') return null
    if (unusual.some((name) => headers[name] !== undefined)) return null
    return plainHost.test((headers.host as string | undefined) ?? '') ? answer(headers, peer) : null
  }
}
