import { checkPassword, type PasswordFault, type PasswordPolicy } from '../passwords/password-policy.ts'

/** All that is wrong with a password that someone wants to set: the policy first, then the breach service. */
export type CheckNewPassword = (
  password: string,
  owner: { readonly email: string; readonly name: string | null },
) => Promise<readonly PasswordFault[]>

export const createCheckNewPassword = (deps: {
  readonly policy: PasswordPolicy
  readonly siteWords: readonly string[]
  /** Null: no breach service is configured. */
  readonly breached: ((password: string) => Promise<'breached' | 'clear' | 'unknown'>) | null
}): CheckNewPassword => {
  const { policy, siteWords, breached } = deps
  return async (password, owner) => {
    const faults = checkPassword(
      password,
      { email: owner.email, name: owner.name ?? '', siteWords: [...siteWords] },
      policy,
    )
    if (faults.length > 0 || breached === null) return faults
    return (await breached(password)) === 'breached' ? [{ code: 'breached' }] : []
  }
}
