// What a provider is to the rest of the engine: addresses, credentials, and how it says who somebody is.
import type { Tokens } from '../identities/sealed-tokens.ts'

export type { Tokens }

/** What a provider says of a person, checked and bounded. */
export type Profile = {
  /** What the provider knows the person by; never given to another. 1 to 255 characters. */
  readonly subject: string
  /** As the provider wrote it: read it with `parseEmail` before it is compared (H-4). */
  readonly email: string | null
  /** Whether the provider itself vouches for the address (H-3). */
  readonly emailVerified: boolean
  readonly name: string | null
  /** An https address. */
  readonly image: string | null
  /** What people know the account there by: `@ada`. */
  readonly label: string | null
}

/** GET of JSON at the provider with the person's token: retried, bounded, time-limited. */
export type ReadJson = (url: string, headers?: Readonly<Record<string, string>>) => Promise<unknown>

/** What applications may ask of a provider in a person's name, and how long an answer holds. */
export type Reads = Readonly<
  Record<
    string,
    { readonly url: string; readonly lifeSeconds: number; readonly headers?: Readonly<Record<string, string>> }
  >
>

export type Claims = Readonly<Record<string, unknown>>

/** Where the provider is. `discovery`: its metadata is read at `{issuer}/.well-known/openid-configuration`, and OpenID Connect is spoken. */
export type ProviderServer =
  | { readonly kind: 'discovery'; readonly issuer: string }
  | {
      readonly kind: 'fixed'
      readonly issuer: string
      readonly authorizationEndpoint: string
      readonly tokenEndpoint: string
      readonly revocationEndpoint?: string
    }

/** A provider that people sign in with. Made by `discord()`, `google()`, `github()`, `oidc()` or `oauth2()`. */
export type Provider = {
  /** In addresses: `[a-z][a-z0-9-]{0,31}`. */
  readonly id: string
  /** What people read on the button. */
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly server: ProviderServer
  readonly scopes: readonly string[]
  /** The `prompt` that makes it ask anew who is there; null: it knows none. */
  readonly again: string | null
  readonly tokenAuth: 'basic' | 'post'
  /**
   * Who the token is of. `claims`: those of the ID token, checked; null where there is none. `userinfoEndpoint`: as discovered,
   * null where there is none. Throws on an answer that makes no sense.
   */
  profile(read: ReadJson, claims: Claims | null, userinfoEndpoint: string | null): Promise<Profile>
  readonly reads: Reads
  /** Its own way to take tokens back; absent: RFC 7009 at the revocation endpoint, where it has one. Throws where it did not. */
  readonly revoke?: (
    send: (request: Request) => Promise<Response>,
    tokens: Tokens,
    client: Pick<Provider, 'clientId' | 'clientSecret'>,
  ) => Promise<void>
}

/** How providers are called. */
export type ProviderCalls = {
  /** Default 5. */
  readonly timeoutSeconds?: number | undefined
  /** Before each repetition of what may be repeated; default 1, 2, 3. */
  readonly retryWaitsSeconds?: readonly number[] | undefined
  /** The longest wait that a provider may ask for; default 5. */
  readonly longestWaitSeconds?: number | undefined
  /** Failures in a row after which it is left alone; default 5. */
  readonly failuresToOpen?: number | undefined
  /** For so long; default 30. */
  readonly openSeconds?: number | undefined
}
