// An account whose email somebody else has changed goes back to the address that it had (S-16).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { UserId } from '../primitives/ids.ts'
import { type Gone, removeWithAll } from './delete-account.ts'
import { parseEmail } from './email.ts'
import type { LetterActStores } from './letter-act.ts'
import type { ToldOf } from './post-notice.ts'
import type { Account } from './store.ts'

/** `displaced`: the account that stood in the way and is gone. */
export type GivenBack = {
  readonly account: Account
  readonly displaced: (Gone & { readonly id: UserId }) | null
}

/**
 * Gives the account the address that `told` was written to. Part of the transaction that holds its row. Refuses `email_taken`:
 * another account has the address, and somebody who reads its mail has confirmed it since. Its owner can close that one first.
 */
export const giveBack = async (
  stores: LetterActStores,
  account: Account,
  told: ToldOf,
  { now, context }: { readonly now: number; readonly context: Context },
): Promise<GivenBack | 'email_taken' | 'link_expired'> => {
  const { accounts, closures, audit } = stores
  const email = parseEmail(told.to)
  if (!email) return 'link_expired'
  // Whoever took the account may have made another one with the address since, to keep it. Nobody proved the mailbox for that one.
  const squatter = await accounts.findByEmailKey(email.key)
  if (squatter && squatter.emailVerifiedAt !== null && !(await closures.find(squatter.id, now))) return 'email_taken'
  const gone =
    squatter && (await removeWithAll(stores, squatter.id, { now, by: 'owner', reason: 'address_given_back' }))
  // The last administrator's address stands in the way: an operator has to make another one first.
  if (gone === 'last_administrator') return 'email_taken'
  if (!(await accounts.changeEmail(account, email, now))) return 'link_expired'
  const act = { action: 'user:email-change', at: now, userId: account.id, resource: 'user', resourceId: account.id }
  await audit.append([auditEntry(context, { ...act, details: { reason: 'given_back' } })])
  return {
    account: { ...account, email: email.address, emailKey: email.key, emailVerifiedAt: now, updatedAt: now },
    displaced: squatter && gone ? { id: squatter.id, ...gone } : null,
  }
}
