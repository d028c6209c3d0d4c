// The engine for a command: the same configuration as the server's, beside which it may run.

import { userInfo } from 'node:os'
import { type Actor, ConfigurationError, checkOptions, type Vigile, type VigileOptions } from '@vigile/engine'
import { engineOptions } from '../configuration/engine-options.ts'
import { type ConfigurationFault, joinFaults } from '../configuration/faults.ts'
import { type LoadedConfiguration, loadConfiguration } from '../configuration/load-configuration.ts'
import { createTerminalLog } from '../log/terminal-log.ts'
import type { HeldSecrets } from '../secrets/held-secrets.ts'
import { type Call, type Cli, reason } from './cli.ts'

/** Whoever runs the command, as the audit log will say. */
export const operator = (): Actor => ({ kind: 'operator', name: userInfo().username })

export const loadFor = (
  { surroundings, messages }: Cli,
  configFile: string | undefined,
  how: { readonly secrets?: HeldSecrets; readonly looksOnly?: boolean } = {},
): Promise<LoadedConfiguration> => {
  const { environment, folder } = surroundings
  return loadConfiguration({ environment, folder, configFile, messages, ...how })
}

/** The engine's options, for a command. */
export const optionsOf = ({ surroundings }: Cli, { config }: LoadedConfiguration): VigileOptions => {
  const log = config.log ?? createTerminalLog('warn', surroundings.errors, surroundings.errors.isTTY === true)
  return engineOptions({ ...config, log, role: 'command' }, config.port ?? 3000)
}

/** Every fault of the configuration: ours and the engine's together. Nothing is opened. */
export const faultsOf = (
  { messages }: Cli,
  { faults }: LoadedConfiguration,
  options: VigileOptions,
): readonly ConfigurationFault[] => joinFaults(faults, checkOptions(options), messages.locale)

/**
 * Opens the engine, does the work, closes it whatever happened. `ready: false` where the database may not be migrated yet. What writes
 * is refused where the database is of another secret (a configuration that lies elsewhere): entries that are signed with this one
 * would look like somebody's tampering. `looks`: it writes nothing.
 */
export const withVigile = async (
  cli: Cli,
  { report, options }: Pick<Call<object>, 'report' | 'options'>,
  work: (vigile: Vigile, loaded: LoadedConfiguration) => Promise<number>,
  { ready = true, looks = false } = {},
): Promise<number> => {
  const loaded = await loadFor(cli, options.config)
  const engine = optionsOf(cli, loaded)
  const faults = faultsOf(cli, loaded, engine)
  if (faults.length > 0) return report.faults(faults)
  const vigile = cli.surroundings.createVigile(engine)
  try {
    if (ready) await vigile.ready()
  } catch (error) {
    await vigile.close()
    // Those that a function of the configuration file gives are read, and checked, only now.
    if (error instanceof ConfigurationError) return report.faults(joinFaults([], error.faults, cli.messages.locale))
    return report.refused('not_opened', cli.messages.failures.notOpened(reason(error)))
  }
  try {
    // Throws an `UnknownSecretError` where none of its signing keys can be opened here.
    if (ready && !looks) await vigile.keys.list()
    return await work(vigile, loaded)
  } finally {
    await vigile.close()
  }
}
