// What an application sees of the client.
import type {
  Entered,
  KeepOffered,
  ListedSession,
  Locale,
  Me,
  Problem,
  SessionEndReason,
  SessionStarted,
} from '@vigile/contract'

/** The server could not be reached, or what answered was not the server (a proxy's page, a captive portal). */
export type NetworkProblem = {
  readonly code: 'network'
  /** HTTP status of the foreign answer, or 0 where there was none. */
  readonly status: number
  readonly title: string
  readonly detail: string
  /** What `Retry-After` said, in seconds; 0 where it said nothing clear. */
  readonly retryAfterSeconds?: number
}

/** Every act gives its value, or the reason why not. An act never throws for a refusal or a lost connection. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem | NetworkProblem }

/** Where verification is required, a sign-up signs nobody in yet. */
export type SignedUp = Entered | { readonly status: 'verification_sent' }

/**
 * How a refresh ended. `refreshed`: the access token is new (this tab's work or another's). `ended`: the server said clearly that
 * there is no session. `later`: it cannot be known now; the session is kept, and tried again with growing pauses.
 */
export type RefreshOutcome = 'refreshed' | 'ended' | 'later'

export type ClientOptions = {
  /** Path of the auth endpoints on the page's own origin. Default `/api/auth`. */
  readonly authPath?: string
  /** The application's name, as in the names of its cookies; also names the lock, the channel and the record. Default `vigile`. */
  readonly app?: string
  /** Base name of the CSRF cookie, where the server was given another one. Default `{app}_csrf`. */
  readonly csrfCookie?: string
  /** Binds sessions to a key of this browser, where the server's setting `sessions.binding` is not `off`. Default false. */
  readonly binding?: boolean
  /** `body` where the server's setting `delivery` is: the access token is kept in memory, and sent as `Authorization`. Default `cookie`. */
  readonly delivery?: 'cookie' | 'body'
}

/** The server's messages come in the page's language (`<html lang>`, read at each request), else as the browser prefers. */
export type Client = {
  /**
   * As `fetch`. On the page's own origin: adds `X-CSRF-Token` to a request that changes state, and on a 401 refreshes once and
   * sends the request once more, with its body. Where no refresh was possible, the 401 itself is returned. Requests to other
   * origins pass untouched.
   * @example const answer = await client.fetch('/api/products', { method: 'POST', body: JSON.stringify(product) })
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Makes an account. Refusals: `validation_failed`, `email_taken`, `rate_limited`, … */
  signUp(input: { email: string; password: string; name?: string; locale?: Locale }): Promise<Result<SignedUp>>
  /**
   * Refusals: `invalid_credentials`, `link_expired`, `rate_limited`, … A new session starts in every tab; or the value has
   * `next`: there is no session before a second factor (`second_factor`), nor of an account that its owner has closed
   * (`keep_account`, with what keeps it). `verification`: what stands behind `#` in the link that
   * proves the email.
   */
  signIn(input: { email: string; password: string; verification?: string }): Promise<Result<Entered | KeepOffered>>
  /**
   * Any other way in: an act below the auth path that begins a session, such as `/second-factor`. Gives its answer.
   * @example const result = await client.enter('/second-factor', { method: 'totp', code: '123456' })
   */
  enter<T = Entered>(path: string, input: object): Promise<Result<T>>
  /** Ends this browser's session, in every tab. On a refusal or a lost connection the session goes on, and `ok` is false. */
  signOut(): Promise<Result<void>>
  /** Ends every session of the user. Refusals: `reauthentication_required`, … */
  signOutEverywhere(): Promise<Result<void>>
  /** Ends the user's other sessions; this browser gets a new one and stays signed in. */
  changePassword(input: { currentPassword: string; newPassword: string }): Promise<Result<SessionStarted>>
  listSessions(): Promise<Result<ListedSession[]>>
  endSession(id: string): Promise<Result<void>>
  /**
   * Who is signed in. Null only where the server said that nobody is. Where it cannot be known (no connection, a part is
   * down) the promise rejects with an `Error` whose `cause` is the problem: never take that for "signed out".
   */
  me(): Promise<Me | null>
  /** Refreshes now, unless another call or tab is at it already: then the outcome is shared. */
  refresh(): Promise<RefreshOutcome>
  /** Refreshes ahead of expiry, confirms new cookies, listens to other tabs. Called by `createClient` where there is a document. */
  start(): void
  stop(): void
  /**
   * Why this browser's last session ended, as it learnt from the server; null while one lives, or where none is known.
   * A link can put anything into an address, but not into this: show it, and not what an address says.
   */
  endReason(): SessionEndReason | null
  /** Called once in every tab when the session is over. Returns the way to unsubscribe. */
  onSessionEnd(listener: (end: { reason: SessionEndReason }) => void): () => void
  /** Called in every tab when a session begins. It may be another person's: ask `me()` again. Returns the way to unsubscribe. */
  onSessionStart(listener: () => void): () => void
}
