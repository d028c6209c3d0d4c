// Where the secrets come from, and whether they are any (OPS-1).
import { ConfigurationError, type ConfigurationFault, type Faults } from '../configuration-error.ts'
import { checkSecrets } from '../keys/secret-strength.ts'
import type { Secrets } from '../options.ts'

/** Secrets given as text are checked at once; those that are read, each time they are. */
export const secretsOf = (
  secrets: Secrets | undefined,
  production: boolean,
  faults: Faults,
): (() => Promise<readonly string[]>) => {
  if (typeof secrets === 'function') {
    return async () => {
      const list = await secrets()
      refuse(checkSecrets(list, production))
      return list
    }
  }
  const list = typeof secrets === 'string' ? split(secrets) : (secrets ?? [])
  faults.addAll(checkSecrets(list, production))
  return async () => list
}

/** By comma or line, as in an environment variable or a file. */
const split = (text: string): readonly string[] =>
  text
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter(Boolean)

const refuse = (faults: readonly ConfigurationFault[]): void => {
  if (faults.length > 0) throw new ConfigurationError(faults)
}
