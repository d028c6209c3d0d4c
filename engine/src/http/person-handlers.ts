// A person's own account: profile, and the sessions elsewhere.
import type { AccountActDeps } from '../accounts/acts-on-accounts.ts'
import { changeProfile } from '../accounts/change-profile.ts'
import { presentUser } from '../accounts/present-user.ts'
import { revokeUser } from '../sessions/revoke.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import type { Owner } from './guards.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'

export const createPersonHandlers = (deps: AccountActDeps) => ({
  changeProfile: async (
    { context }: Call,
    { session }: VerifiedSession,
    { body }: InputOf<'changeProfile'>,
  ): Promise<Outcome> => {
    const account = await changeProfile(deps, { userId: session.userId, change: body, context })
    return account ? answer(200, { json: { user: presentUser(account) } }) : refuse('unauthenticated')
  },

  /** S-37: what the page offers after a change of what protects the account. */
  endOtherSessions: async ({ context }: Call, { userId, sessionId }: Owner): Promise<Outcome> => {
    const reason = 'ended_from_another_device'
    await revokeUser(deps, userId, { reason, now: deps.clock.now(), context, except: sessionId })
    return answer(204)
  },
})
