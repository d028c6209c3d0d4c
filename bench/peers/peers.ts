// The peers: how each is started, and how each is asked what Vigile is asked. Their servers are in `servers/`; they are not
// type-checked, since their packages are installed by the bench alone.
import { askOnce, requestText } from '../measure/load.ts'
import { browserHeaders, type Cookies, cookieHeader, cookiesOf, password } from '../people.ts'
import type { Server } from '../servers/server.ts'
import { publicUrl } from '../servers/vigile.ts'

export type Peer = {
  /** As the table calls it; the version is added. */
  readonly name: string
  readonly package: string
  /** In `servers/`. */
  readonly file: string
  readonly mode?: string
  /** Answers with 2xx to anyone. */
  readonly firstPath: string
  readonly needsPostgres: boolean
  /** Asks who is signed in. */
  readonly check?: ((cookies: Cookies) => string) | undefined
  /** `before` gives what the sign-in needs beforehand, once. */
  readonly signIn?: {
    before?(server: Server): Promise<Cookies>
    request(email: string, before: Cookies): string
  }
  readonly refresh?: {
    /** What the table says that it does. */
    readonly what: string
    request(held: Cookies): string
    /** Where the peer has no sign-in here: what a connection holds at first. */
    begin?(server: Server): Promise<Cookies>
    /** What the connection holds after the answer; null where it was not renewed. */
    held(answer: { readonly head: string; readonly body: string }, before: Cookies): Cookies | null
  }
}

const headersOf = (cookies: Cookies) => ({ ...browserHeaders, Cookie: cookieHeader(cookies, /./) })

const post = (path: string, body: string, cookies: Cookies, type = 'application/json', more = {}): string =>
  requestText('POST', path, { ...headersOf(cookies), Origin: publicUrl, 'Content-Type': type, ...more }, body)

const form = 'application/x-www-form-urlencoded'
const get = (path: string) => (cookies: Cookies) => requestText('GET', path, headersOf(cookies))
const newCookies = ({ head }: { readonly head: string }, before: Cookies): Cookies | null => {
  const set = cookiesOf(head)
  return Object.keys(set).length > 0 ? { ...before, ...set } : null
}

const betterAuth = {
  package: 'better-auth',
  file: 'better-auth.mjs',
  firstPath: '/api/auth/ok',
  needsPostgres: true,
  check: get('/api/auth/get-session'),
  signIn: { request: (email: string) => post('/api/auth/sign-in/email', JSON.stringify({ email, password }), {}) },
} as const

/** What people are signed up with where the peer has a sign-up of its own. */
export const betterAuthSignUp = (email: string): string =>
  post('/api/auth/sign-up/email', JSON.stringify({ email, password, name: 'Somebody' }), {})

export const peers: readonly Peer[] = [
  { ...betterAuth, name: 'better-auth, PostgreSQL', mode: 'postgres' },
  { ...betterAuth, name: 'better-auth, cookie cache (not revocable for its life)', mode: 'cookie-cache' },
  { ...betterAuth, name: 'better-auth, Redis', mode: 'redis' },
  {
    ...{ ...betterAuth, check: undefined, name: 'better-auth, PostgreSQL, updateAge 0', mode: 'renewing' },
    refresh: { what: 'session renewed, same token', request: betterAuth.check, held: newCookies },
  },
  {
    ...{ name: 'Auth.js, encrypted token (not revocable)', package: '@auth/express', file: 'auth-js.mjs' },
    ...{ firstPath: '/auth/session', needsPostgres: true },
    check: get('/auth/session'),
    signIn: {
      before: async ({ port }) => {
        const { head, body } = await askOnce(port, requestText('GET', '/auth/csrf', browserHeaders))
        return { ...cookiesOf(head), csrfToken: /"csrfToken":"([^"]+)"/.exec(body)?.[1] ?? '' }
      },
      request: (email, { csrfToken = '', ...cookies }) =>
        post('/auth/callback/credentials', `${new URLSearchParams({ csrfToken, email, password })}`, cookies, form, {
          'X-Auth-Return-Redirect': '1',
        }),
    },
    refresh: { what: 'token made anew', request: get('/auth/session'), held: newCookies },
  },
  {
    ...{ name: 'express-session, Redis', package: 'express-session', file: 'express-session.mjs' },
    ...{ firstPath: '/live', needsPostgres: true },
    check: get('/me'),
    signIn: { request: (email) => post('/sign-in', JSON.stringify({ email, password }), {}) },
    refresh: { what: 'new session id', request: (cookies) => post('/renew', '', cookies), held: newCookies },
  },
  {
    ...{ name: 'oidc-provider, Redis', package: 'oidc-provider', file: 'oidc-provider.mjs' },
    ...{ firstPath: '/.well-known/openid-configuration', needsPostgres: false },
    refresh: {
      what: 'token rotated, opaque access token',
      begin: async ({ port }) => readToken(await askOnce(port, requestText('GET', '/begin', {}))) as Cookies,
      // An application's server asks, not a browser.
      request: ({ token = '' }) =>
        requestText(
          'POST',
          '/token',
          { 'Content-Type': form },
          `${new URLSearchParams({ grant_type: 'refresh_token', client_id: 'bench', client_secret: 'bench-secret', refresh_token: token })}`,
        ),
      held: (answer) => readToken(answer),
    },
  },
]

const readToken = ({ body }: { readonly body: string }): Cookies | null => {
  const token = /"refresh_token":"([^"]+)"/.exec(body)?.[1]
  return token === undefined ? null : { token }
}
