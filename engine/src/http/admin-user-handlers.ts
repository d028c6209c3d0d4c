// The accounts of others, for administrators. Every act asks in its transaction once more who acts and what they hold.
import type { AdminUser } from '@vigile/contract'
import type { AccountActDeps } from '../accounts/acts-on-accounts.ts'
import { type DeleteAccountDeps, deleteAccount } from '../accounts/delete-account.ts'
import { endEverySession } from '../accounts/end-every-session.ts'
import { presentUser } from '../accounts/present-user.ts'
import { type RemoveFactorsDeps, removeFactors } from '../accounts/remove-factors.ts'
import { type SendResetLinkDeps, sendResetLink } from '../accounts/send-reset-link.ts'
import { setAccountActive } from '../accounts/set-account-active.ts'
import type { Account, AccountStore } from '../accounts/store.ts'
import type { UserActor } from '../audit/actor.ts'
import type { AuditStore } from '../audit/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import { parseUserId, type UserId } from '../primitives/ids.ts'
import { unionOf } from '../roles/held-permissions.ts'
import type { Assignment, Role, RoleStore } from '../roles/store.ts'
import type { FactorStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type ActRefused, actorOf, type RecordLook, refused } from './administration.ts'
import type { Call } from './call.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'

const pageSize = 50

export type AdminUserDeps = AccountActDeps &
  DeleteAccountDeps &
  RemoveFactorsDeps &
  SendResetLinkDeps & {
    readonly accounts: Pick<AccountStore, 'findById' | 'list'>
    readonly roles: Pick<RoleStore, 'list' | 'assignments'>
    readonly sessions: Pick<SessionStore, 'listLive'>
    readonly factors: FactorStore
    readonly identities: Pick<IdentityStore, 'listOfUser'>
    readonly audit: Pick<AuditStore, 'list'>
    readonly recordLook: RecordLook
  }

/** Of the user that the path names: an id that can't be one is nobody's. */
type OfUser = { readonly params: { readonly id: string } }

export const createAdminUserHandlers = (deps: AdminUserDeps) => {
  const { accounts, roles } = deps

  const present = (account: Account, all: readonly Role[], own: readonly Assignment[] = []): AdminUser => ({
    ...presentUser(account),
    isActive: account.isActive,
    roles: rolesOf(all, own).map(({ name }) => name),
  })

  const rolesOf = (all: readonly Role[], own: readonly Assignment[]) =>
    all.filter(({ id }) => own.some(({ roleId }) => roleId === id))

  const onUser =
    <Value>(
      act: (id: UserId, by: UserActor) => Promise<{ readonly ok: true; readonly value: Value } | ActRefused>,
      done: (value: Value) => Outcome,
    ) =>
    async (call: Call, as: PermittedSession, { params }: OfUser): Promise<Outcome> => {
      const id = parseUserId(params.id)
      if (id === null) return refuse('not_found')
      const result = await act(id, actorOf(call, as))
      return result.ok ? done(result.value) : refused(result)
    }

  const ended = ({ endedSessions }: { readonly endedSessions: number }) => answer(200, { json: { endedSessions } })

  return {
    list: async (call: Call, as: PermittedSession, { query }: InputOf<'adminUsers'>): Promise<Outcome> => {
      const { after = null, limit = pageSize, search = null, active, role } = query
      const all = (await roles.list()).roles
      const roleId = role === undefined ? undefined : all.find(({ name }) => name === role)?.id
      await deps.recordLook(call, as, 'user:list')
      if (role !== undefined && roleId === undefined) return answer(200, { json: { users: [], next: null } })
      const page = await accounts.list({
        ...{ after, limit, search },
        ...(active !== undefined && { isActive: active }),
        ...(roleId !== undefined && { roleId }),
      })
      const assignments = await roles.assignments(page.accounts.map(({ id }) => id))
      const users = page.accounts.map((account) => present(account, all, assignments.get(account.id)))
      return answer(200, { json: { users, next: page.next } })
    },

    one: async (call: Call, as: PermittedSession, { params }: InputOf<'adminUser'>): Promise<Outcome> => {
      const id = parseUserId(params.id)
      const account = id && (await accounts.findById(id))
      if (!account) return refuse('not_found')
      const userId = account.id
      await deps.recordLook(call, as, 'user:read', { resource: 'user', resourceId: userId })
      const [{ roles: all }, assignments, live, factors, identities, signIns] = await Promise.all([
        roles.list(),
        roles.assignments([userId]),
        deps.sessions.listLive(userId, deps.clock.now()),
        deps.factors.held(userId),
        deps.identities.listOfUser(userId),
        deps.audit.list({ userId, action: 'session:sign-in', limit: 1 }),
      ])
      const own = assignments.get(userId) ?? []
      const user = {
        ...present(account, all, own),
        permissions: unionOf(rolesOf(all, own)),
        hasPassword: account.passwordHash !== null,
        sessions: live.length,
        factors,
        identities: identities.map(({ id: identity, provider, email, label, createdAt, lastUsedAt }) => ({
          id: identity,
          provider,
          email,
          label,
          createdAt,
          lastUsedAt,
        })),
        lastSignInAt: signIns[0]?.at ?? null,
      }
      return answer(200, { json: { user } })
    },

    disable: onUser((id, by) => setAccountActive(deps, id, false, by), ended),
    enable: onUser(
      (id, by) => setAccountActive(deps, id, true, by),
      () => answer(204),
    ),
    endSessions: onUser((id, by) => endEverySession(deps, id, by), ended),
    /** S-19: nobody but the owner ever chooses or sees a password. */
    resetPassword: onUser(
      (id, by) => sendResetLink(deps, id, by),
      () => answer(202, { json: { status: 'sent' } }),
    ),
    removeFactors: async (call: Call, as: PermittedSession, { params }: OfUser): Promise<Outcome> => {
      const id = parseUserId(params.id)
      if (id === null) return refuse('not_found')
      const result = await removeFactors(deps, id, actorOf(call, as))
      if (result.ok) return ended(result.value)
      return result.error === 'no_factor' ? refuse('not_found', { detail: { key: 'noFactor' } }) : refused(result)
    },
    remove: onUser(
      (id, by) => deleteAccount(deps, id, by),
      () => answer(204),
    ),
  }
}
