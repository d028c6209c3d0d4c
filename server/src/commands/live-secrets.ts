// The secrets of a server that runs: new ones come into use, and what is wrong with one keeps it out.
import { setTimeout as wait } from 'node:timers/promises'
import { ConfigurationError, type Reading, reading, type VigileOptions } from '@vigile/engine'
import { joinFaults } from '../configuration/faults.ts'
import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import { secretSetting } from '../configuration/settings.ts'
import type { Log } from '../log/log.ts'
import type { HeldSecrets } from '../secrets/held-secrets.ts'
import { type SecretsRenewal, startSecretsRenewal } from '../secrets/renewal.ts'
import type { RunningServer } from '../start-server.ts'
import type { Cli } from './cli.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

const defaultSeconds = 60
/** A database that is away holds up no other secret. */
const askWithinMs = 10_000

export type LiveSecrets = {
  /** For the engine, which asks again for a secret that it does not know. */
  readonly secrets: VigileOptions['secrets']
  readonly gauges: () => readonly Reading[]
  /** Looks for new ones, until it is stopped. */
  follow(server: RunningServer, log: Log): SecretsRenewal
}

/** `loaded`: what the server starts with, read by `held` from that file and the environment. */
export const createLiveSecrets = (
  cli: Cli,
  held: HeldSecrets,
  loaded: LoadedConfiguration,
  configFile: string | undefined,
): LiveSecrets => {
  const { secretsSeconds = defaultSeconds, secrets: first } = loaded.config
  let present = first
  let renewal: SecretsRenewal | undefined
  const read = async () => {
    await renewal?.look()
    return present as readonly string[]
  }
  const secrets = Array.isArray(first) ? read : first
  return {
    secrets,
    gauges: () =>
      held
        .states()
        .flatMap(({ setting, seconds, isNewest }) => [
          reading('secret_age_seconds', { setting }, seconds),
          reading('secret_ok', { setting }, Number(isNewest)),
        ]),
    follow: (server, log) => {
      const apply = async () => {
        const renewed = await loadFor(cli, configFile, { secrets: held })
        const faults = faultsOf(cli, renewed, optionsOf(cli, renewed))
        if (faults.length > 0) return faults
        const { faults: texts } = cli.messages
        if (!hasCommon(present, renewed.config.secrets)) return [{ setting: secretSetting, ...texts.swapped }]
        if (await isMissed(server, present, renewed.config.secrets))
          return [{ setting: secretSetting, ...texts.dropped }]
        try {
          server.renew({ ...renewed.config, secrets })
        } catch (error) {
          if (error instanceof ConfigurationError) return joinFaults([], error.faults, cli.messages.locale)
          throw error
        }
        present = renewed.config.secrets
        return []
      }
      renewal = startSecretsRenewal({ secrets: held, everySeconds: secretsSeconds, apply, log })
      return renewal
    },
  }
}

/** Without one that both have, nothing that browsers hold could be verified. Those of a function are not known here. */
const hasCommon = (present: VigileOptions['secrets'], next: VigileOptions['secrets']): boolean =>
  !Array.isArray(present) || !Array.isArray(next) || next.some((secret) => present.includes(secret))

/**
 * Whether the next list lacks what sessions are under: one that was put in front and is taken back, or dropped too early. Where
 * nobody can say, the list of before stays.
 */
const isMissed = async (
  server: RunningServer,
  present: VigileOptions['secrets'],
  next: VigileOptions['secrets'],
): Promise<boolean> => {
  if (!Array.isArray(present) || !Array.isArray(next)) return false
  if (present.every((secret) => next.includes(secret))) return false
  const unknown = wait(askWithinMs, true, { ref: false })
  const lost = server.vigile.keys.lostWith(next).then(
    ({ length }) => length > 0,
    () => true,
  )
  return Promise.race([lost, unknown])
}
