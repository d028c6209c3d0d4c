// Accounts, as commands and applications act on them.
import type { User } from '@vigile/contract'
import { type AccountActDeps, notFound } from '../accounts/acts-on-accounts.ts'
import { type CreateAccountDeps, createAccount, type NewUser } from '../accounts/create-account.ts'
import { type DeleteAccountDeps, deleteAccount } from '../accounts/delete-account.ts'
import { parseEmail } from '../accounts/email.ts'
import { presentUser } from '../accounts/present-user.ts'
import { type RemoveFactorsDeps, removeFactors } from '../accounts/remove-factors.ts'
import { type SendResetLinkDeps, sendResetLink } from '../accounts/send-reset-link.ts'
import { setAccountActive } from '../accounts/set-account-active.ts'
import type { Account, AccountStore } from '../accounts/store.ts'
import { verifyAccountEmail } from '../accounts/verify-account-email.ts'
import type { Actor, AnyActor } from '../audit/actor.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import { parseUserId, type UserId } from '../primitives/ids.ts'
import type { ActorRefusal } from '../roles/act-on-user.ts'
import type { EvenTheLast } from '../roles/administrators.ts'

export type ManagedUser = User & { readonly isActive: boolean }

type Done<Value = void> = { readonly ok: true; readonly value: Value }
type Refused<Code extends string> = { readonly ok: false; readonly error: Code }

/**
 * Each act is on record with who did it (`by`), or it is not done. Who alone may still manage roles is not disabled nor deleted:
 * `last_administrator`, unless `leaveNoAdministrator` is said. A user who acts (`{ kind: 'user', id }`) needs `users:update` or
 * `users:delete`, and all that the other holds: else `permission_denied`, naming what lacks.
 */
export type Users = {
  /**
   * Makes an account. Refuses `email_taken`, `invalid_email`, `invalid_hash` (unknown, damaged or too costly) and
   * `weak_password`. Without password and hash nobody can sign in to it with a password.
   *
   * @example
   * await auth.users.create({ email: 'ada@example.com', passwordHash: row.bcrypt }, { kind: 'application', name: 'import' })
   */
  create(
    input: NewUser,
    by: Actor,
  ): Promise<
    | Done<ManagedUser>
    | Refused<'email_taken' | 'invalid_email' | 'invalid_hash'>
    | { readonly ok: false; readonly error: 'weak_password'; readonly faults: readonly PasswordFault[] }
  >
  /** By email, in whatever spelling, or by id. */
  find(emailOrId: string): Promise<ManagedUser | null>
  /** The oldest first, 50 a page (`limit`: 1 to 200) from `after`, a `next`. `search`: a part of the email or name. */
  list(input: {
    readonly after?: string
    readonly limit?: number
    readonly search?: string
  }): Promise<{ readonly users: readonly ManagedUser[]; readonly next: string | null }>
  /** Ends every session of the user at once, and refuses sign-in as for a wrong password (ACC-6). */
  disable(
    id: UserId,
    by: AnyActor,
    options?: EvenTheLast,
  ): Promise<Done<{ readonly endedSessions: number }> | Refused<'last_administrator'> | ActorRefusal>
  enable(id: UserId, by: AnyActor): Promise<Done | Refused<'not_found'> | ActorRefusal>
  /** Says that the mailbox is the user's. Opens sign-in again where a hundred failures had closed it (LIM-7). */
  verifyEmail(id: UserId, by: Actor): Promise<Done | Refused<'not_found'>>
  /**
   * Sends the user the link to choose a new password, which is the only way to give them one (S-19); it ends the one before. Refuses
   * `rate_limited` where a user acts: three in a quarter of an hour (`linkEmail`).
   */
  sendPasswordReset(id: UserId, by: AnyActor): Promise<Done | Refused<'rate_limited'> | ActorRefusal>
  /**
   * For somebody who has lost every second factor: takes away the authenticator app, the passkeys and the recovery codes, ends
   * every session and tells the owner by letter. Be sure who asks: what is left is the first factor. Refuses `not_found` (none,
   * or disabled) and `no_factor` (there is none).
   *
   * @example
   * await auth.users.removeFactors(id, { kind: 'application', name: 'help desk' })
   */
  removeFactors(
    id: UserId,
    by: AnyActor,
  ): Promise<Done<{ readonly endedSessions: number }> | Refused<'no_factor'> | ActorRefusal>
  /** Ends every session, and removes the account with what hangs on it; its audit entries stay, without what tells of a person. */
  delete(id: UserId, by: AnyActor, options?: EvenTheLast): Promise<Done | Refused<'last_administrator'> | ActorRefusal>
}

const pageSize = 50
const maxPageSize = 200

export const createUsers = (
  deps: AccountActDeps &
    CreateAccountDeps &
    DeleteAccountDeps &
    RemoveFactorsDeps &
    SendResetLinkDeps & { readonly accounts: Pick<AccountStore, 'findById' | 'findByEmailKey' | 'list'> },
): Users => {
  const { accounts } = deps
  return {
    create: async (input, by) => {
      const result = await createAccount(deps, input, by)
      return result.ok ? { ok: true, value: managed(result.value) } : result
    },
    find: async (text) => {
      const id = parseUserId(text)
      const email = parseEmail(text)
      const account = id ? await accounts.findById(id) : email ? await accounts.findByEmailKey(email.key) : null
      return account && managed(account)
    },
    list: async ({ after = null, limit = pageSize, search = null }) => {
      const page = await accounts.list({ after, limit: Math.min(Math.max(limit, 1), maxPageSize), search })
      return { users: page.accounts.map(managed), next: page.next }
    },
    disable: (id, by, options) => setAccountActive(deps, id, false, by, ofUser(by, options)),
    enable: async (id, by) => {
      const done = await setAccountActive(deps, id, true, by)
      if (done.ok) return { ok: true, value: undefined }
      // Only what ends an administrator can leave none.
      return done.error === 'last_administrator' ? notFound : done
    },
    verifyEmail: (id, by) => verifyAccountEmail(deps, id, by),
    sendPasswordReset: (id, by) => sendResetLink(deps, id, by),
    removeFactors: (id, by) => removeFactors(deps, id, by),
    delete: (id, by, options) => deleteAccount(deps, id, by, ofUser(by, options)),
  }
}

/** A user never leaves nobody, whatever is asked. */
const ofUser = (by: AnyActor, options?: EvenTheLast): EvenTheLast | undefined => (by.kind === 'user' ? {} : options)

const managed = (account: Account): ManagedUser => ({ ...presentUser(account), isActive: account.isActive })
