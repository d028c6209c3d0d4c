// Where the secrets come from, and whether they are any (OPS-1).
import { ConfigurationError, type ConfigurationFault } from '../configuration-error.ts'
import type { Faults } from '../messages/fault.ts'
import type { Secrets } from '../options.ts'

/** Secrets given as text are checked at once; those that are read, each time they are. */
export const secretsOf = (
  secrets: Secrets | undefined,
  check: (list: readonly string[]) => readonly ConfigurationFault[],
  faults: Faults,
): (() => Promise<readonly string[]>) => {
  if (typeof secrets === 'function') {
    return async () => {
      const list = await secrets()
      refuse(check(list))
      return list
    }
  }
  const list = listOf(secrets)
  faults.addAll(check(list))
  return async () => list
}

/** Text by comma or line, as in an environment variable or a file. */
export const listOf = (secrets: string | readonly string[] = []): readonly string[] =>
  typeof secrets === 'string'
    ? secrets
        .split(/[\n,]/)
        .map((one) => one.trim())
        .filter(Boolean)
    : secrets

const refuse = (faults: readonly ConfigurationFault[]): void => {
  if (faults.length > 0) throw new ConfigurationError(faults)
}
