// What the acts on roles have in common: one at a time, bounded by what whoever acts holds, and told to every node.
import { type AnyActor, contextOf, nameActor, type UserActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Channel, Invalidation } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { sessionEnd } from '../sessions/rotation.ts'
import type { SessionStore } from '../sessions/store.ts'
import { managePermission } from './administrators.ts'
import { heldPermissions } from './held-permissions.ts'
import { holds, type KnownPermissions } from './permissions.ts'
import type { DeclaredRoles, Role, RoleStore } from './store.ts'

export type RoleActor = AnyActor

export type RoleActStores = {
  readonly accounts: {
    lock(id: UserId): Promise<boolean>
    lockActive(id: UserId): Promise<unknown>
    raiseVersion(id: UserId, now: number): Promise<boolean>
  }
  readonly sessions: Pick<SessionStore, 'find'>
  readonly roles: RoleStore
  readonly audit: AuditStore
}

export type RoleActDeps = {
  readonly transact: Transact<RoleActStores>
  readonly permissions: KnownPermissions
  readonly declaredRoles: DeclaredRoles
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
}

/** `permission`: what whoever acts would have to hold. */
export type ActorRefused =
  | { readonly ok: false; readonly error: 'permission_denied'; readonly permission: string }
  | { readonly ok: false; readonly error: 'unauthenticated' }

export type NotFound = { readonly ok: false; readonly error: 'not_found' }
export const notFound: NotFound = { ok: false, error: 'not_found' }

/** An act under way, in its transaction, which holds the rows of the users concerned and then that of the roles. */
export type RoleAct = {
  readonly stores: RoleActStores
  readonly now: number
  /** Every role as it was before. */
  readonly roles: readonly Role[]
  /** Refuses where whoever acts does not hold all of these (RBAC-5). */
  refuses(...lists: readonly (readonly string[])[]): ActorRefused | null
  entry(action: string, of: Pick<AuditEntry, 'resource' | 'resourceId' | 'details'> & { userId?: UserId }): AuditEntry
}

/**
 * Does the work of an act, if whoever acts may manage roles, and holds what the target does; then tells every node. `target`: whose roles
 * it changes; `not_found` where there is no such user. `through`: the user, and the session, that must still be there, where another than
 * `by` decides what may be done.
 */
export const actOnRoles = async <Result extends { readonly ok: boolean }>(
  deps: RoleActDeps,
  {
    by,
    target = null,
    through = by.kind === 'user' ? by : null,
  }: { readonly by: RoleActor; readonly target?: UserId | null; readonly through?: UserActor | null },
  work: (act: RoleAct) => Promise<Result>,
): Promise<Result | ActorRefused | NotFound> => {
  const done = await deps.transact(async (stores): Promise<Result | ActorRefused | NotFound> => {
    const bounded = by.kind === 'user' ? by : null
    const actor = through
    let isActor = actor === null
    // In the order of the ids: two users who act on each other wait for one another, and don't lock each other out.
    for (const id of [...new Set([actor?.id, target])].filter((one) => one != null).sort()) {
      if (id === target && !(await stores.accounts.lock(id))) return notFound
      if (id === actor?.id) isActor = (await stores.accounts.lockActive(id)) !== null
    }
    if (!isActor || (actor && !(await lives(stores, actor)))) return { ok: false, error: 'unauthenticated' }
    await stores.roles.lock()
    // After the waits: in the order in which it happens.
    const now = deps.clock.now()
    // A statement of its own, after the wait: what was committed meanwhile is seen.
    const { roles } = await stores.roles.list()
    const held = bounded && (await heldPermissions(stores.roles, bounded.id, roles))
    // Whatever the role: nobody makes less of who is more, be it by a role that an application refuses by.
    const theirs = bounded && target !== null ? await heldPermissions(stores.roles, target, roles) : []
    const refuses: RoleAct['refuses'] = (...lists) =>
      bounded && held ? refuseLacking(bounded, held, lists.flat()) : null
    const entry: RoleAct['entry'] = (action, { userId, resource, resourceId, details }) =>
      auditEntry(contextOf(by), {
        ...{ action, at: now, userId: userId ?? null, details: { by: nameActor(by), ...details } },
        ...(resource && { resource }),
        ...(resourceId && { resourceId }),
      })
    const refusal = refuses([managePermission], theirs)
    if (refusal) return refusal
    const result = await work({ stores, now, roles, refuses, entry })
    if (result.ok && target !== null) await stores.accounts.raiseVersion(target, now)
    return result
  })
  // Also where a user was given a role: it may have been made for that.
  const changed: readonly Invalidation[] = [{ kind: 'roles', id: 'all' }]
  if (done.ok) await tell(deps, target === null ? changed : [...changed, { kind: 'user', id: target }])
  return done
}

/** Refuses the first that whoever acts does not hold, by the roles as they are and by what the session was found to hold. */
export const refuseLacking = (
  { within }: UserActor,
  held: readonly string[],
  wanted: readonly string[],
): ActorRefused | null => {
  const permission = wanted.find((one) => !holds(held, one) || (within !== undefined && !holds(within, one)))
  return permission === undefined ? null : { ok: false, error: 'permission_denied', permission }
}

/** Whether the session that authorised the act lives, by the database's row and clock (I10). */
export const lives = async (
  { sessions }: Pick<RoleActStores, 'sessions'>,
  { id, sessionId }: UserActor,
): Promise<boolean> => {
  if (sessionId === undefined) return true
  const { session, now } = await sessions.find(sessionId)
  return session?.userId === id && sessionEnd(session, now) === null
}

/** Nodes that can't be told see it at their next look-up of a session, 3 s later at most. */
const tell = ({ channel, log }: RoleActDeps, messages: readonly Invalidation[]): Promise<void> =>
  channel.publish(messages).catch((error) => log.warn({ err: error }, 'other nodes were not told of a change of roles'))
