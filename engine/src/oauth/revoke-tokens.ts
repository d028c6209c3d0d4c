// What a provider gave in a person's name is given back when the person disconnects the account, or leaves (S-69, RFC 7009). As
// well as can be: a provider that is down keeps nobody connected here.
import { processRevocationResponse, revocationRequest } from 'oauth4webapi'
import { openTokens, type Tokens } from '../identities/sealed-tokens.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Log } from '../primitives/log.ts'
import type { ProviderClients } from '../provider-calls/provider-clients.ts'
import { providerFetch } from '../provider-calls/provider-fetch.ts'
import { callsWith, type FindServer, type Reach } from './authorization-server.ts'
import { authenticationOf } from './client-authentication.ts'
import type { Provider } from './provider.ts'

export type RevokeTokensDeps = {
  readonly providers: readonly Provider[]
  readonly clientOf: ProviderClients['of']
  readonly findServer: FindServer
  readonly keyring: Pick<Keyring, 'find'>
  readonly identities: Pick<IdentityStore, 'findBySubject'>
  readonly log: Log
}

/** For one identity, repetitions included. Nobody waits for it. */
const allowedMs = 10_000

/**
 * Never rejects: what could not be given back is in the log, without the token. Nor is it given back once the person has connected
 * the same account again: a provider may take one token for all that this application has of the person, the new ones too.
 */
export const revokeTokens = async (deps: RevokeTokensDeps, identities: readonly Identity[]): Promise<void> => {
  for (const identity of identities) {
    const { id, provider } = identity
    let isAgain = false
    const isWanted = async () => {
      isAgain = (await deps.identities.findBySubject(identity)) !== null
      return !isAgain
    }
    await revoke(deps, identity, isWanted).catch((error: unknown) => {
      if (isAgain)
        deps.log.info({ provider, identity: id }, 'tokens are not given back: the account is connected again')
      else
        deps.log.warn(
          { err: error, alert: 'tokens_kept', provider, identity: id },
          'a provider did not take tokens back',
        )
    })
  }
}

const revoke = async (deps: RevokeTokensDeps, identity: Identity, isWanted: () => Promise<boolean>): Promise<void> => {
  // Of another issuer under that id: its tokens are not for this one.
  const provider = deps.providers.find(
    ({ id, server }) => id === identity.provider && server.issuer === identity.issuer,
  )
  const tokens = provider && (await openTokens(deps.keyring, identity))
  if (!tokens) return
  const endsAt = performance.now() + allowedMs
  const shared = deps.clientOf(provider.id, 'revocation')
  const client = {
    ...shared,
    send: (...[request, options]: Parameters<typeof shared.send>) => shared.send(request, { ...options, isWanted }),
  }
  const reach = { provider, client, leftMs: () => endsAt - performance.now() }
  if (provider.revoke)
    await provider.revoke(providerFetch(reach.client, { repeatable: true, ...reach }), tokens, provider)
  else await revokeByStandard(deps, reach, tokens)
}

/** The refresh token first: with it most providers end all that came of the grant. */
const revokeByStandard = async (deps: RevokeTokensDeps, reach: Reach, tokens: Tokens): Promise<void> => {
  const server = await deps.findServer(reach)
  if (server.revocation_endpoint === undefined) return
  const { provider } = reach
  for (const [kind, token] of [
    ['refresh_token', tokens.refreshToken],
    ['access_token', tokens.accessToken],
  ] as const) {
    if (token === null) continue
    const response = await revocationRequest(
      server,
      { client_id: provider.clientId },
      authenticationOf(provider),
      token,
      {
        ...callsWith(reach, { repeatable: true }),
        additionalParameters: { token_type_hint: kind },
      },
    )
    await processRevocationResponse(response)
  }
}
