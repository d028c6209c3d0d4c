// New secrets come into use while the server runs: what is malformed is refused, and takes nothing else with it.
import { setTimeout as wait } from 'node:timers/promises'
import type { ConfigurationFault } from '../configuration/faults.ts'
import { secretSetting } from '../configuration/settings.ts'
import type { Log } from '../log/log.ts'
import type { HeldSecrets } from './held-secrets.ts'

/** Files are looked at so often; Vault and AWS when they are due. */
const lookEveryMs = 2_000
/** Who looks for an unknown secret is a request. */
const lookWithinMs = 1_000

export type SecretsRenewal = {
  /** Looks now. Never rejects, and never waits long: a source may hang. */
  look(): Promise<void>
  stop(): void
}

/** `apply`: takes the secrets that are held now into use; gives what is wrong with them, and then takes none. */
export const startSecretsRenewal = (deps: {
  readonly secrets: HeldSecrets
  readonly everySeconds: number
  readonly apply: () => Promise<readonly ConfigurationFault[]>
  readonly log: Log
}): SecretsRenewal => {
  const { secrets, log } = deps

  const renew = async () => {
    let changed = await secrets.renew(deps.everySeconds, log)
    while (changed.length > 0) {
      const faults = await deps.apply()
      if (faults.length === 0) break
      const named = changed.filter((setting) => faults.some((fault) => fault.setting.split(' ')[0] === setting))
      const refused = named.length > 0 ? named : changed
      for (const setting of refused) secrets.refuse(setting)
      log.error(
        { settings: refused, faults, alert: 'secret_refused' },
        'new secrets are refused: those before stay in use',
      )
      changed = changed.filter((setting) => !refused.includes(setting))
    }
    const used = changed.filter((setting) => setting !== secretSetting)
    if (used.length < changed.length)
      log.info({ settings: [secretSetting] }, 'a new secret is known: it is used once every node has it')
    if (used.length > 0) log.info({ settings: used }, 'new secrets are in use')
  }

  let looking: Promise<void> | undefined
  const look = async () => {
    looking ??= renew()
      .catch((error: unknown) => log.error({ err: error }, 'new secrets could not be taken into use'))
      .finally(() => {
        looking = undefined
      })
    await Promise.race([looking, wait(lookWithinMs, undefined, { ref: false })])
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  return { look, stop: () => clearInterval(timer) }
}
