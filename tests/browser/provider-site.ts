// A site where people can sign in with Discord, Google, GitHub and an OpenID provider, all of them stand-ins; and what people do
// on their pages.
import { discord, github, google, oidc, type VigileOptions } from '@vigile/engine'
import type { Page } from 'playwright-core'
import { type DiscordStandIn, startDiscord } from '../providers/discord.ts'
import { type GitHubStandIn, startGitHub } from '../providers/github.ts'
import { type OidcStandIn, startOidc } from '../providers/oidc.ts'
import type { BrowserSite } from './site.ts'

export type StandIns = {
  readonly discord: DiscordStandIn
  readonly github: GitHubStandIn
  /** OpenID Connect with all claims in the ID token. */
  readonly google: OidcStandIn
  /** OpenID Connect with the claims at userinfo. */
  readonly acme: OidcStandIn
}

/** Opens a site with them. @example const site = await withProviders((options) => openBrowserSite('embedded', options)) */
export const withProviders = async <Site extends BrowserSite>(
  open: (options: Required<Pick<VigileOptions, 'providers'>>) => Promise<Site>,
): Promise<Site & { readonly standIns: StandIns }> => {
  const [discordServer, githubServer, googleServer, acmeServer] = await Promise.all([
    startDiscord(),
    startGitHub(),
    startOidc(),
    startOidc({ claimsIn: 'userinfo', tokenAuth: 'client_secret_basic' }),
  ])
  const standIns = { discord: discordServer, github: githubServer, google: googleServer, acme: acmeServer }
  const credentials = ({ client }: StandIns[keyof StandIns]) => ({ clientId: client.id, clientSecret: client.secret })
  const site = await open({
    providers: [
      discord({ ...credentials(discordServer), site: discordServer.url }),
      google({ ...credentials(googleServer), issuer: googleServer.issuer }),
      github({ ...credentials(githubServer), site: githubServer.url, api: githubServer.api }),
      oidc({ ...credentials(acmeServer), id: 'acme', name: 'Acme', issuer: acmeServer.issuer }),
    ],
  })
  for (const [id, { client }] of Object.entries(standIns))
    client.redirectUris.push(`${site.url}/api/auth/oauth/${id}/callback`)
  return {
    ...site,
    standIns,
    close: async () => {
      await site.close()
      await Promise.all(Object.values(standIns).map((one) => one.close()))
    },
  }
}

/** On a page of the site: goes to a provider, and waits for its page. */
export const goTo = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name: new RegExp(`(with|avec) ${name}`) }).click()
  await page.getByRole('button', { name: 'Authorize' }).waitFor()
}

/** On the provider's page. */
export const decide = async (
  page: Page,
  { account, decision = 'Authorize' }: { readonly account?: string; readonly decision?: 'Authorize' | 'Cancel' } = {},
): Promise<void> => {
  if (account !== undefined) await page.locator('select[name=account]').selectOption(account)
  await page.getByRole('button', { name: decision }).click()
}

/** The whole way: from the sign-in page to wherever it leads. */
export const signInWith = async (page: Page, site: { readonly url: string }, name: string, account?: string) => {
  await page.goto(`${site.url}/sign-in`)
  await goTo(page, name)
  await decide(page, account === undefined ? {} : { account })
}
