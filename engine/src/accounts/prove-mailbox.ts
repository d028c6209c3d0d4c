// The first proof of an account's mailbox. Whoever made the account may have been somebody else, who waits for its owner (H-3).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { FactorName } from '../mail/letter.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { FactorStore } from '../second-factor/store.ts'
import { postNotice } from './post-notice.ts'
import { removeIdentities } from './remove-identities.ts'
import { type RemoveSinceStores, removeSince } from './remove-since.ts'
import type { Account, AccountStore } from './store.ts'

export type ProveMailboxStores = RemoveSinceStores & {
  readonly accounts: AccountStore
  readonly factors: FactorStore
  readonly identities: Pick<IdentityStore, 'removeAll'>
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

/**
 * Marks the email as proven by a link alone, in the transaction that used the link and holds the account's row. At the first proof
 * everything goes that was set up before: known browsers, links, connected accounts, and factors, which beside an address that nobody has proven protect
 * whoever made the account, not the mailbox's owner (H-3 before S-18). Password and sessions are the caller's.
 * Gives the connected accounts that went: after the commit `identitiesGone` is told of them, so that their tokens are taken back.
 */
export const proveMailbox = async (
  deps: { readonly keyring: Pick<Keyring, 'newest'> },
  stores: ProveMailboxStores,
  account: Account,
  at: { readonly now: number; readonly context: Context },
): Promise<readonly Identity[]> => {
  const { accounts, factors, oneTimeTokens, audit } = stores
  const { id: userId } = account
  const { now, context } = at
  const tell = (factor: FactorName) =>
    postNotice(deps, stores, { notice: { kind: 'factor_removed', factor }, account, ...at })
  await oneTimeTokens.endAll(userId, 'verify_email', now)
  if (!(await accounts.setEmailVerified(userId, now))) return []
  await accounts.forgetDevices(userId, 0)
  await oneTimeTokens.endAll(userId, 'change_email', now)
  const disconnected = await removeIdentities(stores, userId, { reason: 'first_proof', now, context })
  if (disconnected.length > 0) await tell('identities')
  const { totp, passkeys, recoveryCodes } = await factors.held(userId)
  if (!totp && passkeys + recoveryCodes === 0) return disconnected
  await removeSince(stores, userId, 0)
  const details = { factor: 'all', totp, passkeys, recoveryCodes, reason: 'first_proof' }
  const act = { action: 'factor:remove', at: now, userId, resource: 'user', resourceId: userId, details }
  await audit.append([auditEntry(context, act)])
  await tell('all')
  return disconnected
}
