// The first administrator of an installation: whoever started it has the link, and claims it with an account of their own. There is never
// a default account, nor a default password (S-14).

import { nameActor } from '../audit/actor.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import { sha256 } from '../primitives/hash.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import { actOnRoles, type RoleActDeps } from './act-on-roles.ts'
import { isManaged, managePermission } from './administrators.ts'
import { findAdministrators, give } from './assign-roles.ts'
import { holds } from './permissions.ts'

/** Who started it reads the link at once; the next start makes another. */
const lifeMs = 24 * 60 * 60_000
const by = { kind: 'application', name: 'claim link' } as const

const claimHash = (token: string): string => sha256(`vigile claim ${token}`, 'base64url')

/**
 * A token that makes one user administrator, once: 43 base64url characters, good for a day, hashed where it is stored. It ends the one
 * before. Null: somebody active may manage roles already.
 */
export const offerClaim = ({ transact, clock }: Pick<RoleActDeps, 'transact' | 'clock'>): Promise<string | null> =>
  transact(async ({ roles }) => {
    await roles.lock()
    if (await isManaged(roles, (await roles.list()).roles)) return null
    const token = randomToken(32)
    await roles.offerClaim(claimHash(token), clock.now() + lifeMs)
    return token
  })

export type ClaimInput = {
  readonly token: string
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly context: Context
}

/**
 * Gives the user the role `admin`, which is made, and holds everything, where there is none. Refuses `link_expired` (unknown, used or too
 * old, or there is an administrator already), `permission_denied` (there is a role `admin` that may not manage roles: an operator has to
 * see to it) and `unauthenticated` (the session is over).
 */
export const claim = async (
  deps: RoleActDeps,
  { token, userId, sessionId, context }: ClaimInput,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: ClaimRefusal }> => {
  const done = await actOnRoles(
    deps,
    { by, target: userId, through: { kind: 'user', id: userId, sessionId } },
    async (act): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: ClaimRefusal }> => {
      const { roles } = act.stores
      if (await isManaged(roles, act.roles)) return { ok: false, error: 'link_expired' }
      const there = act.roles.find(({ name }) => name === 'admin')
      if (there && !holds(there.permissions, managePermission)) return { ok: false, error: 'permission_denied' }
      if (!(await roles.takeClaim(claimHash(token), act.now))) return { ok: false, error: 'link_expired' }
      const role = await findAdministrators(deps, act)
      if (!role) return { ok: false, error: 'permission_denied' }
      const entry = { action: 'system:claim', at: act.now, userId, resource: 'user', resourceId: userId }
      await act.stores.audit.append([auditEntry(context, entry)])
      await give(act, userId, role, nameActor(by))
      return { ok: true }
    },
  )
  if (done.ok) return done
  // What was tried is on record, or it is not answered (S-90).
  const failed = { action: 'system:claim:failed', at: deps.clock.now(), userId, resource: 'user', resourceId: userId }
  const entry = auditEntry(context, { ...failed, details: { reason: done.error } })
  await deps.transact(({ audit }) => audit.append([entry]))
  // The user is held and the session asked for; what is not there is over.
  return { ok: false, error: done.error === 'not_found' ? 'unauthenticated' : done.error }
}

export type ClaimRefusal = 'link_expired' | 'permission_denied' | 'unauthenticated'
