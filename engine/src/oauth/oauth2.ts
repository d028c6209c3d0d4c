// Any provider that speaks OAuth 2 and no OpenID Connect, by its addresses: RFC 6749 with PKCE (RFC 7636).
import { boundedProfile, type SaidProfile } from './bounded-profile.ts'
import { credentialsOf, type ProviderOptions } from './credentials.ts'
import type { Provider } from './provider.ts'

export type OAuth2Options = Omit<ProviderOptions, 'scopes'> & {
  /** In addresses: lower-case letters, digits and `-`. Accounts are known by it: it must not change. */
  readonly id: string
  /** What people read on the button. */
  readonly name: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** RFC 7009. Absent: tokens are forgotten here, and stay good there. */
  readonly revocationEndpoint?: string | undefined
  /** What its answers call it (`iss`, RFC 9207). Default: the origin of the authorization endpoint. */
  readonly issuer?: string | undefined
  readonly scopes: readonly string[]
  /** Where it says who somebody is, and how its answer is read. `emailVerified`: only where it vouches for the address. */
  readonly profile: { readonly url: string; readonly of: (answer: never) => SaidProfile }
  /** The `prompt` that makes it ask anew who is there; default: it knows none. */
  readonly again?: string | undefined
  /** How it is told the secret: in the form (`post`, the default) or in a header (`basic`). */
  readonly tokenAuth?: 'basic' | 'post' | undefined
}

/**
 * Sign-in with any OAuth 2 provider. Id and secret come from `{ID}_CLIENT_ID` and `{ID}_CLIENT_SECRET` of the environment where they are not
 * given. What `of` gives is checked and cut to size; without a subject the sign-in is refused.
 *
 * @example
 * oauth2({
 *   id: 'forge', name: 'Forge', scopes: ['read'],
 *   authorizationEndpoint: 'https://forge.example.com/oauth/authorize',
 *   tokenEndpoint: 'https://forge.example.com/oauth/token',
 *   profile: {
 *     url: 'https://forge.example.com/api/user',
 *     of: (user: { id: number; mail: string; confirmed: boolean }) =>
 *       ({ subject: user.id, email: user.mail, emailVerified: user.confirmed }),
 *   },
 * })
 */
export const oauth2 = (options: OAuth2Options): Provider => {
  const { id, name, authorizationEndpoint, tokenEndpoint, revocationEndpoint, profile } = options
  return {
    id,
    name,
    ...credentialsOf(id, options),
    server: {
      kind: 'fixed',
      issuer: options.issuer ?? URL.parse(authorizationEndpoint)?.origin ?? '',
      authorizationEndpoint,
      tokenEndpoint,
      ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    },
    scopes: options.scopes,
    again: options.again ?? null,
    tokenAuth: options.tokenAuth ?? 'post',
    // What the answer looks like, only who wrote `of` knows.
    profile: async (read) => boundedProfile(profile.of((await read(profile.url)) as never)),
    reads: options.reads ?? {},
  }
}
