import type { Locale } from '@vigile/contract'
import { createUserId } from '../primitives/ids.ts'
import type { Email } from './email.ts'
import type { Account } from './store.ts'

/** The row of a new account. Nothing is stored yet. */
export const newAccount = (input: {
  readonly email: Email
  readonly name: string | null
  readonly locale: Locale | null
  /** Null: nobody can sign in with a password. */
  readonly passwordHash: string | null
  readonly emailVerified: boolean
  readonly now: number
}): Account => ({
  id: createUserId(),
  email: input.email.address,
  emailKey: input.email.key,
  emailVerifiedAt: input.emailVerified ? input.now : null,
  name: input.name,
  image: null,
  locale: input.locale,
  isActive: true,
  passwordHash: input.passwordHash,
  createdAt: input.now,
  updatedAt: input.now,
})
