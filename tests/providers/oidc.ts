// A certified OpenID provider with people, plain pages and keys that change. It also stands in for Google.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Context, interactionPolicy, Provider } from 'oidc-provider'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { type Client, decisionForm } from './authorization.ts'
import { playBroken } from './faults.ts'
import { claimsOf, createSigningKey, type SigningKey } from './signing-key.ts'
import { type Asked, openServer, type StandIn } from './stand-in.ts'

/** All its claims; which of them are given, and where, the scopes say. */
export type OidcPerson = { readonly sub: string } & Readonly<Record<string, unknown>>

export type OidcStandIn = StandIn & {
  /** The address itself. */
  readonly issuer: string
  readonly client: Client
  /** By `sub`, which is what the page's list shows. */
  readonly people: Map<string, OidcPerson>
  /** The keys are replaced: what was signed before can't be verified any more. */
  rotateKeys(): Promise<void>
  /** What becomes of each ID token that the token endpoint gives, until it is set to null. */
  forge: ((idToken: string, claims: Readonly<Record<string, unknown>>, key: SigningKey) => string) | null
}

const emmy: OidcPerson = {
  sub: 'emmy',
  email: 'emmy@example.com',
  email_verified: true,
  name: 'Emmy Noether',
  picture: 'https://people.example.com/emmy.png',
  preferred_username: 'emmy',
}

/**
 * Endpoints for faults: `discovery`, `jwks`, `authorize`, `interaction`, `token`, `userinfo`, `revocation`. `claimsIn`: Google
 * has them in the ID token, others only at userinfo.
 * @example
 * const oidc = await startOidc({ redirectUris: [`${site}/api/auth/oauth/google/callback`] })
 */
export const startOidc = async ({
  people = [emmy],
  redirectUris = [],
  claimsIn = 'id_token',
  tokenAuth = 'client_secret_post',
}: {
  readonly people?: readonly OidcPerson[]
  readonly redirectUris?: readonly string[]
  readonly claimsIn?: 'id_token' | 'userinfo'
  readonly tokenAuth?: 'client_secret_basic' | 'client_secret_post'
} = {}): Promise<OidcStandIn> => {
  const client: Client = { id: 'vigile', secret: 'oidc-client-secret', redirectUris: [...redirectUris] }
  const known = new Map(people.map((person) => [person.sub, person]))
  const cookieKey = randomBytes(16).toString('hex')
  let key = await createSigningKey()
  let provider: Provider
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>

  /** The provider reads the body itself; what it read is recorded. */
  const underWay = new WeakMap<IncomingMessage, Asked>()
  // As Google: who is signed in already can be asked which account it shall be.
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  const build = (url: string) => {
    provider = new Provider(url, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          // Those of the list, which may grow, are checked below.
          redirect_uris: ['http://127.0.0.1/none'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: tokenAuth,
        },
      ],
      // Its own, which it warns of under its own name; one for the process, so that tokens outlive a change of keys.
      adapter: class extends MemoryAdapter {},
      jwks: { keys: [key.jwk] },
      cookies: { keys: [cookieKey] },
      claims: {
        openid: ['sub', 'hd'],
        email: ['email', 'email_verified'],
        profile: ['name', 'picture', 'preferred_username'],
      },
      conformIdTokenClaims: claimsIn === 'userinfo',
      findAccount: (_: unknown, accountId: string) => {
        const person = known.get(accountId)
        return person && { accountId, claims: () => person }
      },
      features: { devInteractions: { enabled: false }, revocation: { enabled: true, allowedPolicy: ownTokens } },
      pkce: { required: () => true },
      issueRefreshToken: () => true,
      rotateRefreshToken: () => true,
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}`, policy },
      ttl: {
        AccessToken: 3600,
        AuthorizationCode: 60,
        Grant: 86_400,
        IdToken: 3600,
        Interaction: 3600,
        RefreshToken: 86_400,
        Session: 86_400,
      },
    })
    provider.Client.prototype.redirectUriAllowed = (uri) => client.redirectUris.includes(uri)
    provider.use(async (context, next) => {
      await next()
      const asked = underWay.get(context.req)
      if (asked && context.oidc?.body) asked.body = new URLSearchParams(context.oidc.body).toString()
      forgeIn(context)
    })
    answer = provider.callback()
  }

  const forgeIn = (context: Context) => {
    const body = context.body as { id_token?: string } | undefined
    if (context.oidc?.route !== 'token' || rig.forge === null || !body?.id_token) return
    context.body = { ...body, id_token: rig.forge(body.id_token, claimsOf(body.id_token), key) }
  }

  /** Who signs in also agrees, in one form. */
  const interact = async (request: IncomingMessage, response: ServerResponse) => {
    const { params } = await provider.interactionDetails(request, response)
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      return void response.end(pageOf([...known.keys()]))
    }
    const form = new URLSearchParams(await text(request))
    const accountId = form.get('account') ?? ''
    const finish = (result: Readonly<Record<string, unknown>>) =>
      provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
    if (form.get('decision') !== 'authorize')
      return finish({ error: 'access_denied', error_description: 'The person said no' })
    const grant = new provider.Grant({ accountId, clientId: client.id })
    grant.addOIDCScope(params.scope ?? '')
    return finish({ login: { accountId }, consent: { grantId: await grant.save() }, select_account: {} })
  }

  const standIn = await openServer(async (request, response, { record, take }) => {
    const asked = record(request, ({ path }) => nameOf(path))
    const { endpoint } = asked
    underWay.set(request, asked)
    const fault = take(endpoint)
    if (typeof fault === 'number') return void response.writeHead(fault).end()
    if (typeof fault === 'string' && fault !== 'none') return playBroken(fault, response)
    if (typeof fault === 'object' && 'after' in fault) await fault.after
    else if (typeof fault === 'object' && fault.status !== undefined)
      return void response
        .writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
        .end(JSON.stringify(fault.body ?? {}))
    return endpoint === 'interaction' ? interact(request, response) : answer(request, response)
  })
  const rig: OidcStandIn = {
    ...standIn,
    issuer: standIn.url,
    client,
    people: known,
    forge: null,
    rotateKeys: async () => {
      key = await createSigningKey()
      build(standIn.url)
    },
  }
  build(standIn.url)
  return rig
}

/** RFC 7009 2.1: a client revokes what it was given. */
const ownTokens = (_: unknown, { clientId }: { clientId: string }, token: { clientId: string }) =>
  token.clientId === clientId

const names: Readonly<Record<string, string>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'jwks',
  '/auth': 'authorize',
  '/token': 'token',
  '/me': 'userinfo',
  '/token/revocation': 'revocation',
}

const nameOf = (path: string) =>
  names[path] ??
  (path.startsWith('/interaction/') ? 'interaction' : path.startsWith('/auth/') ? 'authorize' : undefined)

const pageOf = (accounts: readonly string[]) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>OpenID stand-in</title><h1>OpenID</h1>${decisionForm(accounts)}</html>`
