// An account made by an operator or an application, with a password or with a hash from another system (ACC-1).
import type { Locale } from '@vigile/contract'
import type { Actor } from '../audit/actor.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import { checkImportedHash } from '../passwords/legacy-hash.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import { type AccountActDeps, entryOf } from './acts-on-accounts.ts'
import type { CheckNewPassword } from './check-new-password.ts'
import { parseEmail } from './email.ts'
import { newAccount } from './new-account.ts'
import type { Account } from './store.ts'

export type NewUser = {
  readonly email: string
  readonly password?: string
  /** A hash from another system instead of a password: Argon2, bcrypt, scrypt or PBKDF2. */
  readonly passwordHash?: string
  readonly name?: string
  readonly locale?: Locale
  readonly emailVerified?: boolean
}

export type CreateAccountDeps = AccountActDeps & {
  readonly hasher: PasswordHasher
  readonly checkNewPassword: CheckNewPassword
}

export type CreateAccountResult =
  | { readonly ok: true; readonly value: Account }
  | { readonly ok: false; readonly error: 'email_taken' | 'invalid_email' | 'invalid_hash' }
  | { readonly ok: false; readonly error: 'weak_password'; readonly faults: readonly PasswordFault[] }

/**
 * What is wrong with a user to be made, as far as that can be told without a database and without a password check. Null:
 * nothing is. For whoever wants to know before the first of many is made.
 *
 * @example
 * checkNewUser({ email: 'ada@example.com', passwordHash: 'md5:…' }) // 'invalid_hash'
 */
export const checkNewUser = (
  input: Pick<NewUser, 'email' | 'passwordHash'>,
): 'invalid_email' | 'invalid_hash' | null => {
  if (parseEmail(input.email) === null) return 'invalid_email'
  return input.passwordHash !== undefined && !checkImportedHash(input.passwordHash).ok ? 'invalid_hash' : null
}

/** Refuses `invalid_email`, `email_taken`, `weak_password`, `invalid_hash` (unknown, damaged or too costly). */
export const createAccount = async (
  deps: CreateAccountDeps,
  input: NewUser,
  by: Actor,
): Promise<CreateAccountResult> => {
  const { password, passwordHash = null, name = null, locale = null, emailVerified = false } = input
  if (password !== undefined && passwordHash !== null)
    throw new TypeError('users.create: give either password or passwordHash, not both')
  const error = checkNewUser(input)
  const email = parseEmail(input.email)
  if (error !== null || !email) return { ok: false, error: error ?? 'invalid_email' }
  if (password !== undefined) {
    const faults = await deps.checkNewPassword(password, { email: email.address, name })
    if (faults.length > 0) return { ok: false, error: 'weak_password', faults }
  }
  const hash = password === undefined ? passwordHash : await deps.hasher.hash(password)
  const now = deps.clock.now()
  const account = newAccount({ email, name, locale, passwordHash: hash, emailVerified, now })
  const made = await deps.transact(async ({ accounts, audit }) => {
    if (!(await accounts.insert(account))) return false
    await audit.append([entryOf('user:create', { id: account.id, by, now })])
    return true
  })
  return made ? { ok: true, value: account } : { ok: false, error: 'email_taken' }
}
