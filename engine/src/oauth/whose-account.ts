// The pure decision who gets which account. An address opens an account only where two have vouched for it: the provider for the
// one who comes, a letter for the one who has the account (OAU-6, H-3). A provider's subject counts with the provider alone (S-23).
import type { Account } from '../accounts/store.ts'

export type Claim = {
  /** Of the provider and its subject; null: nobody came so before. */
  readonly identity: { readonly userId: Account['id'] } | null
  /** What the provider gave as email; null: none, or none that is an address. */
  readonly hasEmail: boolean
  /** Whether the provider itself vouches for it. */
  readonly emailVerified: boolean
  /** Whose email it is here. */
  readonly account: Pick<Account, 'id' | 'emailVerifiedAt'> | null
  /** Whether that account's owner has disconnected this one at the provider. */
  readonly isDisowned: boolean
  readonly signUpOpen: boolean
}

export type Decision =
  /** The identity's own account. */
  | { readonly kind: 'known'; readonly userId: Account['id'] }
  /** The account that has the email is connected, and its owner told. */
  | { readonly kind: 'connect'; readonly userId: Account['id'] }
  /** A new account. */
  | { readonly kind: 'new' }
  | {
      readonly kind: 'refused'
      readonly error: 'email_missing' | 'email_unverified' | 'account_exists' | 'sign_up_closed'
    }

export const whoseAccount = ({
  identity,
  hasEmail,
  emailVerified,
  account,
  isDisowned,
  signUpOpen,
}: Claim): Decision => {
  if (identity) return { kind: 'known', userId: identity.userId }
  if (!hasEmail) return refused('email_missing')
  if (!emailVerified) return refused('email_unverified')
  if (account) {
    // Whoever was disconnected would be back at once, a thief at the provider too: only the owner connects it again.
    const isConnectable = account.emailVerifiedAt !== null && !isDisowned
    return isConnectable ? { kind: 'connect', userId: account.id } : refused('account_exists')
  }
  return signUpOpen ? { kind: 'new' } : refused('sign_up_closed')
}

const refused = (error: (Decision & { kind: 'refused' })['error']): Decision => ({ kind: 'refused', error })
