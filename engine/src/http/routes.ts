// THE table: every endpoint with its guard, its limit and its handler. Nothing else answers.
import { type Endpoint, type EndpointName, endpoints } from '@vigile/contract'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { jwksMaxAgeSeconds } from '../keys/signing-keys.ts'
import type { RuleName } from '../limits/rules.ts'
import type { Readiness } from '../vigile.ts'
import type { createAccountHandlers } from './account-handlers.ts'
import type { Call } from './call.ts'
import { continuePage } from './continue-page.ts'
import type { Guard, Guards } from './guards.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import { safeReturnTo } from './return-to.ts'
import type { createSessionHandlers } from './session-handlers.ts'

/** What counts against a route: a rule by client, rules that the handler counts itself, or none. */
export type RouteLimit = { readonly rule: RuleName } | { readonly byHandler: readonly RuleName[] } | 'none'

export type Route = {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  readonly guard: string
  readonly limit: RouteLimit
  run(call: Call, steps: Steps): Promise<Outcome>
}

/** What the pipeline does between the guard and the handler. */
export type Steps = {
  /** Counts a request that the guard refused; a refusal where those are too many. */
  refused(): Promise<Refusal | null>
  /** Counts against the session, or where there is none the address; then reads and checks the input. */
  admitted(sessionId: string | null): Promise<Input | Refusal>
}

export type Input = {
  readonly kind: 'input'
  readonly body: unknown
  readonly params: unknown
  readonly query: unknown
}

export type RouteDeps = {
  readonly guards: Guards
  readonly accounts: ReturnType<typeof createAccountHandlers>
  readonly sessions: ReturnType<typeof createSessionHandlers>
  readonly signingKeys: SigningKeys
  readonly readiness: () => Promise<Readiness>
  readonly openApi: () => unknown
  readonly site: {
    readonly app: string
    readonly authPath: string
    readonly publicUrl: string
    readonly signInPath: string
    readonly csrfCookie: string
  }
}

type Definition<As> = {
  readonly guard: Guard<As>
  readonly limit: RouteLimit
  // Bodies are checked against the endpoint's schema before a handler sees them, so its own type may be narrower.
  // biome-ignore lint/suspicious/noExplicitAny: the schema of the same endpoint vouches for it
  handle(call: Call, as: As, body: any, params: any, query: any): Promise<Outcome>
}

const route = <As>(name: EndpointName, definition: Definition<As>): Route => {
  const { guard, limit, handle } = definition
  return {
    name,
    endpoint: endpoints[name],
    guard: guard.name,
    limit,
    run: async (call, steps) => {
      const checked = await guard.check(call)
      if (checked.kind === 'refusal') return (await steps.refused()) ?? checked
      const input = await steps.admitted(checked.sessionId)
      return input.kind === 'input' ? handle(call, checked.as, input.body, input.params, input.query) : input
    },
  }
}

const read: RouteLimit = { rule: 'read' }
const change: RouteLimit = { rule: 'change' }

export const createRoutes = ({
  guards,
  accounts,
  sessions,
  signingKeys,
  readiness,
  openApi,
  site,
}: RouteDeps): readonly Route[] => {
  const ready = async () => {
    const state = await readiness()
    return answer(state.status === 'down' ? 503 : 200, {
      json: state,
      ...(state.status === 'down' ? { headers: { 'Retry-After': '2' } } : {}),
    })
  }
  return [
    route('register', {
      guard: guards.ownPages,
      limit: { byHandler: ['signUpIp', 'signUpEmail'] },
      handle: accounts.register,
    }),
    route('login', {
      guard: guards.ownPages,
      limit: { byHandler: ['signInIp', 'signInIpHour', 'signInAny', 'signInAccount', 'signInDevice'] },
      handle: accounts.login,
    }),
    route('refresh', {
      guard: guards.refreshCookie,
      limit: { byHandler: ['refreshToken', 'refreshIp'] },
      handle: sessions.refresh,
    }),
    route('ack', { guard: guards.refreshCookie, limit: { byHandler: ['ackToken'] }, handle: sessions.ack }),
    route('logout', { guard: guards.leaving, limit: { rule: 'signOut' }, handle: sessions.logout }),
    route('logoutAll', { guard: guards.owner, limit: { rule: 'signOut' }, handle: sessions.logoutAll }),
    route('me', { guard: guards.signedIn, limit: read, handle: accounts.me }),
    route('csrf', { guard: guards.anyone, limit: read, handle: sessions.csrf }),
    route('continue', {
      guard: guards.anyone,
      limit: read,
      handle: async (call, _as, _body, _params, { returnTo }: { returnTo: string }) => {
        const safe = safeReturnTo(returnTo, site.publicUrl)
        if (safe === null)
          return refuse('validation_failed', { fields: [{ path: 'returnTo', code: 'invalid', key: 'fields.invalid' }] })
        const { app, authPath, signInPath, csrfCookie } = site
        return continuePage(call.locale, { app, authPath, signInPath, csrfCookie, returnTo: safe })
      },
    }),
    route('sessions', { guard: guards.signedIn, limit: read, handle: sessions.sessions }),
    route('endSession', { guard: guards.owner, limit: change, handle: sessions.endSession }),
    route('changePassword', {
      guard: guards.signedInChange,
      limit: { byHandler: ['passwordChange'] },
      handle: accounts.changePassword,
    }),
    route('authHealth', { guard: guards.anyone, limit: 'none', handle: ready }),
    route('live', { guard: guards.anyone, limit: 'none', handle: async () => answer(200, { json: { status: 'ok' } }) }),
    route('ready', { guard: guards.anyone, limit: 'none', handle: ready }),
    route('jwks', {
      guard: guards.anyone,
      limit: 'none',
      handle: async () =>
        answer(200, {
          json: { keys: (await signingKeys.published()).map((key) => key.publicJwk) },
          headers: {
            'Cache-Control': `public, max-age=${jwksMaxAgeSeconds}`,
            'Access-Control-Allow-Origin': '*',
            'Cross-Origin-Resource-Policy': 'cross-origin',
          },
        }),
    }),
    route('openapi', { guard: guards.anyone, limit: 'none', handle: async () => answer(200, { json: openApi() }) }),
  ]
}
