// What the provider gives for the code: the tokens, checked by the certified library (RFC 6749, OpenID Connect Core 1.0 section
// 3.1.3.7), and who they are of. The code is sent once: a second time could be taken for theft, and end the tokens (RES-1).
import {
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  type Client,
  clockTolerance,
  getValidatedIdTokenClaims,
  KEY_SELECTION,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  type TokenEndpointResponse,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from 'oauth4webapi'
import type { Clock } from '../primitives/clock.ts'
import { ProviderCallError, readJsonWith } from '../provider-calls/provider-fetch.ts'
import { callsWith, type FindServer, isOpenId, type Reach } from './authorization-server.ts'
import { authenticationOf } from './client-authentication.ts'
import { type FlowSecret, type FlowState, nonceOf, verifierOf } from './flow-secrets.ts'
import type { Provider, Tokens } from './provider.ts'
import { AccountNotAllowedError, BadProfileError } from './provider-fault.ts'
import type { HandleContent } from './sealed-handle.ts'

export type ExchangeCodeDeps = {
  readonly findServer: FindServer
  readonly redirectUri: (provider: Provider) => string
  readonly clock: Clock
}

/** Clocks of providers and ours may differ by so much. */
export const toleratedSeconds = 30
/** Longer ones are nobody's. */
const maxTokenLength = 8_192
const maxLifeSeconds = 10 * 365 * 86_400

/** Rejects with the provider's fault (`provider-fault.ts`). `answer`: what it sent the browser back with. */
export const exchangeCode = async (
  deps: ExchangeCodeDeps,
  input: {
    readonly reach: Reach
    readonly answer: URLSearchParams
    readonly state: FlowState
    readonly secret: FlowSecret
    /** The person must have signed in there since; null: whenever. Epoch milliseconds. */
    readonly freshSince: number | null
  },
): Promise<HandleContent> => {
  const { reach, answer, state, secret, freshSince } = input
  const { provider, client: calls, leftMs } = reach
  const server = await deps.findServer(reach)
  const client: Client = { client_id: provider.clientId, [clockTolerance]: toleratedSeconds }
  // RFC 9207: `iss`, where it is sent, is this provider's (S-66).
  const checked = validateAuthResponse(server, client, answer, state)
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    authenticationOf(provider),
    checked,
    deps.redirectUri(provider),
    verifierOf(secret, state),
    callsWith(reach, { repeatable: false }),
  )
  const isOidc = isOpenId(provider)
  const answered = await processAuthorizationCodeResponse(server, client, response, {
    ...(isOidc && { expectedNonce: nonceOf(secret, state), requireIdToken: true }),
    // `auth_time` is there then, and lies no further back than the flow's beginning.
    ...(freshSince !== null && { maxAge: Math.ceil((deps.clock.now() - freshSince) / 1000) }),
  })
  if (isOidc) await checkSignature(server, response, reach)
  const tokens = tokensOf(answered, deps.clock.now())
  const claims = (isOidc && getValidatedIdTokenClaims(answered)) || null
  const read = readJsonWith(calls, tokens.accessToken, { leftMs })
  const profile = await provider.profile(read, claims, server.userinfo_endpoint ?? null).catch((cause: unknown) => {
    const isSaid = cause instanceof ProviderCallError || cause instanceof AccountNotAllowedError
    throw isSaid ? cause : new BadProfileError('no profile', { cause })
  })
  return { issuer: provider.server.issuer, profile, tokens }
}

/** Keys that were changed since they were fetched are fetched once more. */
const checkSignature = async (server: AuthorizationServer, response: Response, reach: Reach): Promise<void> => {
  const options = callsWith(reach, { repeatable: true })
  try {
    await validateApplicationLevelSignature(server, response, options)
  } catch (error) {
    if (!(error instanceof OperationProcessingError) || error.code !== KEY_SELECTION) throw error
    // The library holds keys by the server's description: a copy of that has none yet.
    await validateApplicationLevelSignature({ ...server }, response, options)
  }
}

export const tokensOf = (answered: TokenEndpointResponse, now: number): Tokens => {
  const { access_token: accessToken, refresh_token: refreshToken = null, expires_in: life, scope = null } = answered
  if (Math.max(accessToken.length, refreshToken?.length ?? 0, scope?.length ?? 0) > maxTokenLength)
    throw new ProviderCallError({ error: 'provider_refused', retryAfterSeconds: null })
  return { accessToken, refreshToken, expiresAt: endOf(life, now), scope }
}

/** It is stored, so it must be a whole number and no endless one. Null: what was said makes no sense, as if nothing had been. */
const endOf = (life: number | undefined, now: number): number | null =>
  life !== undefined && life >= 1 ? now + Math.floor(Math.min(life, maxLifeSeconds)) * 1000 : null
