// Google, which speaks OpenID Connect: https://developers.google.com/identity/openid-connect/openid-connect
import { credentialsOf, type ProviderOptions } from './credentials.ts'
import { oidcProfile } from './oidc.ts'
import type { Provider } from './provider.ts'
import { AccountNotAllowedError } from './provider-fault.ts'

export type GoogleOptions = ProviderOptions & {
  /** Only accounts of this Workspace domain; default: any account. */
  readonly hostedDomain?: string | undefined
  /** Another address of Google, for tests. */
  readonly issuer?: string | undefined
}

/**
 * Sign-in with Google. Id and secret come from `GOOGLE_CLIENT_ID` and `GOOGLE_CLIENT_SECRET` where they are not given. Scopes:
 * `openid email profile`.
 *
 * @example
 * google({ hostedDomain: 'example.com' })
 */
export const google = (options: GoogleOptions = {}): Provider => {
  const { hostedDomain, issuer = 'https://accounts.google.com' } = options
  return {
    id: 'google',
    name: 'Google',
    ...credentialsOf('google', options),
    server: { kind: 'discovery', issuer },
    scopes: options.scopes ?? ['openid', 'email', 'profile'],
    again: 'select_account',
    tokenAuth: 'post',
    profile: async (read, claims, userinfoEndpoint) => {
      // By the claim, never by the address: anybody can have an account with an address of another domain.
      if (hostedDomain !== undefined && claims?.hd !== hostedDomain) throw new AccountNotAllowedError('hosted_domain')
      const profile = await oidcProfile(read, claims, userinfoEndpoint)
      return { ...profile, label: profile.email?.slice(0, 100) ?? null }
    },
    reads: options.reads ?? {},
  }
}
