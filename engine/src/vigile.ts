// The shape of what `createVigile` gives: the same acts over HTTP and as functions.

import type { PermissionDeclaration } from '@vigile/contract'
import type { Actor } from './audit/actor.ts'
import type { Peer } from './http/call.ts'
import type { RouteDescription } from './http/describe-route.ts'
import type { PageState } from './http/page-state.ts'
import type { Required, RequireOptions } from './http/require-permission.ts'
import type { PlainAnswer } from './http/respond.ts'
import type { Asked } from './http/short-way.ts'
import type { Delivered } from './mail/mailbox.ts'
import type { Reading } from './meter/meter.ts'
import type { Alerts } from './operator/alerts.ts'
import type { Audit } from './operator/audit.ts'
import type { Backups } from './operator/backups.ts'
import type { CleanUpReport } from './operator/clean-up.ts'
import type { Inspection } from './operator/inspection.ts'
import type { Jobs } from './operator/jobs.ts'
import type { Keys } from './operator/keys.ts'
import type { Limits } from './operator/limits.ts'
import type { Roles } from './operator/roles.ts'
import type { Sessions } from './operator/sessions.ts'
import type { Users } from './operator/users.ts'
import type { Webhooks } from './operator/webhooks.ts'
import type { Connections } from './provider-calls/connections.ts'
import type { ProviderState } from './provider-calls/provider-clients.ts'
import type { Readiness } from './readiness.ts'
import type { Permission } from './roles/permissions.ts'
import type { Renewed } from './settings/renewal.ts'
import type { StatusReport } from './status/status.ts'
import type { DatabaseServer } from './stores/database.ts'

/** An engine. Every act but `routes` and `handles` waits until it is open (`ready`), and rejects where it can't be. */
export type Vigile<Declared extends PermissionDeclaration = PermissionDeclaration> = {
  /**
   * Answers a request of the auth interface; 404 problem for a path that is not its own. Never rejects. `peer.address` is
   * that of the socket: without it no limit counts by address.
   *
   * @example
   * const response = await auth.fetch(request, { address: socket.remoteAddress })
   */
  fetch(request: Request, peer?: Peer): Promise<Response>
  /**
   * The session check of a browser, or of a proxy that asks for one, at less than `fetch` costs, for a server that has Node's
   * own request at hand. Null for every other request: ask `fetch`. Never rejects.
   *
   * @example
   * const plain = await auth.shortWay(incoming, { address: incoming.socket.remoteAddress })
   * if (plain) outgoing.writeHead(plain.status, plain.headers).end(plain.body)
   */
  shortWay(asked: Asked, peer?: Peer): Promise<PlainAnswer> | null
  /** Whether `fetch` has a route for this path (`/api/auth/…`, `/health/…`, `/.well-known/jwks.json`, `/openapi.json`). */
  handles(pathname: string): boolean
  /** For server-rendered pages: never throws, never says "signed out" because of a fault. `returnTo` is a path of this site. */
  pageState(request: Request, returnTo: string): Promise<PageState>
  /**
   * Whether a request may do something: its session is live, and its user holds the permission as of now, by name or by a wildcard. A
   * change (all but GET, HEAD and OPTIONS) also needs the CSRF token where a cookie authorises it, and an allowed origin. `address` is
   * the socket's, for the record; `recentSignIn` asks of a change that the sign-in is recent (TOK-11); `csrf: 'origin'` is for forms that
   * can carry no token.
   *
   * Refuses by `response`, a problem to be sent as it is: 401 `unauthenticated`; 403 `permission_denied` naming the permission,
   * `csrf_failed`, `origin_refused` or `reauthentication_required`; 503 where a part that must be asked is down, never a grant. What is
   * denied is on record. Throws a `TypeError` for a permission that was not declared, and never else.
   *
   * @example
   * const allowed = await auth.requirePermission(request, 'products:create', { address: socket.remoteAddress })
   * if (!allowed.ok) return allowed.response
   * return Response.json({ by: allowed.user.id })
   */
  requirePermission(request: Request, permission: Permission<Declared>, options?: RequireOptions): Promise<Required>
  /**
   * The same for what takes a session and no permission: whose it is, or the refusal. For routes where each works on what is their own.
   *
   * @example
   * const found = await auth.requireSession(request, { address: socket.remoteAddress })
   * if (!found.ok) return found.response
   * return Response.json(await ordersOf(found.user.id))
   */
  requireSession(request: Request, options?: RequireOptions): Promise<Required>
  /**
   * Whether a user holds a permission, as of now (3 s where the nodes can't tell each other of changes). False: no such user, or a
   * disabled one. Rejects with a `StoreUnavailableError` where that can't be said, with a `TypeError` for a permission that was not declared.
   *
   * @example
   * if (await auth.hasPermission(user.id, 'products:publish')) show(publishButton)
   */
  hasPermission(userId: string, permission: Permission<Declared>): Promise<boolean>
  /** Every route with the guard and the limit that protect it. */
  routes(): readonly RouteDescription[]
  readonly users: Users
  readonly roles: Roles<Declared>
  readonly sessions: Sessions
  readonly limits: Limits
  readonly alerts: Alerts
  readonly keys: Keys
  /**
   * The providers that people sign in with, and whether they answer (RES-2), as this node sees it. A password signs in
   * whatever their state.
   *
   * @example
   * for (const { name, state } of auth.providers()) if (state === 'open') console.log(`${name} is down`)
   */
  providers(): readonly ProviderState[]
  readonly connections: Connections
  readonly audit: Audit
  readonly webhooks: Webhooks
  readonly backups: Backups
  readonly jobs: Jobs
  /** Removes what has ended (TOK-10), in batches. */
  cleanUp(by: Actor): Promise<CleanUpReport>
  /** Applies the pending migrations, and gives their names. Harmless when several nodes do it at once. */
  migrate(): Promise<readonly string[]>
  /** What PostgreSQL says of itself, migrated or not; null: the embedded database. Rejects where it is away. */
  databaseServer(): Promise<DatabaseServer | null>
  /** For an operator's look at the whole, such as `vigile doctor`: it reads much. */
  inspect(): Promise<Inspection>
  migrationState(): Promise<{ readonly pending: readonly string[]; readonly applied: readonly string[] }>
  /** Whether this node can serve (SPEC section 17). Never rejects. */
  readiness(): Promise<Readiness>
  /**
   * How sign-in and sessions, mail and each provider are and were over 90 days, as people may know it: names no database, host or
   * fault. Nodes look every 30 s (`startJobs`), and when this is called, every 5 s at most; they write down what changed. Never
   * rejects, and takes 1.5 s at most: while the database is away it is what this node remembers.
   *
   * @example
   * const { parts } = await auth.status()
   * for (const { id, state, availability } of parts) console.log(id, state, availability)
   */
  status(): Promise<StatusReport>
  /**
   * Takes new secrets while it runs, without ending a session: `secrets` (where they are no function), and the credentials in
   * addresses, of providers and of anchors. Each option replaces the former one whole; what of it is no secret stays as it was at the
   * start. New connections use them; those that are open stay.
   *
   * Throws a `ConfigurationError`, with nothing changed, where an option is wrong, or leads to another place than before.
   *
   * @example
   * auth.renew({ database: await vault.read('database'), mail: { url: await vault.read('smtp'), from } })
   */
  renew(renewed: Renewed): void
  /**
   * What is read when it is asked for, and not counted as it happens: readiness, sessions that live, letters that wait. Never
   * rejects; what can't be read now is left out. Its questions to the database are bounded, and asked once a minute at most.
   */
  gauges(): Promise<readonly Reading[]>
  /**
   * Resolves when the database is open, migrated (embedded) and the keys are there; rejects with what is wrong. What failed
   * is tried again by the next call, and by the next request.
   */
  ready(): Promise<void>
  /** Starts what runs by itself: the clean-up at its hour and key rotation. `fetch` works without. Twice is once. */
  startJobs(): void
  /** In development, without a mail server: the letters of this node, the newest first. Otherwise null. */
  mailbox(): readonly Delivered[] | null
  /** Turns readiness to `down` before the end, so that a load balancer looks elsewhere. */
  drain(): void
  /** Ends jobs and closes every connection: the process can exit. Twice is once. */
  close(): Promise<void>
}
