// The configuration as a whole. The environment wins over `.env`, which wins over `vigile.config.ts`: one file goes to
// every deployment, and each deployment says what differs.
import { join } from 'node:path'
import { developmentSecret } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'
import { createHeldSecrets, type HeldSecrets } from '../secrets/held-secrets.ts'
import { checkBackup } from './backup.ts'
import { mergeConfigs, type VigileConfig } from './config.ts'
import { type ConfigFileReading, readConfigFile } from './config-file.ts'
import type { Environment } from './environment.ts'
import { withEnvironmentFile } from './environment-file.ts'
import type { ConfigurationFault } from './faults.ts'
import { checkOwnOptions } from './own-options.ts'
import { addedIn, withProviders } from './providers.ts'
import { readEnvironment } from './read-environment.ts'
import { secretSetting, settings } from './settings.ts'

export type Configuration = VigileConfig & { readonly production: boolean }

export type LoadedConfiguration = {
  readonly config: Configuration
  readonly faults: readonly ConfigurationFault[]
  /** Variables that look like settings and are none. */
  readonly unknown: readonly string[]
  readonly configFile?: string
  /** Where each secret comes from: `environment`, `file:…`, `vault:…`, `aws:…`, or the configuration file. Never the secret. */
  readonly sources: Readonly<Record<string, string>>
}

export type ConfigurationSource = {
  readonly environment: Environment
  readonly folder: string
  readonly configFile?: string | undefined
  readonly messages: Catalogue
  /** Those that were read before are not read again. */
  readonly secrets?: HeldSecrets | undefined
  /** Nothing is made, not even the secret of a developer's machine. */
  readonly looksOnly?: boolean
}

const modes = ['production', 'development', 'test']

export const loadConfiguration = async (source: ConfigurationSource): Promise<LoadedConfiguration> => {
  const { folder, messages, secrets = createHeldSecrets() } = source
  const mode = source.environment.NODE_ENV || 'development'
  const production = mode === 'production'
  const faults: ConfigurationFault[] = []
  // "prod" or "staging" would silently get what only suits a developer's machine.
  if (!modes.includes(mode)) {
    faults.push({ setting: 'NODE_ENV', wrong: messages.faults.isNot(mode), right: messages.faults.oneOf(modes) })
  }
  const merged = production
    ? { environment: source.environment, faults: [] }
    : await withEnvironmentFile(source.environment, folder, messages)
  const file = await readConfigFile(folder, source.configFile, messages)
  const environment = await readEnvironment(merged.environment, secrets, messages, addedIn(file.config))
  faults.push(...merged.faults, ...file.faults, ...checkOwnOptions(file.config, messages), ...environment.faults)
  const { given: ofProviders = {}, ...fromEnvironment } = environment.config
  const providers = withProviders(file.config, ofProviders, messages)
  // A file that can't be read is named once.
  faults.push(...providers.faults.filter(({ setting }) => !faults.some((fault) => fault.setting === setting)))
  const given = mergeConfigs(providers.config, fromEnvironment)
  const completed = production ? given : await completeForDevelopment(given, source, faults)
  if (production) faults.push(...missing(given, faults, messages))
  const isBackupKnown = !faults.some(({ setting }) => /^backup\b/.test(setting))
  // What could not be read has its fault, and is not missing.
  if (given.backup && isBackupKnown)
    faults.push(
      ...(await checkBackup(given.backup, production, messages)).filter(
        ({ setting }) => !faults.some((fault) => fault.setting === setting),
      ),
    )
  return {
    config: { ...completed, production },
    faults,
    unknown: environment.unknown,
    sources: { ...secretsIn(file), ...environment.sources },
    ...(file.path === undefined ? {} : { configFile: file.path }),
  }
}

/** A public URL and a secret for a developer's machine; a setting that is given but wrong is not replaced. */
const completeForDevelopment = async (
  config: VigileConfig,
  { folder, messages, looksOnly }: ConfigurationSource,
  faults: ConfigurationFault[],
): Promise<VigileConfig> => {
  if (config.secrets !== undefined || faults.some(({ setting }) => setting === secretSetting)) return config
  const data = join(folder, 'data')
  try {
    return { ...config, secrets: developmentSecret(data, looksOnly) }
  } catch (error) {
    const wrong = messages.faults.secretNotKept(join(data, 'secret'), (error as Error).message)
    faults.push({ setting: secretSetting, wrong, right: messages.faults.writableFolder(data) })
    return config
  }
}

/** Secrets of the configuration file. */
const secretsIn = ({ config, path = '' }: ConfigFileReading): Readonly<Record<string, string>> => {
  const isIn = (option: string) =>
    option.split('.').reduce<unknown>((group, name) => (group as Record<string, unknown> | undefined)?.[name], config)
  return Object.fromEntries(
    settings.filter(({ isSecret, option }) => isSecret && isIn(option)).map(({ name }) => [name, path]),
  )
}

const missing = (config: VigileConfig, found: readonly ConfigurationFault[], { faults }: Catalogue) => {
  const said = new Set(found.map(({ setting }) => setting))
  const required = [
    { setting: 'VIGILE_PUBLIC_URL', absent: !config.publicUrl, right: faults.publicUrl },
    { setting: secretSetting, absent: config.secrets === undefined, right: faults.secret },
  ]
  return required
    .filter(({ setting, absent }) => absent && !said.has(setting))
    .map(({ setting, right }) => ({ setting, wrong: faults.missing, right }))
}
