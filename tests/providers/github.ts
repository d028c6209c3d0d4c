// GitHub, as far as signing in goes: https://docs.github.com/apps/oauth-apps and /rest. Its API is where Enterprise Server has it.
import { type Client, createAuthorizations, isVerifierOf } from './authorization.ts'
import { basicOf, bearerOf, isClient } from './client-authentication.ts'
import { createTokens, type Issued } from './issued-tokens.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

export type GitHubPerson = {
  readonly id: number
  readonly login: string
  readonly name?: string | null
  /** The one on the public profile; mostly there is none. */
  readonly email?: string | null
  readonly emails?: readonly { readonly email: string; readonly primary: boolean; readonly verified: boolean }[]
}

export type GitHubStandIn = StandIn & {
  /** `https://api.github.com` of the real one. */
  readonly api: string
  readonly client: Client
  /** By login, which is what the page's list shows. */
  readonly people: Map<string, GitHubPerson>
  readonly tokens: ReturnType<typeof createTokens>
}

const grace: GitHubPerson = {
  id: 583_231,
  login: 'grace',
  name: 'Grace Hopper',
  emails: [
    { email: 'grace@example.com', primary: true, verified: true },
    { email: 'grace@users.noreply.github.com', primary: false, verified: true },
  ],
}

/**
 * Endpoints for faults: `authorize`, `token`, `user`, `emails`, `grant`. `expiring`: as a GitHub App, whose tokens live for
 * 8 hours and are refreshed.
 * @example
 * const github = await startGitHub({ redirectUris: [`${site}/api/auth/oauth/github/callback`] })
 */
export const startGitHub = async ({
  people = [grace],
  redirectUris = [],
  expiring = false,
}: {
  readonly people?: readonly GitHubPerson[]
  readonly redirectUris?: readonly string[]
  readonly expiring?: boolean
} = {}): Promise<GitHubStandIn> => {
  const client: Client = { id: 'Ov23liStandIn', secret: 'github-client-secret', redirectUris: [...redirectUris] }
  const known = new Map(people.map((person) => [person.login, person]))
  const tokens = createTokens({ access: 'gho_', refresh: 'ghr_' })
  let authorizations: ReturnType<typeof createAuthorizations>

  const token = (asked: Asked): Answer => inKind(asked, tokenFields(asked))
  const tokenFields = (asked: Asked): Record<string, string | number> => {
    const form = new URLSearchParams(asked.body)
    if (!isClient(asked, form, client)) return refusals.client
    if (form.get('grant_type') === 'refresh_token') {
      const issued = tokens.useRefreshToken(form.get('refresh_token') ?? '')
      return issued ? granted(issued) : refusals.refresh
    }
    const grant = authorizations.useCode(form.get('code') ?? '')
    if (grant === undefined || !isVerifierOf(form.get('code_verifier'), grant)) return refusals.code
    if (form.get('redirect_uri') !== grant.redirectUri) return refusals.redirect
    return granted(grant)
  }

  const granted = ({ account, scopes }: Issued) => {
    const { accessToken, refreshToken } = tokens.issue({ account, scopes })
    const expiry = { expires_in: 28_800, refresh_token: refreshToken, refresh_token_expires_in: 15_897_600 }
    return { access_token: accessToken, ...(expiring ? expiry : {}), scope: scopes.join(','), token_type: 'bearer' }
  }

  const withPerson = (answer: (person: GitHubPerson, issued: Issued) => Answer) => (asked: Asked) => {
    const issued = tokens.find(bearerOf(asked))
    const person = issued && known.get(issued.account)
    return person ? answer(person, issued) : refused(401, 'Bad credentials')
  }

  /** Takes back all that the person allowed. */
  const deleteGrant = (asked: Asked): Answer => {
    const [id, secret] = basicOf(asked.headers.authorization) ?? []
    if (id !== client.id || secret !== client.secret) return refused(401, 'Bad credentials')
    const { access_token: accessToken } = JSON.parse(asked.body || '{}') as { access_token?: string }
    return tokens.revoke(accessToken ?? '') ? { status: 204 } : refused(404, 'Not Found')
  }

  const standIn = await startStandIn((url) => {
    authorizations ??= createAuthorizations({
      name: 'GitHub',
      issuer: `${url}/login/oauth`,
      client,
      accounts: () => [...known.keys()],
      denied: { error: 'access_denied', error_description: 'The user has denied your application access.' },
    })
    return {
      endpoints: [
        { name: 'authorize', route: /^(GET|POST) \/login\/oauth\/authorize$/, answer: authorizations.page },
        { name: 'token', route: /^POST \/login\/oauth\/access_token$/, answer: token },
        { name: 'user', route: /^GET \/api\/v3\/user$/, answer: withPerson(userOf) },
        { name: 'emails', route: /^GET \/api\/v3\/user\/emails$/, answer: withPerson(emailsOf) },
        {
          name: 'grant',
          route: new RegExp(`^DELETE /api/v3/applications/${client.id}/grant$`),
          answer: deleteGrant,
        },
      ],
      headers: rateLimitHeaders,
      notFound: refused(404, 'Not Found'),
    }
  })
  return { ...standIn, api: `${standIn.url}/api/v3`, client, people: known, tokens }
}

/** The token endpoint says `200` to a refusal as well, and only speaks JSON when asked to. */
const inKind = ({ headers }: Asked, fields: Record<string, string | number>): Answer =>
  headers.accept?.includes('application/json')
    ? { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: fields }
    : {
        status: 200,
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString(),
      }

const refusals = {
  client: {
    error: 'incorrect_client_credentials',
    error_description: 'The client_id and/or client_secret passed are incorrect.',
  },
  code: { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' },
  redirect: {
    error: 'redirect_uri_mismatch',
    error_description: 'The redirect_uri MUST match the registered callback URL for this application.',
  },
  refresh: {
    error: 'bad_refresh_token',
    error_description: 'The refresh token passed is incorrect or expired.',
  },
} satisfies Record<string, Record<string, string>>

const refused = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
})

const userOf = ({ emails: _, ...person }: GitHubPerson): Answer => ({
  status: 200,
  body: {
    node_id: `U_${person.id}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${person.id}?v=4`,
    html_url: `https://github.com/${person.login}`,
    type: 'User',
    site_admin: false,
    name: null,
    company: null,
    bio: null,
    email: null,
    ...person,
  },
})

const emailsOf = ({ emails = [] }: GitHubPerson, { scopes }: Issued): Answer =>
  scopes.includes('user:email') || scopes.includes('user')
    ? { status: 200, body: emails.map((one) => ({ visibility: one.primary ? 'private' : null, ...one })) }
    : refused(404, 'Not Found')

const rateLimitHeaders = ({ endpoint }: Asked): Record<string, string> =>
  endpoint === 'authorize' || endpoint === 'token'
    ? {}
    : {
        'x-github-media-type': 'github.v3; format=json',
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '4987',
        'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1800),
        'x-ratelimit-used': '13',
        'x-ratelimit-resource': 'core',
      }
