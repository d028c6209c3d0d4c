// The engine for a command: the same configuration as the server's, beside which it may run.

import { userInfo } from 'node:os'
import { type Actor, ConfigurationError, type Vigile, type VigileOptions } from '@vigile/engine'
import { engineOptions } from '../configuration/engine-options.ts'
import { type ConfigurationFault, joinFaults } from '../configuration/faults.ts'
import { type LoadedConfiguration, loadConfiguration } from '../configuration/load-configuration.ts'
import { createTerminalLog } from '../log/terminal-log.ts'
import { type Call, type Cli, reason } from './cli.ts'

/** Whoever runs the command, as the audit log will say. */
export const operator = (): Actor => ({ kind: 'operator', name: userInfo().username })

export const loadFor = (
  { surroundings, messages }: Cli,
  configFile: string | undefined,
): Promise<LoadedConfiguration> => {
  const { environment, folder } = surroundings
  return loadConfiguration({ environment, folder, configFile, messages })
}

/** The engine, or every fault of the configuration: ours and the engine's together. */
export const openVigile = async (
  { surroundings }: Cli,
  { config, faults }: LoadedConfiguration,
): Promise<{ vigile: Vigile; options: VigileOptions } | { faults: readonly ConfigurationFault[] }> => {
  const log = config.log ?? createTerminalLog('warn', surroundings.errors, surroundings.errors.isTTY === true)
  const options = engineOptions({ ...config, log, role: 'command' }, config.port ?? 3000)
  try {
    const vigile = surroundings.createVigile(options)
    if (faults.length === 0) return { vigile, options }
    await vigile.close()
    return { faults: joinFaults(faults, []) }
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return { faults: joinFaults(faults, error.faults) }
    }
    throw error
  }
}

/** Opens the engine, does the work, closes it whatever happened. `ready: false` where the database may not be migrated yet. */
export const withVigile = async (
  cli: Cli,
  { report, options }: Pick<Call<object>, 'report' | 'options'>,
  work: (vigile: Vigile, options: VigileOptions) => Promise<number>,
  { ready = true } = {},
): Promise<number> => {
  const opened = await openVigile(cli, await loadFor(cli, options.config))
  if ('faults' in opened) return report.faults(opened.faults)
  const { vigile } = opened
  try {
    if (ready) await vigile.ready()
  } catch (error) {
    await vigile.close()
    // Secrets of a file are read, and checked, only now.
    if (error instanceof ConfigurationError) return report.faults(joinFaults([], error.faults))
    return report.refused('not_opened', cli.messages.failures.notOpened(reason(error)))
  }
  try {
    return await work(vigile, opened.options)
  } finally {
    await vigile.close()
  }
}
