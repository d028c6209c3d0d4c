// Who may pass by what they are permitted: on our own routes, and on those of an application.
import type { EnginePermission, User } from '@vigile/contract'
import type { LiveAccounts } from '../accounts/live-accounts.ts'
import { auditEntry } from '../audit/entry.ts'
import type { RecordDenial } from '../audit/record-denial.ts'
import type { Clock } from '../primitives/clock.ts'
import type { LivePermissions } from '../roles/live-permissions.ts'
import { holds } from '../roles/permissions.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import type { Guard, Guards } from './guards.ts'
import { type Passed, passed } from './identify.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'

/** `held`: what the session may do, wildcards among it. */
export type PermittedSession = {
  readonly verified: VerifiedSession
  readonly user: User
  readonly held: readonly string[]
}

/** What a change needs besides the session: `csrf`, by what it shows that it comes from a page of ours. */
export type Demands = { readonly recentSignIn: boolean; readonly csrf: 'token' | 'origin' }

export type PermittedDeps = {
  readonly guards: Pick<Guards, 'signedIn' | 'signedInChange' | 'formChange' | 'recentChange' | 'recentFormChange'>
  readonly liveAccounts: LiveAccounts
  readonly livePermissions: LivePermissions
  readonly recordDenial: RecordDenial
  readonly clock: Clock
}

const isRead = ({ request: { method } }: Call) => ['GET', 'HEAD', 'OPTIONS'].includes(method)

export const createPermitted = (deps: PermittedDeps) => {
  const { signedIn, signedInChange, formChange, recentChange, recentFormChange } = deps.guards
  const changes = { token: signedInChange, origin: formChange }
  const recentChanges = { token: recentChange, origin: recentFormChange }

  /** `of`: what of it counts apart, once in a window. */
  const record = async (call: Call, { session: { userId } }: VerifiedSession, permission: string, of = '') => {
    const { path, context, request } = call
    const details = { permission, method: request.method.slice(0, 16), path: path.slice(0, 256) }
    const act = { action: 'permission:denied', at: deps.clock.now(), userId, resource: 'permission', details }
    await deps.recordDenial(`${userId} ${permission} ${of}`, auditEntry(context, { ...act, resourceId: permission }))
  }

  const denied = async (call: Call, verified: VerifiedSession, permission: string): Promise<Refusal> => {
    await record(call, verified, permission)
    return refuse('permission_denied', { permission, detail: { key: 'permissionMissing', values: { permission } } })
  }

  /** Reads by a session alone, changes by `change`; then what the session's user may do, as of now (S-87). No permission: the session will do. */
  const check =
    (permission: string | null, change: Guard<VerifiedSession>) =>
    async (call: Call): Promise<Passed<PermittedSession> | Refusal> => {
      const found = await (isRead(call) ? signedIn : change).check(call)
      if (found.kind === 'refusal') return found
      const { session } = found.as
      const { userId } = session
      const account = deps.liveAccounts.peek(userId) ?? (await deps.liveAccounts.get(userId))
      if (!account) return refuse('unauthenticated')
      const { permissions } = await deps.livePermissions.of(account, session)
      if (permission !== null && !holds(permissions, permission)) {
        const { permissions: later } = await deps.livePermissions.withFactor(account)
        return holds(later, permission) ? refuse('reauthentication_required') : denied(call, found.as, permission)
      }
      return passed({ verified: found.as, user: account.user, held: permissions }, found.sessionId)
    }

  return {
    /** For an application's own routes: changes need the CSRF token where a cookie authorises them, and a recent sign-in if asked for. */
    check: (permission: string | null, { recentSignIn, csrf }: Demands) =>
      check(permission, (recentSignIn ? recentChanges : changes)[csrf]),

    /** For our routes of administration: changes need a recent sign-in (TOK-11). */
    guard: (permission: EnginePermission): Guard<PermittedSession> => ({
      name: `permission ${permission}; changes: CSRF, recent sign-in`,
      by: signedIn.by,
      check: check(permission, recentChange),
    }),

    /** What an act denied to somebody whom the guard let pass: each act on each target, for this is how one would become more (S-90). */
    recordDenied: async (call: Call, { verified }: PermittedSession, outcome: Outcome): Promise<Outcome> => {
      if (outcome.kind === 'refusal' && outcome.code === 'permission_denied') {
        const { permission = 'last_administrator' } = outcome
        await record(call, verified, permission, `${call.request.method} ${call.path}`)
      }
      return outcome
    },
  }
}
