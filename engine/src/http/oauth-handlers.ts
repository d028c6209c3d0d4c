// Sign-in with providers over HTTP: the way there, the way back, and what the front end then comes for.
import type { ProviderError } from '@vigile/contract'
import type { FindServer, Reach } from '../oauth/authorization-server.ts'
import { type CallbackDeps, finishFlow, handleLifeMs } from '../oauth/callback.ts'
import { type ExchangeDeps, exchangeHandle } from '../oauth/exchange.ts'
import { failedFlow } from '../oauth/failed-flow.ts'
import {
  type FlowCookie,
  type Handle,
  handleHashOf,
  markOf,
  parseFlowState,
  parseHandle,
} from '../oauth/flow-secrets.ts'
import type { Provider } from '../oauth/provider.ts'
import type { ProviderFault } from '../oauth/provider-fault.ts'
import { flowLifeMs, type StartDeps, startFlow } from '../oauth/start.ts'
import type { HandlePurpose } from '../oauth/store.ts'
import type { ProviderClients } from '../provider-calls/provider-clients.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import type { Cookies, FlowKind } from './cookies.ts'
import { goOnPage } from './go-on-page.ts'
import { bySession } from './guards.ts'
import { localeOf } from './locale.ts'
import { isOwnNavigation, type Origins } from './origin.ts'
import { type Answer, answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import { placeOf } from './place.ts'
import type { InputOf } from './read-input.ts'
import type { WaysIn } from './ways-in.ts'

export type OAuthHandlerDeps = Omit<StartDeps & CallbackDeps & ExchangeDeps, 'findServer' | 'redirectUri'> & {
  readonly findServer: FindServer
  readonly clientOf: ProviderClients['of']
  readonly publicUrl: string
  readonly authPath: string
  readonly signInPath: string
  readonly origins: Origins
  readonly cookies: Cookies
  readonly waysIn: WaysIn
}

/** A browser keeps so many flows at once: more were left half-way, or planted. */
const maxFlows = 8
/** Set-Cookie lines have to fit into what proxies take of headers. */
const maxClearedAtOnce = 16

export const createOAuthHandlers = (deps: OAuthHandlerDeps) => {
  const { cookies, origins, publicUrl, authPath, signInPath } = deps
  const acts = { ...deps, redirectUri: ({ id }: Provider) => `${publicUrl}${authPath}/oauth/${id}/callback` }

  const reachOf = (id: string, { leftMs }: Call): Reach | null => {
    const provider = deps.providers.find((one) => one.id === id)
    return provider ? { provider, client: deps.clientOf(id, 'sign-in'), leftMs } : null
  }

  /** The new flow's cookie; of those that are too many the oldest go. */
  const setFlow = (call: Call, kind: FlowKind, cookie: FlowCookie, lifeMs: number): readonly string[] => {
    const surplus = new Set(call.jar[kind].slice(0, 1 - maxFlows).map(({ mark }) => mark))
    const cleared = [...surplus].slice(0, maxClearedAtOnce).map((mark) => cookies.clearFlow(kind, mark))
    return [...cleared, cookies.setFlow(kind, cookie, lifeMs / 1000)]
  }

  const toFrontend = (
    frontend: string,
    said: Readonly<Record<string, string>>,
    set: readonly string[] = [],
  ): Answer => {
    const Location = `${frontend}/auth/callback?${new URLSearchParams(said)}`
    return answer(303, { headers: { Location }, cookies: set })
  }

  /** For whoever is signed in: to connect an account, or to sign in again with one. */
  const startSignedIn = async (
    call: Call,
    { session }: VerifiedSession,
    { params, body }: Pick<InputOf<'startLink'>, 'params' | 'body'>,
    purpose: HandlePurpose,
  ): Promise<Outcome> => {
    const reach = reachOf(params.provider, call)
    if (!reach) return refuse('not_found')
    const place = placeOf(body.returnTo ?? '/', origins, authPath)
    if (!place) return badReturnTo
    const { context } = call
    const linking = bySession(session)
    const started = await startFlow(acts, { reach, ...place, again: purpose === 'sign_in', purpose, linking, context })
    if (!started.ok) return notSentTo(reach.provider, started)
    const set = setFlow(call, 'oauth', started.cookie, flowLifeMs)
    return answer(200, { json: { location: started.location }, cookies: set })
  }

  const onRecord = async ({ context }: Call, provider: string | null): Promise<void> =>
    deps.audit.append([failedFlow(deps, { provider, reason: 'malformed', linking: null, context })])

  return {
    start: async (call: Call, _as: null, { params, query }: InputOf<'oauthStart'>): Promise<Outcome> => {
      const reach = reachOf(params.provider, call)
      if (!reach) return refuse('not_found')
      const place = placeOf(query.returnTo ?? '/', origins, authPath)
      if (!place) return badReturnTo
      if (!isOwnNavigation(call.request.headers, origins)) {
        const href = `${authPath}/oauth/${params.provider}${new URL(call.request.url).search}`
        return goOnPage(localeOf(call), { provider: reach.provider.name, href, signInPath })
      }
      const { context } = call
      const started = await startFlow(acts, {
        reach,
        ...place,
        again: query.again === '1',
        purpose: 'sign_in',
        linking: null,
        context,
      })
      if (!started.ok) return toFrontend(place.frontend, failed(started.error, params, place))
      const set = setFlow(call, 'oauth', started.cookie, flowLifeMs)
      return answer(303, { headers: { Location: started.location }, cookies: set })
    },

    callback: async (call: Call, _as: null, { params, query }: InputOf<'oauthCallback'>): Promise<Outcome> => {
      const reach = reachOf(params.provider, call)
      if (!reach) return refuse('not_found')
      const state = parseFlowState(query.state)
      if (!state) throw new Error('a state passed its schema without having its form')
      const { jar, context, request } = call
      const answered = new URL(request.url).searchParams
      const result = await finishFlow(acts, { reach, state, answer: answered, cookies: jar.oauth, context })
      if (result.ok === false && result.error === 'sign_in_expired') return refuse('sign_in_expired')
      const { frontend, isLinking, mark } = result
      const over = cookies.clearFlow('oauth', mark)
      if (!result.ok) {
        const said = { ...failed(result.error, params, result), ...(isLinking && { link: '1' }) }
        return toFrontend(frontend, said, [over])
      }
      const set = setFlow(call, 'exchange', result.cookie, handleLifeMs)
      const { returnTo } = result
      const said = { [isLinking ? 'link' : 'session']: result.handle, provider: params.provider, returnTo }
      return toFrontend(frontend, said, [over, ...set])
    },

    /** Nothing that Vigile has sent anybody to a provider with. */
    badCallback: async (call: Call): Promise<Outcome> => {
      await onRecord(call, null)
      return refuse('sign_in_expired')
    },

    exchange: async (call: Call, _as: null, { body }: InputOf<'exchangeSession'>): Promise<Outcome> => {
      const brought = await deps.waysIn.brought(call)
      if (brought.kind === 'refusal') return brought
      const handle = handleOf(body.sessionId)
      const result = await exchangeHandle(
        { ...acts, limiter: call.limiter },
        { ...brought, handle, cookies: call.jar.exchange },
      )
      if (!result.ok && result.error === 'rate_limited') return refuse('rate_limited', { verdict: result.verdict })
      if (!result.ok) return refuse(result.error, result.error === 'invalid_credentials' ? notAccepted : {})
      const over = cookies.clearFlow('exchange', markOf(handleHashOf(handle)))
      const { value, returnTo } = result
      return deps.waysIn.answer(value, { verdict: null, more: { returnTo }, cookies: [over] })
    },

    badHandle: async (call: Call, refusal: Refusal): Promise<Outcome> => {
      await onRecord(call, null)
      return refusal
    },

    startLink: async (call: Call, verified: VerifiedSession, input: InputOf<'startLink'>): Promise<Outcome> =>
      startSignedIn(call, verified, input, 'link'),

    startAgain: async (call: Call, verified: VerifiedSession, input: InputOf<'startAgain'>): Promise<Outcome> =>
      startSignedIn(call, verified, input, 'sign_in'),
  }
}

/** What the front end says, and offers to try again. */
const failed = (error: ProviderError, { provider }: { provider: string }, { returnTo }: { returnTo: string }) => ({
  error,
  provider,
  returnTo,
})
const badReturnTo = refuse('validation_failed', {
  fields: [{ path: 'returnTo', code: 'invalid', key: 'fields.invalid' }],
})
/** Whoever links is signed in: there is no other way to be taken. */
const notSentTo = ({ name: provider }: Provider, { error, retryAfterSeconds }: ProviderFault): Refusal =>
  error === 'provider_unavailable'
    ? refuse(error, {
        detail: { key: 'providerDown', values: { provider } },
        ...(retryAfterSeconds !== null && { retryAfterSeconds }),
      })
    : refuse('provider_refused', { detail: { key: 'providerMisset', values: { provider } } })
const notAccepted = { detail: { key: 'providerNotAccepted' } } as const

/** The contract's pattern is the same: a handle that has not its form never comes so far. */
export const handleOf = (text: string): Handle => {
  const handle = parseHandle(text)
  if (!handle) throw new Error('a handle passed its schema without having its form')
  return handle
}
