// What is known of a provider's server: its addresses, written down or discovered (OpenID Connect Discovery 1.0, RFC 8414).
import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi'
import type { Clock } from '../primitives/clock.ts'
import type { ProviderClient } from '../provider-calls/provider-client.ts'
import { ProviderCallError, providerFetch } from '../provider-calls/provider-fetch.ts'
import type { Provider, ProviderServer } from './provider.ts'

/** What was discovered holds for so long. */
const heldMs = 3_600_000

/** A provider, and how it is reached. */
export type Reach = {
  readonly provider: Provider
  readonly client: ProviderClient
  /** Milliseconds that are left for the answer to the browser. */
  readonly leftMs: () => number
}

/** Rejects with a `ProviderCallError` where the provider can't be asked, and with another error where what it says is not to be used. */
export type FindServer = (reach: Reach) => Promise<AuthorizationServer>

/** Calls of the library go through the provider's client. Plain http is for a provider on this machine (S-65). */
export const callsWith = ({ provider, client, leftMs }: Reach, { repeatable }: { readonly repeatable: boolean }) => ({
  [allowInsecureRequests]: new URL(provider.server.issuer).protocol === 'http:',
  [customFetch]: (url: string, init: object) => providerFetch(client, { repeatable, leftMs })(url, init),
})

/** `login` of OpenID Connect is more than a wish: what came of it is in the ID token (Core 1.0 section 3.1.2.1). */
export const promisesFresh = (provider: Provider): boolean => isOpenId(provider) && provider.again === 'login'

export const isOpenId = ({ server }: Provider): boolean => server.kind === 'discovery'

/** Holds what it has found, and asks once however many wait. What failed is asked again by the next. */
export const createFindServer = ({ clock }: { readonly clock: Clock }): FindServer => {
  const found = new Map<string, { readonly server: Promise<AuthorizationServer>; readonly until: number }>()
  return async (reach) => {
    const { id, server } = reach.provider
    if (server.kind === 'fixed') return fixed(server)
    const held = found.get(id)
    if (held && held.until > clock.now()) return held.server
    const asked = discover(reach, server.issuer)
    found.set(id, { server: asked, until: clock.now() + heldMs })
    asked.catch(() => found.delete(id))
    return asked
  }
}

const fixed = (server: ProviderServer & { readonly kind: 'fixed' }): AuthorizationServer => ({
  issuer: server.issuer,
  authorization_endpoint: server.authorizationEndpoint,
  token_endpoint: server.tokenEndpoint,
  ...(server.revocationEndpoint && { revocation_endpoint: server.revocationEndpoint }),
})

const discover = async (reach: Reach, issuer: string): Promise<AuthorizationServer> => {
  const url = new URL(issuer)
  const response = await discoveryRequest(url, callsWith(reach, { repeatable: true }))
  const server = await processDiscoveryResponse(url, response)
  // Where people are sent to is opened by their browser, not by our client: it is looked at here (S-65).
  const page = URL.parse(server.authorization_endpoint ?? '')
  const isSafe = page?.protocol === 'https:' || (page?.protocol === 'http:' && url.protocol === 'http:')
  if (!isSafe) throw new ProviderCallError({ error: 'provider_refused', retryAfterSeconds: null })
  return server
}
