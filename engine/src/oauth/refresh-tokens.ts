// New tokens for a refresh token (RFC 6749, section 6). It is sent once: where a provider rotates them, a second time could be taken
// for theft (RFC 9700, section 4.14.2).
import { clockTolerance, processRefreshTokenResponse, ResponseBodyError, refreshTokenGrantRequest } from 'oauth4webapi'
import type { Alarm } from '../primitives/alarm.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { RefreshTokens } from '../provider-calls/fresh-token.ts'
import type { ProviderClients } from '../provider-calls/provider-clients.ts'
import { ProviderCallError } from '../provider-calls/provider-fetch.ts'
import { callsWith, type FindServer, type Reach } from './authorization-server.ts'
import { authenticationOf } from './client-authentication.ts'
import { tokensOf, toleratedSeconds } from './exchange-code.ts'
import type { Provider, Tokens } from './provider.ts'
import { badCredentials, providerFault } from './provider-fault.ts'

export type RefreshTokensDeps = {
  readonly clientOf: ProviderClients['of']
  readonly findServer: FindServer
  readonly clock: Clock
  readonly log: Log
  readonly alarm: Alarm
}

/** GitHub's word for it comes with 200. */
const isOver = (error: unknown): boolean => error === 'invalid_grant' || error === 'bad_refresh_token'

export const createRefreshTokens =
  (deps: RefreshTokensDeps, provider: Provider): RefreshTokens =>
  async (refreshToken, leftMs) => {
    try {
      return await ask(deps, { provider, client: deps.clientOf(provider.id, 'refresh'), leftMs }, refreshToken)
    } catch (error) {
      if (error instanceof ResponseBodyError && isOver(error.error)) return null
      const { error: code, says, retryAfterSeconds, isRegistration } = providerFault(error)
      if (isRegistration) deps.alarm({ provider: provider.id, says, alert: 'provider_credentials' }, badCredentials)
      deps.log.warn({ provider: provider.id, says }, 'a provider gave no new tokens')
      throw new ProviderCallError({ error: code, retryAfterSeconds })
    }
  }

const ask = async (deps: RefreshTokensDeps, reach: Reach, refreshToken: string): Promise<Tokens | null> => {
  const { provider } = reach
  const server = await deps.findServer(reach)
  const client = { client_id: provider.clientId, [clockTolerance]: toleratedSeconds }
  const calls = callsWith(reach, { repeatable: false })
  const response = await refreshTokenGrantRequest(server, client, authenticationOf(provider), refreshToken, calls)
  const said: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  if (response.ok && typeof said === 'object' && said !== null && 'error' in said && isOver(said.error)) return null
  return tokensOf(await processRefreshTokenResponse(server, client, response), deps.clock.now())
}
