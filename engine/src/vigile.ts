// The shape of what `createVigile` gives: the same acts over HTTP and as functions.
import type { Locale, Session, User } from '@vigile/contract'
import type { Count, Rule } from './limits/store.ts'
import type { PasswordFault } from './passwords/password-policy.ts'
import type { SessionId, UserId } from './primitives/ids.ts'

/** What the transport knows of a request besides the request itself. */
export type Peer = {
  /** The address of the socket's other end. */
  readonly address?: string
}

/**
 * What a server-rendered page may conclude (SPEC section 16). `ask` is not "signed out": go to `location`, a small page that
 * renews the session and comes back. `unknown`: a part is down; say so, never "signed out".
 */
export type PageState =
  | { readonly state: 'signed_in'; readonly user: User; readonly session: Session }
  | { readonly state: 'ask'; readonly location: string }
  | { readonly state: 'signed_out' }
  | { readonly state: 'unknown' }

export type RouteDescription = {
  readonly method: string
  readonly path: string
  readonly guard: string
  readonly limit: string
}

/** Who acts when a command or an application calls an act: recorded in the audit log. */
export type Actor = { readonly kind: 'operator' | 'application'; readonly name: string }

export type Refused<Code extends string> = { readonly ok: false; readonly error: Code }
export type Done<Value = void> = { readonly ok: true; readonly value: Value }

export type NewUser = {
  readonly email: string
  readonly password?: string
  /** A hash from another system instead of a password: Argon2, bcrypt, scrypt or PBKDF2. */
  readonly passwordHash?: string
  readonly name?: string
  readonly locale?: Locale
  readonly emailVerified?: boolean
}

export type ManagedUser = User & { readonly isActive: boolean }

export type CleanUpReport = { readonly sessions: number; readonly devices: number; readonly seconds: number }

export type Readiness = {
  readonly status: 'ok' | 'degraded' | 'down'
  readonly parts: Readonly<Record<string, 'ok' | 'degraded' | 'down'>>
}

export type Vigile = {
  /** Answers a request of the auth interface; 404 problem for a path that is not its own. Never rejects. */
  fetch(request: Request, peer?: Peer): Promise<Response>
  /** Whether `fetch` has a route for this path (`/api/auth/…`, `/health/…`, `/.well-known/jwks.json`, `/openapi.json`). */
  handles(pathname: string): boolean
  /** For server-rendered pages: never throws, never says "signed out" because of a fault. `returnTo` is a path of this site. */
  pageState(request: Request, returnTo: string): Promise<PageState>
  /** Every route with the guard and the limit that protect it. */
  routes(): readonly RouteDescription[]
  readonly users: {
    create(
      input: NewUser,
      by: Actor,
    ): Promise<
      | Done<ManagedUser>
      | Refused<'email_taken' | 'invalid_email' | 'invalid_hash'>
      | { ok: false; error: 'weak_password'; faults: readonly PasswordFault[] }
    >
    find(emailOrId: string): Promise<ManagedUser | null>
    list(input: {
      after?: string
      limit?: number
      search?: string
    }): Promise<{ users: readonly ManagedUser[]; next: string | null }>
    disable(id: UserId, by: Actor): Promise<Done<{ endedSessions: number }> | Refused<'not_found'>>
    enable(id: UserId, by: Actor): Promise<Done | Refused<'not_found'>>
    verifyEmail(id: UserId, by: Actor): Promise<Done | Refused<'not_found'>>
    delete(id: UserId, by: Actor): Promise<Done | Refused<'not_found'>>
  }
  readonly sessions: {
    list(userId: UserId): Promise<readonly Session[]>
    end(id: SessionId, by: Actor): Promise<Done | Refused<'not_found'>>
    endAll(userId: UserId, by: Actor): Promise<{ endedSessions: number }>
    endEveryones(by: Actor): Promise<{ endedSessions: number }>
  }
  readonly limits: {
    /** LIM-8: counts one hit of an application's own limit. */
    check(key: string, rule: Rule): Promise<Count>
  }
  readonly keys: {
    /** Publishes a new signing key; it signs once every verifier can have seen it. */
    rotate(by: Actor): Promise<{ id: string; signsFrom: number }>
    list(): Promise<
      readonly {
        id: string
        algorithm: string
        createdAt: number
        signsFrom: number
        state: 'next' | 'signing' | 'verifying'
      }[]
    >
  }
  /** Removes what has ended (TOK-10), in batches. */
  cleanUp(by: Actor): Promise<CleanUpReport>
  migrate(): Promise<readonly string[]>
  migrationState(): Promise<{ pending: readonly string[]; applied: readonly string[] }>
  readiness(): Promise<Readiness>
  /** Resolves when the database is open, migrated (embedded) and the keys are there; rejects with what is wrong. */
  ready(): Promise<void>
  /** Starts what runs by itself: the clean-up at its hour, key rotation, the node's report. `fetch` works without. */
  startJobs(): void
  /** Turns readiness to `down` before the end, so that a load balancer looks elsewhere. */
  drain(): void
  /** Ends jobs and closes every connection. */
  close(): Promise<void>
}
