import type { SessionId, UserId } from '../primitives/ids.ts'
import { sessionEnd } from '../sessions/rotation.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { Account, AccountStore } from './store.ts'

/** Whose account, and by which of its sessions. */
export type BySession = { readonly userId: UserId; readonly sessionId: SessionId }

/**
 * First in the transaction of every act that a session authorises and that changes what lasts: holds the account's row, then asks
 * whether the session still lives, by the database's row and clock (I10). The guard asked before the transaction: a thief's act under
 * way would otherwise outlive the sign-out everywhere that was answered meanwhile. What ends sessions holds the same row first
 * (`sessions/revoke.ts`), so that one of the two comes after the other, and the account's row is locked before any session's. Null:
 * the session is over, or the account disabled; nothing may be written.
 *
 * @example
 * const account = await lockOwner(stores, { userId, sessionId })
 * if (!account) return { ok: false, error: 'unauthenticated' }
 */
export const lockOwner = async (
  { accounts, sessions }: { accounts: Pick<AccountStore, 'lockActive'>; sessions: Pick<SessionStore, 'find'> },
  { userId, sessionId }: BySession,
): Promise<Account | null> => {
  const account = await accounts.lockActive(userId)
  // A statement of its own, after the wait for the row: what was committed meanwhile is seen.
  const { session, now } = await sessions.find(sessionId)
  const isTheirs = session?.userId === userId && sessionEnd(session, now) === null
  return isTheirs ? account : null
}
