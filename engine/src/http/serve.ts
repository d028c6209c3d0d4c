// The pipeline: one request in, one answer out. Faults are caught here, once, logged with the request's id.
import { randomUUID } from 'node:crypto'
import type { Endpoint } from '@vigile/contract'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Limiter, Verdict } from '../limits/limiter.ts'
import type { Log } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Peer } from '../vigile.ts'
import { readJson } from './body.ts'
import type { Call } from './call.ts'
import { addressKey, clientAddress, type Networks } from './client-address.ts'
import type { Cookies } from './cookies.ts'
import { securityHeaders } from './headers.ts'
import { preferredLocale } from './locale.ts'
import { pathOf } from './openapi.ts'
import { corsHeaders, type Origins, preflightHeaders } from './origin.ts'
import { type Answer, type FieldFault, type Outcome, type Refusal, refuse } from './outcome.ts'
import { problemOf } from './problems.ts'
import type { Input, Route } from './routes.ts'
import { validate } from './validate.ts'

/** VAL-1: bodies are bounded. */
const maxBodyBytes = 64 * 1024

export type ServeDeps = {
  readonly routes: readonly Route[]
  readonly cookies: Cookies
  readonly origins: Origins
  readonly limiter: Limiter
  readonly trustedProxies: Networks
  readonly unlimited: Networks
  readonly secure: boolean
  readonly authPath: string
  readonly log: Log
}

export type Serve = {
  /** `ready` opens the stores on the first request; where it rejects, the answer is a problem like any other fault. */
  fetch(request: Request, peer: Peer, ready: () => Promise<void>): Promise<Response>
  handles(pathname: string): boolean
}

type Env = { Bindings: { readonly peer: Peer; readonly startedAt: number; readonly ready: () => Promise<void> } }

export const createServe = (deps: ServeDeps): Serve => {
  const { routes, origins, limiter, log } = deps
  const always = { ...securityHeaders(deps.secure), Vary: 'Origin, Accept-Language, Cookie' }
  const app = new Hono<Env>()

  const callOf = (request: Request, path: string, peer: Peer): Call => {
    const { headers } = request
    const ip = clientAddress(peer.address, headers.get('x-forwarded-for'), deps.trustedProxies)
    const requestId = randomUUID()
    return {
      request,
      path,
      locale: preferredLocale(headers.get('accept-language')),
      requestId,
      clientKey: ip === null || deps.unlimited.contains(ip) ? null : addressKey(ip),
      context: { ip, userAgent: headers.get('user-agent'), requestId },
      jar: deps.cookies.read(headers.get('cookie')),
    }
  }

  const respond = (call: Call, outcome: Outcome): Response => {
    const cors = corsHeaders(call.request.headers.get('origin'), origins)
    const headers: Record<string, string> = {
      ...always,
      ...cors,
      'X-Request-Id': call.requestId,
      ...rateLimitHeaders(outcome.verdict),
    }
    if (outcome.kind === 'refusal') {
      const { status, problem, headers: more } = problemOf(outcome, call.locale, call.requestId)
      return new Response(JSON.stringify(problem), {
        status,
        headers: {
          ...headers,
          ...more,
          'Content-Type': 'application/problem+json; charset=utf-8',
          'Content-Language': call.locale,
        },
      })
    }
    return answerResponse(outcome, headers)
  }

  const fault = (call: Call, error: unknown): Refusal => {
    if (error instanceof UnavailableError) {
      log.warn({ err: error, requestId: call.requestId, path: call.path }, 'a part is down')
      return refuse('unavailable')
    }
    log.error({ err: error, requestId: call.requestId, path: call.path }, 'a fault')
    return refuse('internal_error')
  }

  const finish = (call: Call, startedAt: number, response: Response): Response => {
    const ms = Math.round((performance.now() - startedAt) * 10) / 10
    log.info(
      {
        requestId: call.requestId,
        method: call.request.method,
        path: call.path,
        status: response.status,
        ms,
        ip: call.context.ip,
      },
      'request',
    )
    return response
  }

  const serve = async (
    request: Request,
    path: string,
    env: Env['Bindings'],
    work: (call: Call) => Promise<Outcome>,
  ) => {
    const call = callOf(request, path, env.peer)
    const outcome = await work(call).catch((error: unknown) => fault(call, error))
    return finish(call, env.startedAt, respond(call, outcome))
  }

  for (const [path, group] of Map.groupBy(routes, (route) => pathOf(route.endpoint, deps.authPath))) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const route of group) {
      app.on(route.endpoint.method, pattern, (context) =>
        serve(context.req.raw, context.req.path, context.env, async (call) => {
          if (route.name !== 'live' && route.name !== 'ready' && route.name !== 'authHealth') await context.env.ready()
          return runRoute(limiter, route, call, { params: context.req.param(), query: context.req.queries() })
        }),
      )
    }
    const methods = [
      ...new Set(group.flatMap(({ endpoint }) => (endpoint.method === 'GET' ? ['GET', 'HEAD'] : [endpoint.method]))),
    ]
    app.options(pattern, (context) => {
      const cors = corsHeaders(context.req.raw.headers.get('origin'), origins)
      const listed = 'Access-Control-Allow-Origin' in cors
      return new Response(null, {
        status: 204,
        headers: { ...always, Allow: methods.join(', '), ...cors, ...(listed ? preflightHeaders(methods) : {}) },
      })
    })
    app.all(pattern, (context) =>
      serve(context.req.raw, context.req.path, context.env, async () =>
        refuse('method_not_allowed', { headers: { Allow: methods.join(', ') } }),
      ),
    )
  }
  app.notFound((context) => serve(context.req.raw, context.req.path, context.env, async () => refuse('not_found')))

  const exact = new Set(routes.map((route) => route.endpoint.path).filter((path) => path.startsWith('/')))
  return {
    fetch: async (request, peer, ready) => app.fetch(request, { peer, startedAt: performance.now(), ready }),
    handles: (pathname) =>
      exact.has(pathname) || pathname === deps.authPath || pathname.startsWith(`${deps.authPath}/`),
  }
}

/** Guard, limit, input, handler. A client is its session, else its address: an office behind one address is many clients. */
const runRoute = async (
  limiter: Limiter,
  route: Route,
  call: Call,
  raw: { readonly params: Record<string, string>; readonly query: Record<string, string[]> },
): Promise<Outcome> => {
  let verdict: Verdict | null = null
  const count = async (key: string | null) => {
    if (route.limit === 'none' || !('rule' in route.limit) || key === null || call.clientKey === null) return null
    verdict = await limiter.take([{ rule: route.limit.rule, key }])
    return verdict && !verdict.allowed ? refuse('rate_limited') : null
  }
  const outcome = await route.run(call, {
    refused: () => count(call.clientKey),
    admitted: async (sessionId) =>
      (await count(sessionId ?? call.clientKey)) ?? readInput(route.endpoint, call.request, raw),
  })
  return { verdict, ...outcome }
}

const readInput = async (
  endpoint: Endpoint,
  request: Request,
  raw: { readonly params: Record<string, string>; readonly query: Record<string, string[]> },
): Promise<Input | Refusal> => {
  const params = validate(endpoint.params ?? nothing, raw.params)
  if (!params.ok) return refuse('not_found')
  const repeated = Object.entries(raw.query).filter(([, values]) => values.length > 1)
  if (repeated.length > 0) return invalid(repeated.map(([path]) => ({ path, code: 'invalid', key: 'fields.invalid' })))
  const query = validate(
    endpoint.query ?? nothing,
    Object.fromEntries(Object.entries(raw.query).map(([name, [value]]) => [name, value])),
  )
  if (!query.ok) return invalid(query.fields)
  if (endpoint.method === 'GET') return { kind: 'input', body: {}, params: params.value, query: query.value }
  const json = await readJson(request, maxBodyBytes)
  if (!json.ok) {
    if (json.error !== 'not_json' && json.error !== 'not_utf8') return refuse(json.error)
    return invalid([{ path: '', code: json.error, key: `fields.${json.error}` }])
  }
  const body = validate(endpoint.body ?? nothing, json.value)
  return body.ok ? { kind: 'input', body: body.value, params: params.value, query: query.value } : invalid(body.fields)
}

const nothing = z.strictObject({})

const invalid = (fields: readonly FieldFault[]): Refusal => refuse('validation_failed', { fields })

/** The RateLimit fields of the IETF draft; `Retry-After` comes with the problem. */
const rateLimitHeaders = (verdict: Verdict | null | undefined): Readonly<Record<string, string>> =>
  verdict
    ? {
        'RateLimit-Policy': `"${verdict.rule}";q=${verdict.limit};w=${verdict.windowSeconds}`,
        RateLimit: `"${verdict.rule}";r=${verdict.remaining};t=${verdict.resetSeconds}`,
      }
    : {}

const answerResponse = (outcome: Answer, base: Record<string, string>): Response => {
  const { status, json, html, cookies = [] } = outcome
  const body = json === undefined ? (html ?? null) : JSON.stringify(json)
  const type =
    json === undefined ? (html === undefined ? null : 'text/html; charset=utf-8') : 'application/json; charset=utf-8'
  const all = { ...base, ...outcome.headers, ...(type === null ? {} : { 'Content-Type': type }) }
  if (cookies.length === 0) return new Response(body, { status, headers: all })
  const headers = new Headers(all)
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(body, { status, headers })
}
