// The environment → options. A setting's faults are collected, not thrown: all of them are shown at once (OPS-1).
import { readFile } from 'node:fs/promises'
import type { Catalogue } from '../messages/catalogue.ts'
import { mergeConfigs } from './config.ts'
import type { ConfigurationFault } from './faults.ts'
import { splitList } from './parsers.ts'
import { type EnvironmentConfig, ofAdded, type Setting, settings } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type EnvironmentReading = {
  readonly config: EnvironmentConfig
  readonly faults: readonly ConfigurationFault[]
  /** Names that begin with `VIGILE_` and mean nothing: mostly misspelt. */
  readonly unknown: readonly string[]
}

/** `providers`: the ids of those that the configuration file adds. */
export const readEnvironment = async (
  environment: Environment,
  messages: Catalogue,
  providers: readonly string[] = [],
): Promise<EnvironmentReading> => {
  const faults: ConfigurationFault[] = []
  let config: EnvironmentConfig = {}
  for (const setting of [...settings, ...providers.flatMap(ofAdded)]) {
    const given = await readSetting(setting, environment, messages)
    if (given === undefined) continue
    if (given.ok) config = mergeConfigs(config, given.value)
    else faults.push({ setting: setting.name, wrong: given.wrong, right: given.right })
  }
  return { config, faults, unknown: unknownNames(environment) }
}

const readSetting = async (setting: Setting, environment: Environment, messages: Catalogue) => {
  const { name, isSecret } = setting
  // Compose files pass an unset variable on as an empty one.
  const direct = environment[name] || undefined
  const file = isSecret ? environment[`${name}_FILE`] || undefined : undefined
  if (direct !== undefined && file !== undefined) {
    return { ok: false, wrong: messages.faults.bothGiven(name), right: messages.faults.keepOne(name) } as const
  }
  if (direct !== undefined) return setting.read(direct, messages)
  if (file === undefined) return undefined
  try {
    const content = (await readFile(file, 'utf8')).trim()
    if (content === '')
      return { ok: false, wrong: messages.faults.fileEmpty(file), right: messages.faults.putInFile } as const
    const read = setting.read(content, messages)
    return read.ok && setting.putReader ? { ok: true as const, value: setting.putReader(readAnew(file)) } : read
  } catch (error) {
    return {
      ok: false,
      wrong: messages.faults.fileUnreadable(file, errorCode(error)),
      right: messages.faults.readableFile,
    } as const
  }
}

/** OPS-2: the engine asks again when it meets an unknown key, so that secrets rotate without a restart. */
const readAnew = (file: string) => async (): Promise<readonly string[]> => splitList(await readFile(file, 'utf8'))

const errorCode = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error)

const known = new Set(settings.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name])))
/** Kubernetes sets these in every pod when a service is called `vigile`. */
const ofKubernetes = /^VIGILE_(PORT|SERVICE_)/

const unknownNames = (environment: Environment) =>
  Object.keys(environment).filter((name) => name.startsWith('VIGILE_') && !known.has(name) && !ofKubernetes.test(name))
