// An owner who wants to be gone: the account is closed at once, and deleted for good after a delay in which a letter, or a
// sign-in, takes it back (decisions/0018).
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Transact } from '../primitives/transact.ts'
import { isLastAdministrator, type LastAdministrator, lastAdministrator } from '../roles/administrators.ts'
import type { RoleStore } from '../roles/store.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type AccountActDeps, announceAccount, type NotFound, notFound } from './acts-on-accounts.ts'
import type { ClosureStore } from './closure-store.ts'
import { type BySession, lockOwner } from './lock-owner.ts'
import type { AccountStore } from './store.ts'

export type CloseAccountDeps = Omit<AccountActDeps, 'transact'> & {
  readonly transact: Transact<{
    accounts: AccountStore
    closures: ClosureStore
    sessions: SessionStore
    roles: RoleStore
    oneTimeTokens: OneTimeTokenStore
    outbox: OutboxStore
    audit: AuditStore
  }>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly deletionDelaySeconds: number
  readonly mailPosted: () => void
}

/**
 * Gives the moment of the deletion (epoch milliseconds). Refuses `last_administrator`, and `not_found`: the session was ended, or the
 * account disabled, meanwhile.
 */
export const closeAccount = async (
  deps: CloseAccountDeps,
  input: BySession & { readonly locale: Locale; readonly context: Context },
): Promise<{ readonly ok: true; readonly deleteAt: number } | NotFound | LastAdministrator> => {
  const { userId, context } = input
  const committed = deps.transact(async (stores) => {
    const { accounts, closures, sessions, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const deleteAt = now + deps.deletionDelaySeconds * 1000
    // Holds the row: a sign-in under way is waited for, and its session ends too; a later one finds the account disabled.
    const account = await lockOwner(stores, input)
    if (account && (await isLastAdministrator(stores.roles, userId))) return 'last_administrator' as const
    if (!account || !(await accounts.setActive(userId, false, now))) return null
    await closures.insert(userId, { closedAt: now, deleteAt })
    const revoked = await sessions.revokeAllOfUser(userId, 'account_closed', now, null)
    await recordRevocations(audit, revoked, { reason: 'account_closed', now, context })
    const act = { action: 'user:close', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, { ...act, details: { deleteAt, endedSessions: revoked.length } })])
    const purpose = 'keep_account' as const
    const { emailKey, email: to } = account
    const { token } = await issueToken(oneTimeTokens, { purpose, userId, emailKey, now, expiresAt: deleteAt })
    const letter = {
      to,
      locale: account.locale ?? input.locale,
      content: { kind: 'account_closed', token, deleteAt } as const,
    }
    await postLetter(deps, outbox, { kind: 'account_closed', letter, userId, now, expiresAt: deleteAt })
    return { deleteAt, ended: revoked.map(({ id }) => id) }
  })
  const closed = await orAlarm(deps.log, { reason: 'account_closed', user: userId }, committed)
  if (!closed) return notFound
  if (closed === 'last_administrator') return lastAdministrator
  deps.mailPosted()
  await announceAccount(deps, userId, closed.ended)
  return { ok: true, deleteAt: closed.deleteAt }
}
