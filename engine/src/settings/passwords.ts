// What passwords have to be, and how they are kept.
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { type Argon2Settings, defaultArgon2Settings, requireArgon2Settings } from '../passwords/argon2-settings.ts'
import { requireRangeUrl } from '../passwords/breached.ts'
import { createPasswordPolicy, type PasswordPolicy } from '../passwords/password-policy.ts'

export type PasswordSettings = {
  readonly argon2: Argon2Settings
  readonly policy: PasswordPolicy
  /** Null: no breach service is asked. */
  readonly breachUrl: string | null
  readonly siteWords: readonly string[]
}

export const passwordsOf = (
  options: VigileOptions['passwords'] = {},
  site: { readonly name: string; readonly app: string; readonly url: URL },
  faults: Faults,
): PasswordSettings => {
  const { minimumLength = 8, breachUrl = null, siteWords = [] } = options
  const { memoryKiB, iterations, parallelism } = options.argon2 ?? {}
  const argon2 = {
    memoryKiB: memoryKiB ?? defaultArgon2Settings.memoryKiB,
    iterations: iterations ?? defaultArgon2Settings.iterations,
    parallelism: parallelism ?? defaultArgon2Settings.parallelism,
  }
  const attempt = <Value>(check: () => Value, otherwise: Value, say: () => void): Value => {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error
      say()
      return otherwise
    }
  }
  return {
    argon2: attempt(
      () => requireArgon2Settings(argon2),
      defaultArgon2Settings,
      () => faults.add('passwords.argon2', 'weak_or_costly_hash', argon2),
    ),
    policy: attempt(
      () => createPasswordPolicy({ minLength: minimumLength }),
      { minLength: 8 },
      () => faults.add('passwords.minimumLength', 'no_minimum_length', { given: minimumLength }),
    ),
    breachUrl: attempt(
      () => breachUrl && requireRangeUrl(breachUrl).href,
      null,
      () => faults.add('passwords.breachUrl', 'no_breach_service'),
    ),
    siteWords: [
      site.name,
      site.app,
      ...site.url.hostname.split('.').filter((label) => label.length >= 4),
      ...siteWords,
    ],
  }
}
