// Makes the Response of what a handler or guard said: one place for every header.
import { randomUUID } from 'node:crypto'
import type { Locale } from '@vigile/contract'
import type { Verdict } from '../limits/limiter.ts'
import { errorPage } from './error-page.ts'
import { securityHeaders } from './headers.ts'
import { preferredLocale } from './locale.ts'
import { corsHeaders, type Origins } from './origin.ts'
import { type Answer, type Outcome, refuse } from './outcome.ts'
import { problemOf } from './problems.ts'

/** A cache that ignores `no-store` must at least not hand one reader's answer to another (H-8). */
const vary = 'Origin, Accept-Language, Cookie, Authorization'

/** An answer as it is sent, but for the transport's own headers. */
export type PlainAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly body: string | null
}

/** What an answer depends on besides what it says. */
export type Asking = {
  readonly origin: string | null
  readonly acceptLanguage: string | null
  /** A refusal is a page for people to read. */
  readonly wantsPage?: boolean
}

export const askingOf = ({ headers }: Request): Asking => ({
  origin: headers.get('origin'),
  acceptLanguage: headers.get('accept-language'),
})

/** The same, or one that is longer than memory. */
export type AnyAnswer = PlainAnswer & { readonly stream?: ReadableStream<Uint8Array> | undefined }

export type Respond = (asking: Asking, requestId: string, outcome: Outcome) => AnyAnswer

export const createRespond = (deps: {
  readonly secure: boolean
  readonly origins: Origins
  readonly signInPath: string
  readonly locales: readonly Locale[]
}): Respond => {
  const always = { ...securityHeaders(deps.secure), Vary: vary }
  return ({ origin, acceptLanguage, wantsPage = false }, requestId, outcome) => {
    const headers: Record<string, string> = {
      ...always,
      ...corsHeaders(origin, deps.origins),
      'X-Request-Id': requestId,
      ...rateLimitHeaders(outcome.verdict),
    }
    if (outcome.kind === 'answer') return plainAnswer(outcome, headers)
    const locale = preferredLocale(acceptLanguage, deps.locales)
    const { status, problem, headers: more } = problemOf(outcome, locale, requestId)
    if (wantsPage) {
      const page = errorPage(locale, { ...problem, signInPath: deps.signInPath })
      return plainAnswer(page, Object.assign(headers, more, { 'Content-Language': locale }))
    }
    Object.assign(headers, more, {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Language': locale,
    })
    return { status, headers, cookies: [], body: JSON.stringify(problem) }
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
  refusal: (request: Request) =>
    toResponse(respond(askingOf(request), randomUUID(), refuse('rate_limited', { verdict }))),
})

/** `headers` are this answer's alone, and on the hot path: they are completed, not copied. */
const plainAnswer = (
  { status, json, html, stream, cookies = [], headers: own }: Answer,
  headers: Record<string, string>,
): AnyAnswer => {
  Object.assign(headers, own)
  if (json !== undefined) headers['Content-Type'] = 'application/json; charset=utf-8'
  else if (html !== undefined) headers['Content-Type'] = 'text/html; charset=utf-8'
  return { status, headers, cookies, body: json === undefined ? (html ?? null) : JSON.stringify(json), stream }
}

export const toResponse = ({ status, headers, cookies, body, stream }: AnyAnswer): Response => {
  if (cookies.length === 0) return new Response(stream ?? body, { status, headers })
  const withCookies = new Headers(headers)
  for (const cookie of cookies) withCookies.append('Set-Cookie', cookie)
  return new Response(stream ?? body, { status, headers: withCookies })
}
