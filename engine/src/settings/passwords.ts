// What passwords have to be, and how they are kept.
import type { Faults } from '../configuration-error.ts'
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
  const attempt = <Value>(setting: string, right: string, check: () => Value, otherwise: Value): Value => {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error
      faults.add(setting, error.message, right)
      return otherwise
    }
  }
  return {
    argon2: attempt(
      'passwords.argon2',
      'leave it out for 19456 KiB, 2 iterations, parallelism 1',
      () => requireArgon2Settings(argon2),
      defaultArgon2Settings,
    ),
    policy: attempt(
      'passwords.minimumLength',
      'the default is 8; NIST advises 15 where the password is the only factor',
      () => createPasswordPolicy({ minLength: minimumLength }),
      { minLength: 8 },
    ),
    breachUrl: attempt(
      'passwords.breachUrl',
      'leave it out to ask no service',
      () => breachUrl && requireRangeUrl(breachUrl).href,
      null,
    ),
    siteWords: [
      site.name,
      site.app,
      ...site.url.hostname.split('.').filter((label) => label.length >= 4),
      ...siteWords,
    ],
  }
}
