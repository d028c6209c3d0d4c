// A site whose people sign in with stand-ins of Discord and of an OpenID provider.
import { discord, oidc } from '@vigile/engine'
import { type DiscordStandIn, startDiscord } from '../providers/discord.ts'
import { type OidcStandIn, startOidc } from '../providers/oidc.ts'
import { type Walk, walk } from '../providers/walk.ts'
import { openSite, type Site, type SiteOptions, type StoreKind } from '../support/site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'

export type ProviderSite = Site & {
  readonly discord: DiscordStandIn
  readonly campus: OidcStandIn
}

/** No waits between repetitions: what is waited for is tested where it is decided. */
const providerCalls = { retryWaitsSeconds: [0, 0, 0] }

export const openProviderSite = async (kind: StoreKind, options: SiteOptions = {}): Promise<ProviderSite> => {
  const publicUrl = options.publicUrl ?? 'http://localhost:3000'
  const callbackOf = (id: string) => `${publicUrl}/api/auth/oauth/${id}/callback`
  const [discordServer, campus] = await Promise.all([
    startDiscord({ redirectUris: [callbackOf('discord')] }),
    startOidc({ redirectUris: [callbackOf('campus')], tokenAuth: 'client_secret_basic' }),
  ])
  const providers = [
    discord({
      clientId: discordServer.client.id,
      clientSecret: discordServer.client.secret,
      site: discordServer.url,
    }),
    oidc({
      id: 'campus',
      name: 'Campus',
      issuer: campus.issuer,
      clientId: campus.client.id,
      clientSecret: campus.client.secret,
    }),
  ]
  const site = await openSite(kind, { providers, providerCalls, ...options })
  return {
    ...site,
    discord: discordServer,
    campus,
    close: async () => {
      await site.close()
      await Promise.all([discordServer.close(), campus.close()])
    },
  }
}

export type ProviderId = 'discord' | 'campus'

/** The path and query of an address. */
export const pathOf = (address: string): string => {
  const { pathname, search } = new URL(address)
  return `${pathname}${search}`
}

const placeOf = ({ headers }: Reply): string => headers.get('location') ?? ''

/** To the provider and, by its pages, back: gives the path of the callback, which nobody has opened yet. */
export const toCallback = async (
  visitor: Visitor,
  provider: ProviderId = 'discord',
  { query = '', ...person }: Walk & { readonly query?: string } = {},
): Promise<string> => {
  const reply = await visitor.get(`/api/auth/oauth/${provider}${query}`)
  if (reply.status !== 303) throw new Error(`${reply.status} ${reply.text}`)
  return pathOf(await walk(placeOf(reply), person))
}

/** Where the callback sends the browser. */
export const landing = (reply: Reply): URL => {
  if (reply.status !== 303) throw new Error(`${reply.status} ${reply.text}`)
  return new URL(placeOf(reply))
}

export const handleIn = (reply: Reply): string => landing(reply).searchParams.get('session') ?? ''

/** Up to the handle that the front end is to come for. */
export const toHandle = async (
  visitor: Visitor,
  provider?: ProviderId,
  more?: Parameters<typeof toCallback>[2],
): Promise<string> => handleIn(await visitor.get(await toCallback(visitor, provider, more)))

export const exchange = (visitor: Visitor, sessionId: unknown): Promise<Reply> =>
  visitor.post('/api/auth/exchange-session', { sessionId })

/** The whole way. */
export const signInWith = async (
  visitor: Visitor,
  provider?: ProviderId,
  more?: Parameters<typeof toCallback>[2],
): Promise<Reply> => exchange(visitor, await toHandle(visitor, provider, more))
