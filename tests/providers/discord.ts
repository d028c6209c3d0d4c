// Discord, as far as signing in and guilds go: https://discord.com/developers/docs/topics/oauth2 and /rate-limits.
import { type Client, createAuthorizations, isVerifierOf } from './authorization.ts'
import { bearerOf, isClient } from './client-authentication.ts'
import type { Fault } from './faults.ts'
import { createTokens, type Issued } from './issued-tokens.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

export type DiscordPerson = {
  readonly id: string
  readonly username: string
  readonly global_name?: string | null
  readonly avatar?: string | null
  /** Null: the account has none. */
  readonly email?: string | null
  readonly verified?: boolean
  readonly guilds?: readonly { readonly id: string; readonly name: string }[]
}

export type DiscordStandIn = StandIn & {
  readonly client: Client
  /** By user name, which is what the page's list shows. */
  readonly people: Map<string, DiscordPerson>
  readonly tokens: ReturnType<typeof createTokens>
}

const ada: DiscordPerson = {
  id: '80351110224678912',
  username: 'ada',
  global_name: 'Ada Lovelace',
  avatar: '8342729096ea3675442027381ff50dfe',
  email: 'ada@example.com',
  verified: true,
  guilds: [
    { id: '197038439483310086', name: 'Analytical Engines' },
    { id: '41771983423143937', name: 'Poets' },
  ],
}

/**
 * Endpoints for faults: `authorize`, `token`, `revoke`, `user`, `guilds`.
 * @example
 * const discord = await startDiscord({ redirectUris: [`${site}/api/auth/oauth/discord/callback`] })
 * discord.next('guilds', 503, 503)
 */
export const startDiscord = async ({
  people = [ada],
  redirectUris = [],
  expiresInSeconds = 604_800,
}: {
  readonly people?: readonly DiscordPerson[]
  readonly redirectUris?: readonly string[]
  readonly expiresInSeconds?: number
} = {}): Promise<DiscordStandIn> => {
  const client: Client = { id: '157730590492196864', secret: 'discord-client-secret', redirectUris: [...redirectUris] }
  const known = new Map(people.map((person) => [person.username, person]))
  const tokens = createTokens({ access: '', refresh: '' })
  let authorizations: ReturnType<typeof createAuthorizations>

  const token = (asked: Asked): Answer => {
    if (!asked.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return { status: 400, body: { message: 'Unsupported content type', code: 50_035 } }
    const form = new URLSearchParams(asked.body)
    if (!isClient(asked, form, client)) return { status: 401, body: { error: 'invalid_client' } }
    const grantType = form.get('grant_type')
    if (grantType === 'refresh_token') {
      const issued = tokens.useRefreshToken(form.get('refresh_token') ?? '')
      return issued ? granted(issued) : invalidGrant()
    }
    if (grantType !== 'authorization_code') return { status: 400, body: { error: 'unsupported_grant_type' } }
    const grant = authorizations.useCode(form.get('code') ?? '')
    if (grant === undefined) return invalidGrant('code')
    if (form.get('redirect_uri') !== grant.redirectUri) return invalidGrant('redirect_uri')
    if (!isVerifierOf(form.get('code_verifier'), grant)) return invalidGrant('code_verifier')
    return granted(grant)
  }

  const granted = ({ account, scopes }: Issued): Answer => {
    const { accessToken, refreshToken } = tokens.issue({ account, scopes })
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        access_token: accessToken,
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
        scope: scopes.join(' '),
      },
    }
  }

  const revoke = (asked: Asked): Answer => {
    const form = new URLSearchParams(asked.body)
    if (!isClient(asked, form, client)) return { status: 401, body: { error: 'invalid_client' } }
    tokens.revoke(form.get('token') ?? '')
    return { status: 200, body: {} }
  }

  const withPerson = (scope: string, answer: (person: DiscordPerson, issued: Issued) => unknown) => (asked: Asked) => {
    const issued = tokens.find(bearerOf(asked))
    const person = issued && known.get(issued.account)
    if (!person || !issued.scopes.includes(scope))
      return { status: 401, body: { message: '401: Unauthorized', code: 0 } }
    return { status: 200, body: answer(person, issued) }
  }

  const standIn = await startStandIn((url) => {
    authorizations ??= createAuthorizations({
      name: 'Discord',
      issuer: url,
      client,
      accounts: () => [...known.keys()],
      denied: {
        error: 'access_denied',
        error_description: 'The resource owner or authorization server denied the request',
      },
    })
    return {
      endpoints: [
        { name: 'authorize', route: /^(GET|POST) \/oauth2\/authorize$/, answer: authorizations.page },
        { name: 'token', route: /^POST \/api(\/v10)?\/oauth2\/token$/, answer: token },
        { name: 'revoke', route: /^POST \/api(\/v10)?\/oauth2\/token\/revoke$/, answer: revoke },
        { name: 'user', route: /^GET \/api(\/v10)?\/users\/@me$/, answer: withPerson('identify', userOf) },
        { name: 'guilds', route: /^GET \/api(\/v10)?\/users\/@me\/guilds$/, answer: withPerson('guilds', guildsOf) },
      ],
      headers: rateLimitHeaders,
      notFound: { status: 404, body: { message: '404: Not Found', code: 0 } },
    }
  })
  return { ...standIn, client, people: known, tokens }
}

const invalidGrant = (field?: string): Answer => ({
  status: 400,
  body: { error: 'invalid_grant', ...(field ? { error_description: `Invalid "${field}" in request.` } : {}) },
})

/** `email` and `verified` are there with the scope of that name. */
const userOf = ({ guilds: _, email = null, verified = false, ...person }: DiscordPerson, { scopes }: Issued) => ({
  discriminator: '0',
  global_name: null,
  avatar: null,
  banner: null,
  accent_color: null,
  public_flags: 0,
  flags: 0,
  locale: 'en-US',
  mfa_enabled: false,
  premium_type: 0,
  ...person,
  ...(scopes.includes('email') ? { email, verified } : {}),
})

const guildsOf = ({ guilds = [] }: DiscordPerson) =>
  guilds.map((guild) => ({ icon: null, banner: null, owner: false, permissions: '36953089', features: [], ...guild }))

const rateLimitHeaders = ({ endpoint }: Asked): Record<string, string> =>
  endpoint === 'user' || endpoint === 'guilds'
    ? {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '9',
        'x-ratelimit-reset': (Date.now() / 1000 + 1).toFixed(3),
        'x-ratelimit-reset-after': '1.000',
        'x-ratelimit-bucket': `bucket-of-${endpoint}`,
      }
    : {}

/** Too many: as Discord says it. `Retry-After` is whole seconds, `X-RateLimit-Reset-After` and the body are exact. */
export const tooMany = (seconds: number, scope: 'user' | 'shared' | 'global' = 'user'): Fault => ({
  status: 429,
  headers: {
    'content-type': 'application/json',
    'retry-after': String(Math.ceil(seconds)),
    'x-ratelimit-scope': scope,
    ...(scope === 'global'
      ? { 'x-ratelimit-global': 'true' }
      : {
          'x-ratelimit-limit': '10',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': (Date.now() / 1000 + seconds).toFixed(3),
          'x-ratelimit-reset-after': seconds.toFixed(3),
          'x-ratelimit-bucket': 'abcd1234',
        }),
  },
  body: { message: 'You are being rate limited.', retry_after: seconds, global: scope === 'global' },
})
