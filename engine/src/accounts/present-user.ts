import type { User } from '@vigile/contract'
import type { Account } from './store.ts'

/** An account as its owner sees it: nothing of hashes. */
export const presentUser = (account: Account): User => ({
  id: account.id,
  email: account.email,
  emailVerified: account.emailVerifiedAt !== null,
  name: account.name,
  image: account.image,
  locale: account.locale,
  createdAt: account.createdAt,
})
