// The browser comes back from the provider. The state is used up first, before the rest is looked at; then the code is exchanged; and
// what the provider says waits under a handle for the browser that began. Nothing else is made (OAU-2 to OAU-4).
import type { ProviderError } from '@vigile/contract'
import { parseEmail } from '../accounts/email.ts'
import type { Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Alarm } from '../primitives/alarm.ts'
import type { Log } from '../primitives/log.ts'
import { promisesFresh, type Reach } from './authorization-server.ts'
import { type ExchangeCodeDeps, exchangeCode } from './exchange-code.ts'
import { failedFlow, reasonOf } from './failed-flow.ts'
import {
  browserHashOf,
  createFlowSecret,
  createHandle,
  type FlowCookie,
  type FlowSecret,
  type FlowState,
  type Handle,
  handleHashOf,
  markOf,
  secretsOf,
  stateHashOf,
} from './flow-secrets.ts'
import { AccountNotAllowedError, badCredentials, providerFault } from './provider-fault.ts'
import { type HandleContent, sealHandle } from './sealed-handle.ts'
import type { OAuthHandleStore, OAuthState, OAuthStateStore } from './store.ts'

/** How long the front end may take to come for what waits. */
export const handleLifeMs = 5 * 60_000

export type CallbackDeps = ExchangeCodeDeps & {
  readonly oauthStates: Pick<OAuthStateStore, 'use' | 'standing'>
  readonly oauthHandles: Pick<OAuthHandleStore, 'insert'>
  readonly identities: Pick<IdentityStore, 'findBySubject'>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly audit: AuditStore
  readonly log: Log
  readonly alarm: Alarm
}

export type CallbackInput = {
  readonly reach: Reach
  readonly state: FlowState
  /** All that the provider sent. */
  readonly answer: URLSearchParams
  /** The browser's cookies of flows. */
  readonly cookies: readonly FlowCookie[]
  readonly context: Context
}

/** RFC 6749 section 4.1.2.1: what the provider will have mended by itself. */
const isPassing = new Set(['server_error', 'temporarily_unavailable'])

/** Where the browser goes, and the mark of the flow that is over. */
type CameBack = {
  readonly frontend: string
  readonly returnTo: string
  readonly isLinking: boolean
  readonly mark: string
}

export type CallbackResult =
  /** `cookie`: what the handle can be exchanged with, for this browser alone. */
  | (CameBack & { readonly ok: true; readonly handle: Handle; readonly cookie: FlowCookie })
  | (CameBack & { readonly ok: false; readonly error: ProviderError })
  /** It is not known where this came from: the browser is sent nowhere. */
  | { readonly ok: false; readonly error: 'sign_in_expired' }

export const finishFlow = async (deps: CallbackDeps, input: CallbackInput): Promise<CallbackResult> => {
  const { reach, state, cookies, context } = input
  const provider = reach.provider.id
  const stateHash = stateHashOf(state)
  const secrets = new Map(secretsOf(stateHash, cookies).map((secret) => [browserHashOf(stateHash, secret), secret]))
  const wanted = { stateHash, provider, browserHashes: [...secrets.keys()] }
  const flow = await deps.oauthStates.use(wanted, deps.clock.now())
  const secret = flow && secrets.get(flow.browserHash)
  if (!flow || !secret) {
    const reason = reasonOf(await deps.oauthStates.standing(stateHash), { provider, now: deps.clock.now() })
    await deps.audit.append([failedFlow(deps, { provider, reason, linking: null, context })])
    return { ok: false, error: 'sign_in_expired' }
  }
  const { frontend, returnTo } = flow
  const isLinking = flow.purpose === 'link'
  const cameBack = { frontend, returnTo, isLinking, mark: markOf(stateHash) }
  const said = await askProvider(deps, input, flow, secret)
  if ('error' in said) {
    const { error: reason, says } = said
    await deps.audit.append([
      failedFlow(deps, { provider, reason, says, linking: isLinking ? flow.linking : null, context }),
    ])
    return { ...cameBack, ok: false, error: said.error }
  }
  return { ...cameBack, ok: true, ...said }
}

/** Who is signed in here signs in again. */
const isAgain = ({ purpose, linking }: OAuthState): boolean => purpose === 'sign_in' && linking !== null

type Failed = { readonly error: ProviderError; readonly says?: string }

const askProvider = async (
  deps: CallbackDeps,
  { reach, answer, state }: CallbackInput,
  flow: OAuthState,
  secret: FlowSecret,
): Promise<{ readonly handle: Handle; readonly cookie: FlowCookie } | Failed> => {
  const refused = answer.get('error')
  if (refused === 'access_denied') return { error: 'cancelled' }
  if (refused !== null && isPassing.has(refused)) return { error: 'provider_unavailable', says: refused }
  const freshSince = isAgain(flow) && promisesFresh(reach.provider) ? flow.createdAt : null
  const content = await exchangeCode(deps, { reach, answer, state, secret, freshSince }).catch((error: unknown) => {
    if (error instanceof AccountNotAllowedError) return { error: 'account_not_allowed', says: error.message } as const
    return providerFault(error)
  })
  if ('error' in content && !('ok' in content)) return content
  if ('ok' in content) {
    const { error, says, cause } = content
    const { id: provider } = reach.provider
    deps.log.warn(
      { provider, error, says, ...(cause !== undefined && { err: cause }) },
      'a provider did not sign somebody in',
    )
    if (content.isRegistration) deps.alarm({ provider, says, alert: 'provider_credentials' }, badCredentials)
    return { error, says }
  }
  const lacks = flow.linking === null ? await lacksEmail(deps, reach.provider.id, content) : null
  if (lacks) return { error: lacks }

  const handle = createHandle()
  const handleHash = handleHashOf(handle)
  const browser = createFlowSecret()
  const now = deps.clock.now()
  await deps.oauthHandles.insert({
    handleHash,
    purpose: flow.purpose,
    provider: flow.provider,
    browserHash: browserHashOf(handleHash, browser),
    sealed: sealHandle(deps.keyring, handleHash, content),
    returnTo: flow.returnTo,
    linking: flow.linking,
    createdAt: now,
    expiresAt: now + handleLifeMs,
  })
  return { handle, cookie: { mark: markOf(handleHash), value: browser } }
}

/** Said here already, where no account can come of it; the exchange asks again. */
const lacksEmail = async (
  { identities }: CallbackDeps,
  provider: string,
  { issuer, profile: { subject, email, emailVerified } }: HandleContent,
): Promise<'email_missing' | 'email_unverified' | null> => {
  const isGood = email !== null && parseEmail(email) !== null
  if (isGood && emailVerified) return null
  if (await identities.findBySubject({ provider, issuer, subject })) return null
  return isGood ? 'email_unverified' : 'email_missing'
}
