// A person's own account: profile, and the sessions elsewhere.
import type { AccountActDeps } from '../accounts/acts-on-accounts.ts'
import { changeProfile } from '../accounts/change-profile.ts'
import { type CloseAccountDeps, closeAccount } from '../accounts/close-account.ts'
import { type ExportDeps, exportData } from '../accounts/export-data.ts'
import { keepAccount } from '../accounts/keep-account.ts'
import { presentUser } from '../accounts/present-user.ts'
import { parseCursor } from '../audit/cursor.ts'
import type { RoleActDeps } from '../roles/act-on-roles.ts'
import { claim } from '../roles/claim.ts'
import { revokeUser } from '../sessions/revoke.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { bySession, type Owner } from './guards.ts'
import { tokenOf } from './link-handlers.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'

export const createPersonHandlers = (deps: CloseAccountDeps & AccountActDeps & ExportDeps & RoleActDeps) => ({
  changeProfile: async (
    { context }: Call,
    { session }: VerifiedSession,
    { body }: InputOf<'changeProfile'>,
  ): Promise<Outcome> => {
    const account = await changeProfile(deps, { ...bySession(session), change: body, context })
    return account ? answer(200, { json: { user: presentUser(account) } }) : refuse('unauthenticated')
  },

  /** S-37: what the page offers after a change of what protects the account. */
  endOtherSessions: async ({ context }: Call, { userId, sessionId }: Owner): Promise<Outcome> => {
    const reason = 'ended_from_another_device'
    await revokeUser(deps, userId, { reason, now: deps.clock.now(), context, except: sessionId })
    return answer(204)
  },

  exportData: async (
    { context }: Call,
    { session }: VerifiedSession,
    { body }: InputOf<'exportData'>,
  ): Promise<Outcome> => {
    const after = body.after === undefined ? null : parseCursor(body.after)
    if (body.after !== undefined && after === null)
      return refuse('validation_failed', { fields: [{ path: 'after', code: 'invalid', key: 'fields.invalid' }] })
    const page = await exportData(deps, { userId: session.userId, after, context })
    if (!page) return refuse('unauthenticated')
    return answer(200, { json: page, headers: { 'Content-Disposition': 'attachment; filename="account.json"' } })
  },

  /** The cookies stay: they are of a session that is over, and its client learns from the server why. */
  closeAccount: async (call: Call, { session }: VerifiedSession): Promise<Outcome> => {
    const { context } = call
    const result = await closeAccount(deps, { ...bySession(session), locale: localeOf(call), context })
    if (!result.ok) {
      return result.error === 'last_administrator'
        ? refuse('permission_denied', { detail: { key: 'lastAdministrator' } })
        : refuse('unauthenticated')
    }
    return answer(200, { json: { status: 'closed', deleteAt: result.deleteAt } })
  },

  claim: async (call: Call, { session }: VerifiedSession, { body }: InputOf<'claim'>): Promise<Outcome> => {
    const input = { ...bySession(session), token: tokenOf(body.token), context: call.context }
    const result = await claim(deps, input)
    if (result.ok) return answer(200, { json: { status: 'claimed' } })
    return result.error === 'permission_denied'
      ? refuse(result.error, { detail: { key: 'adminCannotManage' } })
      : refuse(result.error)
  },

  keepAccount: async (call: Call, _as: null, { body }: InputOf<'keepAccount'>): Promise<Outcome> => {
    const { context } = call
    const result = await keepAccount(deps, { token: tokenOf(body.token), locale: localeOf(call), context })
    return result.ok ? answer(200, { json: { status: 'kept' } }) : refuse(result.error)
  },
})
