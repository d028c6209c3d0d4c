// What users may do, by what this node holds of them and of the roles (RBAC-4).
import type { Channel } from '../primitives/channel.ts'
import type { UserId } from '../primitives/ids.ts'
import { createLiveCache } from '../primitives/live-cache.ts'
import type { SessionRow } from '../sessions/store.ts'
import { unionOf } from './held-permissions.ts'
import type { LiveRoles } from './live-roles.ts'
import { holds } from './permissions.ts'
import type { Assignment, Role, RoleStore } from './store.ts'

/** Names of roles, and what they come to: sorted, wildcards among them. */
export type Held = { readonly roles: readonly string[]; readonly permissions: readonly string[] }

type Holder = { readonly isActive: boolean; readonly assignments: readonly Assignment[] }

/** As sessions: a node that was not told asks again within 3 s (`sessions/live-sessions.ts`). */
const maxAgeMs = 3_000
const maxEntries = 50_000
const nothing: Held = { roles: [], permissions: [] }

export type LivePermissions = {
  /**
   * Of an account whose session was just looked up: without the roles that take a second factor, where that session proved none (S-15).
   * Rejects (503) where the roles can be neither trusted from memory nor asked.
   */
  of(account: Holder, session: Pick<SessionRow, 'secondFactor'>): Promise<Held>
  /** What a sign-in with a second factor brings: all that the roles hold. */
  withFactor(account: Holder): Promise<Held>
  /** Of any account, where no session says that what is held is still true. False: no such user, or a disabled one. */
  hasPermission(userId: UserId, permission: string): Promise<boolean>
}

export const createLivePermissions = (deps: {
  readonly accounts: { findMany(ids: readonly UserId[]): Promise<readonly { id: UserId; updatedAt: number }[]> }
  readonly liveAccounts: { get(id: UserId): Promise<Holder | null>; saw(id: UserId, version: number): void }
  readonly roles: Pick<RoleStore, 'version'>
  readonly liveRoles: LiveRoles
  /** Permissions that take a second factor. */
  readonly guarded: readonly string[]
  readonly channel: Channel
}): LivePermissions => {
  const { guarded } = deps
  const isGuarded = ({ permissions }: Role) => guarded.some((permission) => holds(permissions, permission))

  /** What was put together last, for as long as nothing of it changes: every check asks. */
  const made = new WeakMap<readonly Assignment[], { readonly from: readonly Role[]; readonly held: Held }>()

  const rolesOf = (from: readonly Role[], assignments: readonly Assignment[]) =>
    from.filter(({ id }) => assignments.some(({ roleId }) => roleId === id))
  const heldBy = (roles: readonly Role[]): Held => ({
    roles: roles.map(({ name }) => name),
    permissions: unionOf(roles),
  })

  const withFactor: LivePermissions['withFactor'] = async ({ isActive, assignments }) => {
    if (!isActive || assignments.length === 0) return nothing
    const from = await deps.liveRoles.get()
    const known = made.get(assignments)
    if (known?.from === from) return known.held
    const held = heldBy(rolesOf(from, assignments))
    made.set(assignments, { from, held })
    return held
  }

  const of: LivePermissions['of'] = async (account, { secondFactor }) => {
    if (guarded.length === 0 || secondFactor || !account.isActive) return withFactor(account)
    // Whatever came after that sign-in: the role, what it holds, or the policy.
    const own = rolesOf(await deps.liveRoles.get(), account.assignments)
    return heldBy(own.filter((role) => !isGuarded(role)))
  }

  /** Look-ups of sessions bring these versions; where there is no session, this does. */
  const versions = createLiveCache<UserId, number>({
    kind: 'user',
    channel: deps.channel,
    maxAgeMs,
    maxEntries,
    loadMany: async (ids) => {
      const [accounts, rolesVersion] = await Promise.all([deps.accounts.findMany(ids), deps.roles.version()])
      deps.liveRoles.saw(rolesVersion)
      for (const { id, updatedAt } of accounts) deps.liveAccounts.saw(id, updatedAt)
      return new Map(accounts.map(({ id, updatedAt }) => [id, updatedAt]))
    },
  })

  return {
    of,
    withFactor,
    hasPermission: async (userId, permission) => {
      if ((await versions.get(userId)) === null) return false
      const account = await deps.liveAccounts.get(userId)
      return account !== null && holds((await withFactor(account)).permissions, permission)
    },
  }
}
