// Any OpenID Connect provider, by discovery: https://openid.net/specs/openid-connect-core-1_0.html
import { boundedProfile } from './bounded-profile.ts'
import { credentialsOf, type ProviderOptions, providerVariable } from './credentials.ts'
import type { Claims, Profile, Provider, ReadJson } from './provider.ts'

export type OidcOptions = ProviderOptions & {
  /** In addresses: lower-case letters, digits and `-`; default `oidc`. Accounts are known by it: it must not change. */
  readonly id?: string | undefined
  /** What people read on the button. Default: `{ID}_NAME` of the environment, else `OpenID`. */
  readonly name?: string | undefined
  /** Its metadata is at `{issuer}/.well-known/openid-configuration`. Default: `{ID}_ISSUER` of the environment. */
  readonly issuer?: string | undefined
  /** How it is told the secret: in a header (`basic`, the default) or in the form (`post`). */
  readonly tokenAuth?: 'basic' | 'post' | undefined
}

/**
 * Sign-in with any OpenID Connect provider. Scopes: `openid email profile`. Where the ID token says nothing of the email, it is read
 * at the userinfo endpoint. Keys, addresses and what the provider can do are discovered.
 *
 * @example
 * oidc({ id: 'keycloak', name: 'Example Ltd', issuer: 'https://id.example.com/realms/staff', clientId, clientSecret })
 */
export const oidc = (options: OidcOptions = {}): Provider => {
  const { id = 'oidc' } = options
  const variable = (suffix: 'ISSUER' | 'NAME') => process.env[providerVariable(id, suffix)] || undefined
  return {
    id,
    name: options.name ?? variable('NAME') ?? 'OpenID',
    ...credentialsOf(id, options),
    server: { kind: 'discovery', issuer: options.issuer ?? variable('ISSUER') ?? '' },
    scopes: options.scopes ?? ['openid', 'email', 'profile'],
    again: 'login',
    tokenAuth: options.tokenAuth ?? 'basic',
    profile: oidcProfile,
    reads: options.reads ?? {},
  }
}

/** The standard claims, as a profile. */
export const oidcProfile = async (
  read: ReadJson,
  claims: Claims | null,
  userinfoEndpoint: string | null,
): Promise<Profile> => {
  if (claims === null) throw new Error('the provider gave no ID token')
  const saysEmail = claims.email !== undefined && claims.email_verified !== undefined
  const all =
    saysEmail || userinfoEndpoint === null ? claims : { ...claims, ...(await userinfo(read, claims, userinfoEndpoint)) }
  return boundedProfile({
    subject: all.sub,
    email: all.email,
    // Some write the word.
    emailVerified: all.email_verified === true || all.email_verified === 'true',
    name: all.name ?? all.preferred_username,
    image: all.picture,
    label: all.preferred_username ?? all.email,
  })
}

const userinfo = async (read: ReadJson, claims: Claims, endpoint: string): Promise<Claims> => {
  const answer = await read(endpoint)
  // OpenID Connect Core 5.3.2: of another person, if the token was swapped.
  if (typeof answer === 'object' && answer !== null && 'sub' in answer && answer.sub === claims.sub)
    return answer as Claims
  throw new Error('userinfo is of somebody else than the ID token')
}
