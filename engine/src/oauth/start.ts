// The beginning of a sign-in with a provider: what is remembered of it, and the address at the provider (OAU-2).
import { calculatePKCECodeChallenge } from 'oauth4webapi'
import type { Context } from '../audit/entry.ts'
import { type FindServer, isOpenId, promisesFresh, type Reach } from './authorization-server.ts'
import {
  browserHashOf,
  createFlowSecret,
  createFlowState,
  type FlowCookie,
  markOf,
  nonceOf,
  stateHashOf,
  verifierOf,
} from './flow-secrets.ts'
import type { Provider } from './provider.ts'
import { type ProviderFault, providerFault } from './provider-fault.ts'
import { type ReportFaultDeps, reportStart } from './report-fault.ts'
import type { HandlePurpose, Linking, OAuthStateStore } from './store.ts'

/** How long people may take at the provider. */
export const flowLifeMs = 10 * 60_000

export type StartDeps = ReportFaultDeps & {
  readonly findServer: FindServer
  readonly oauthStates: Pick<OAuthStateStore, 'insert'>
  /** Where the provider sends the browser back to. */
  readonly redirectUri: (provider: Provider) => string
}

export type StartInput = {
  readonly reach: Reach
  /** The front end's origin, and a path there; both checked. */
  readonly frontend: string
  readonly returnTo: string
  /** The provider is to ask anew who is there. */
  readonly again: boolean
  readonly purpose: HandlePurpose
  /** Who is signed in here and begins; null: nobody. With `sign_in` no other account is let in by it. */
  readonly linking: Linking | null
  readonly context: Context
}

/** `cookie`: the flow's, for this browser alone. */
export type Started = { readonly ok: true; readonly location: string; readonly cookie: FlowCookie }

/** Refuses what the provider's own fault is: it does not answer, or what it says of itself is not to be used. That is on record. */
export const startFlow = async (deps: StartDeps, input: StartInput): Promise<Started | ProviderFault> => {
  const started = await start(deps, input)
  if (!started.ok) await reportStart(deps, { ...input, provider: input.reach.provider.id }, started)
  return started
}

const start = async (deps: StartDeps, input: StartInput): Promise<Started | ProviderFault> => {
  const { reach, frontend, returnTo, purpose, linking } = input
  const { provider, client } = reach
  // Known to be down, or to want no more of us: nobody is sent there, to come home with nothing.
  if (['open', 'paused'].includes(client.read().state))
    return { ok: false, error: 'provider_unavailable', says: 'down', retryAfterSeconds: null }
  const state = createFlowState()
  const secret = createFlowSecret()
  const stateHash = stateHashOf(state)
  const found = await deps.findServer(reach).then((server) => ({ ok: true, server }) as const, providerFault)
  if (!found.ok) return found
  const url = new URL(found.server.authorization_endpoint ?? '')
  const asked = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: deps.redirectUri(provider),
    scope: provider.scopes.join(' '),
    state,
    code_challenge: await calculatePKCECodeChallenge(verifierOf(secret, state)),
    code_challenge_method: 'S256',
    ...(isOpenId(provider) && { nonce: nonceOf(secret, state) }),
    ...(input.again && provider.again !== null && { prompt: provider.again }),
    ...(input.again && promisesFresh(provider) && { max_age: '0' }),
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)

  const now = deps.clock.now()
  await deps.oauthStates.insert({
    stateHash,
    provider: provider.id,
    browserHash: browserHashOf(stateHash, secret),
    frontend,
    returnTo,
    purpose,
    linking,
    createdAt: now,
    expiresAt: now + flowLifeMs,
  })
  return { ok: true, location: url.href, cookie: { mark: markOf(stateHash), value: secret } }
}
