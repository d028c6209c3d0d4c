// The pipeline: one request in, one answer out. Faults are caught here, once, logged with the request's id.
import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { Verdict } from '../limits/limiter.ts'
import type { RuleName } from '../limits/rules.ts'
import { createDeadline, type Deadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import type { Call, Peer, ReadCaller } from './call.ts'
import { pathOf } from './openapi.ts'
import { type Origins, preflightHeaders } from './origin.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { Proofs } from './proofs.ts'
import { type RawInput, readBody, readInput } from './read-input.ts'
import type { LogFault, LogRequest } from './request-log.ts'
import { type Asking, askingOf, type Respond, toResponse } from './respond.ts'
import type { Route } from './route.ts'

export type ServeDeps = {
  readonly routes: readonly Route[]
  readonly readCaller: ReadCaller
  readonly respond: Respond
  readonly logRequest: LogRequest
  readonly fault: LogFault
  readonly log: Log
  readonly origins: Origins
  readonly authPath: string
  readonly proofs: Proofs
  /** How long a request may take, the arrival of its body apart: then the answer is 503. */
  readonly answerWithinMs: number
}

export type Serve = {
  /** `ready` opens the stores on the first request; where it rejects, the answer is a problem like any other fault. */
  fetch(request: Request, peer: Peer, ready: () => Promise<void>): Promise<Response>
  handles(pathname: string): boolean
}

type Bindings = { readonly peer: Peer; readonly startedAt: number; readonly ready: () => Promise<void> }
type Env = { Bindings: Bindings }

export const createServe = (deps: ServeDeps): Serve => {
  const { routes, readCaller, respond, logRequest, fault, origins, authPath, proofs, log } = deps
  const app = new Hono<Env>()

  const serve = async (
    { req, env }: Context<Env>,
    route: Route | null,
    work: (call: Call, deadline: Deadline) => Promise<Outcome>,
    asking: Asking = askingOf(req.raw),
  ): Promise<Response> => {
    const deadline = createDeadline(deps.answerWithinMs)
    const call = { ...readCaller(req.raw.headers, req.path, env.peer), request: req.raw, leftMs: deadline.leftMs }
    const outcome = await deadline.bound(() => work(call, deadline)).catch((error: unknown) => fault(call, error))
    const answer = respond(asking, call.requestId, outcome)
    logRequest(call, { route, method: req.method, status: answer.status, outcome, startedAt: env.startedAt })
    return toResponse(answer)
  }

  for (const [path, group] of Map.groupBy(routes, ({ endpoint }) => pathOf(endpoint, authPath))) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    const methods = group.flatMap(({ endpoint: { method }, isNavigation }) =>
      method === 'GET' && !isNavigation ? ['GET', 'HEAD'] : [method],
    )
    const headers = { Allow: methods.join(', ') }
    for (const route of group) {
      app.on(route.endpoint.method, pattern, (context) => {
        const work = async (call: Call, deadline: Deadline) => {
          // A link that leads somewhere does something (RFC 9110 9.2.1): who only looks at it, as previews do, uses nothing up.
          if (route.isNavigation && call.request.method === 'HEAD') return refuse('method_not_allowed', { headers })
          const raw = { params: context.req.param(), query: context.req.queries() }
          if (route.withoutStores) return runRoute(route, call, raw, deadline)
          await context.env.ready()
          const outcome = await runRoute(route, call, raw, deadline)
          return { ...outcome, headers: { ...proofs.headers(call.request), ...outcome.headers } }
        }
        return serve(context, route, work, route.isNavigation ? byNavigation(context.req.raw) : undefined)
      })
    }
    const asking = group.every(({ isNavigation }) => isNavigation) ? byNavigation : askingOf
    app.options(pattern, (context) => {
      const asked = asking(context.req.raw)
      const allowed = { ...headers, ...preflightHeaders(asked.origin, origins, methods) }
      return serve(context, null, async () => answer(204, { headers: allowed }), asked)
    })
    app.all(pattern, (context) =>
      serve(context, null, async () => refuse('method_not_allowed', { headers }), asking(context.req.raw)),
    )
  }
  app.notFound((context) => serve(context, null, async () => refuse('not_found')))
  // What even the pipeline did not foresee.
  app.onError((err, { req }) => {
    const requestId = randomUUID()
    log.error({ err, requestId }, 'a fault outside the pipeline')
    return toResponse(respond(askingOf(req.raw), requestId, refuse('internal_error')))
  })

  const rooted = routes.map((route) => route.endpoint.path).filter((path) => path.startsWith('/'))
  const exact = new Set(rooted)
  const patterns = rooted.filter((path) => path.includes('{')).map(patternOf)
  return {
    fetch: async (request, peer, ready) => app.fetch(request, { peer, startedAt: performance.now(), ready }),
    handles: (pathname) =>
      exact.has(pathname) ||
      pathname === authPath ||
      pathname.startsWith(`${authPath}/`) ||
      patterns.some((pattern) => pattern.test(pathname)),
  }
}

/** Whole segments: what else is below the same path may be the application's. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)

/** No origin is told that it may read the answer; a person who is there reads a page, not JSON. */
const byNavigation = (request: Request): Asking => ({
  ...askingOf(request),
  origin: null,
  wantsPage: request.headers.get('accept')?.includes('text/html') ?? false,
})

/** Body, guard, limit, input, handler. A client is its session, else its address: an office behind one address is many clients. */
const runRoute = async (route: Route, call: Call, raw: RawInput, deadline: Deadline): Promise<Outcome> => {
  const { endpoint } = route
  const isSpared = route.limit !== 'none' && 'rule' in route.limit && route.limit.sparesProxies && call.fromProxy
  const limit = isSpared ? 'none' : route.limit
  const isRead = limit !== 'none' && 'rule' in limit && limit.rule === 'read'
  let verdict: Verdict | null = null
  const count = async (rule: RuleName, key: string | null) => {
    verdict = key === null ? null : await call.limiter.take([{ rule, key }])
    return verdict && key !== null && !verdict.allowed ? call.limited(verdict, key) : null
  }
  // Before the guard: a session that ends while the body is on its way changes nothing more. A slow sender is no part of ours
  // that is down.
  const body = await deadline.outside(() => readBody(endpoint, call.request))
  const outcome = await route.run(call, {
    // What the guard refused is one more change of this address, or one more read. Never a sign-out: those are few, and many behind
    // one address begin theirs with a proof that lacks a nonce.
    refused: async () => (limit === 'none' ? null : count(isRead ? 'read' : 'change', call.clientKey)),
    admitted: async (sessionId) => {
      const isCounted = limit !== 'none' && 'rule' in limit
      const tooMany = isCounted ? await count(limit.rule, sessionId ?? call.clientKey) : null
      if (tooMany) return tooMany
      const input = readInput(endpoint, body, raw)
      // What the handler never sees, it can't count.
      const isUncounted = input.kind === 'refusal' && !isCounted && limit !== 'none'
      return (isUncounted ? await count('change', sessionId ?? call.clientKey) : null) ?? input
    },
  })
  return { verdict, ...outcome }
}
