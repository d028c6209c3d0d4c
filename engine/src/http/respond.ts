// Makes the Response of what a handler or guard said: one place for every header.
import { randomUUID } from 'node:crypto'
import type { Verdict } from '../limits/limiter.ts'
import { securityHeaders } from './headers.ts'
import { preferredLocale } from './locale.ts'
import { corsHeaders, type Origins } from './origin.ts'
import { type Answer, type Outcome, refuse } from './outcome.ts'
import { problemOf } from './problems.ts'

/** A cache that ignores `no-store` must at least not hand one reader's answer to another (H-8). */
const vary = 'Origin, Accept-Language, Cookie, Authorization'

export type Respond = (request: Request, requestId: string, outcome: Outcome) => Response

export const createRespond = (deps: { readonly secure: boolean; readonly origins: Origins }): Respond => {
  const always = { ...securityHeaders(deps.secure), Vary: vary }
  return (request, requestId, outcome) => {
    const headers: Record<string, string> = {
      ...always,
      ...corsHeaders(request.headers.get('origin'), deps.origins),
      'X-Request-Id': requestId,
      ...rateLimitHeaders(outcome.verdict),
    }
    if (outcome.kind === 'answer') return answerResponse(outcome, headers)
    const locale = preferredLocale(request.headers.get('accept-language'))
    const { status, problem, headers: more } = problemOf(outcome, locale, requestId)
    return new Response(JSON.stringify(problem), {
      status,
      headers: {
        ...headers,
        ...more,
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Language': locale,
      },
    })
  }
}

/** The RateLimit fields of the IETF draft; `Retry-After` comes with the problem. */
const rateLimitHeaders = (verdict: Verdict | null | undefined): Readonly<Record<string, string>> =>
  verdict
    ? {
        'RateLimit-Policy': `"${verdict.rule}";q=${verdict.limit};w=${verdict.windowSeconds}`,
        RateLimit: `"${verdict.rule}";r=${verdict.remaining};t=${verdict.resetSeconds}`,
      }
    : {}

/** An application's own limit in the words of ours (LIM-8). */
export const createSayLimit = (respond: Respond) => (verdict: Verdict) => ({
  headers: rateLimitHeaders(verdict),
  refusal: (request: Request) => respond(request, randomUUID(), refuse('rate_limited', { verdict })),
})

/** `headers` are this answer's alone, and on the hot path: they are completed, not copied. */
const answerResponse = (outcome: Answer, headers: Record<string, string>): Response => {
  const { status, json, html, cookies = [] } = outcome
  Object.assign(headers, outcome.headers)
  if (json !== undefined) headers['Content-Type'] = 'application/json; charset=utf-8'
  else if (html !== undefined) headers['Content-Type'] = 'text/html; charset=utf-8'
  const body = json === undefined ? (html ?? null) : JSON.stringify(json)
  if (cookies.length === 0) return new Response(body, { status, headers })
  const withCookies = new Headers(headers)
  for (const cookie of cookies) withCookies.append('Set-Cookie', cookie)
  return new Response(body, { status, headers: withCookies })
}
