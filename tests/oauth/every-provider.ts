// A site with a button for each kind of provider, each of which has one person.
import { discord, github, google, oauth2, oidc } from '@vigile/engine'
import { type DiscordPerson, type DiscordStandIn, startDiscord } from '../providers/discord.ts'
import { type GitHubPerson, type GitHubStandIn, startGitHub } from '../providers/github.ts'
import { type OidcStandIn, startOidc } from '../providers/oidc.ts'
import type { StandIn } from '../providers/stand-in.ts'
import { openSite, type Site, type StoreKind } from '../support/site.ts'

/** `forge` is any provider that speaks OAuth 2: what stands in for it speaks as Discord does. `campus` has its claims at userinfo. */
export const providerIds = ['discord', 'google', 'github', 'campus', 'forge'] as const
export type ProviderId = (typeof providerIds)[number]

export type EveryProvider = Site & {
  readonly discord: DiscordStandIn
  readonly google: OidcStandIn
  readonly github: GitHubStandIn
  readonly campus: OidcStandIn
  readonly forge: DiscordStandIn
  readonly standIn: (id: ProviderId) => StandIn
  /** The person of the provider's name gets this email there. */
  setEmail(id: ProviderId, email: string | null, verified: boolean): void
}

export const openEveryProvider = async (kind: StoreKind): Promise<EveryProvider> => {
  const redirectUris = (id: ProviderId) => [`http://localhost:3000/api/auth/oauth/${id}/callback`]
  const [discordServer, googleServer, githubServer, campus, forge] = await Promise.all([
    startDiscord({ redirectUris: redirectUris('discord'), people: [discordPerson('discord', '1')] }),
    startOidc({ redirectUris: redirectUris('google'), people: [oidcPerson('google')] }),
    startGitHub({ redirectUris: redirectUris('github'), people: [githubPerson] }),
    startOidc({ redirectUris: redirectUris('campus'), people: [oidcPerson('campus')], claimsIn: 'userinfo' }),
    startDiscord({ redirectUris: redirectUris('forge'), people: [discordPerson('forge', '1')] }),
  ])
  const credentialsOf = ({ client }: { readonly client: { readonly id: string; readonly secret: string } }) => ({
    clientId: client.id,
    clientSecret: client.secret,
  })
  const providers = [
    discord({ ...credentialsOf(discordServer), site: discordServer.url }),
    google({ ...credentialsOf(googleServer), issuer: googleServer.issuer }),
    github({ ...credentialsOf(githubServer), site: githubServer.url, api: githubServer.api }),
    oidc({ ...credentialsOf(campus), id: 'campus', name: 'Campus', issuer: campus.issuer, tokenAuth: 'post' }),
    oauth2({
      ...credentialsOf(forge),
      id: 'forge',
      name: 'Forge',
      authorizationEndpoint: `${forge.url}/oauth2/authorize`,
      tokenEndpoint: `${forge.url}/api/oauth2/token`,
      revocationEndpoint: `${forge.url}/api/oauth2/token/revoke`,
      scopes: ['identify', 'email'],
      tokenAuth: 'basic',
      profile: {
        url: `${forge.url}/api/users/@me`,
        of: (user: { id: string; global_name: string; email: string | null; verified: boolean }) => ({
          subject: user.id,
          name: user.global_name,
          email: user.email,
          emailVerified: user.verified,
        }),
      },
    }),
  ]
  const site = await openSite(kind, { providers, providerCalls: { retryWaitsSeconds: [0, 0, 0] } })
  const standIns = { discord: discordServer, google: googleServer, github: githubServer, campus, forge }
  return {
    ...site,
    ...standIns,
    standIn: (id) => standIns[id],
    setEmail: (id, email, verified) => {
      if (id === 'github') {
        const emails = email === null ? [] : [{ email, primary: true, verified }]
        githubServer.people.set('github', { ...githubPerson, emails })
      } else if (id === 'discord' || id === 'forge') {
        standIns[id].people.set(id, { ...discordPerson(id, '1'), email, verified })
      } else {
        const { email: _, ...person } = oidcPerson(id)
        const all = email === null ? person : { ...person, email, email_verified: verified }
        standIns[id].people.set(id, all)
      }
    },
    close: async () => {
      await site.close()
      await Promise.all(Object.values(standIns).map((one) => one.close()))
    },
  }
}

const emailOf = (id: ProviderId) => `${id}@example.com`

const discordPerson = (id: ProviderId, subject: string): DiscordPerson => ({
  id: subject,
  username: id,
  global_name: `Ada of ${id}`,
  email: emailOf(id),
  verified: true,
})

const githubPerson: GitHubPerson = {
  id: 1,
  login: 'github',
  name: 'Ada of github',
  emails: [{ email: emailOf('github'), primary: true, verified: true }],
}

const oidcPerson = (id: ProviderId) => ({
  sub: id,
  name: `Ada of ${id}`,
  email: emailOf(id),
  email_verified: true,
})
