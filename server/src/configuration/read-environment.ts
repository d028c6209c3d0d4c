// The environment → options. A setting's faults are collected, not thrown: all of them are shown at once (OPS-1).
import type { Catalogue } from '../messages/catalogue.ts'
import type { HeldSecrets } from '../secrets/held-secrets.ts'
import { fileReference, formatReference, parseReference } from '../secrets/reference.ts'
import { mergeConfigs } from './config.ts'
import type { Environment } from './environment.ts'
import type { ConfigurationFault } from './faults.ts'
import type { Parsed } from './parsers.ts'
import { type EnvironmentConfig, ofAdded, type Setting, settings } from './settings.ts'

export type EnvironmentReading = {
  readonly config: EnvironmentConfig
  readonly faults: readonly ConfigurationFault[]
  /** Names that begin with `VIGILE_` and mean nothing: mostly misspelt. */
  readonly unknown: readonly string[]
  /** Where each secret that is given comes from: `environment`, `file:…`, `vault:…`, `aws:…`. */
  readonly sources: Readonly<Record<string, string>>
}

/** `providers`: the ids of those that the configuration file adds. */
export const readEnvironment = async (
  environment: Environment,
  secrets: HeldSecrets,
  messages: Catalogue,
  providers: readonly string[] = [],
): Promise<EnvironmentReading> => {
  const faults: ConfigurationFault[] = []
  const sources: Record<string, string> = {}
  let config: EnvironmentConfig = {}
  for (const setting of [...settings, ...providers.flatMap(ofAdded)]) {
    const given = await readSetting(setting, environment, secrets, messages)
    if (given === undefined) continue
    if (setting.isSecret) sources[setting.name] = given.from
    if (given.ok) config = mergeConfigs(config, given.value)
    else faults.push({ setting: setting.name, wrong: given.wrong, right: given.right })
  }
  return { config, faults, unknown: unknownNames(environment), sources }
}

type Given = Parsed<EnvironmentConfig> & { readonly from: string }

const readSetting = async (
  setting: Setting,
  environment: Environment,
  secrets: HeldSecrets,
  messages: Catalogue,
): Promise<Given | undefined> => {
  const { name, isSecret } = setting
  const { faults } = messages
  // Compose files pass an unset variable on as an empty one.
  const direct = environment[name] || undefined
  const file = isSecret ? environment[`${name}_FILE`] || undefined : undefined
  const from = 'environment'
  if (direct !== undefined && file !== undefined)
    return { ok: false, from, wrong: faults.bothGiven(name), right: faults.keepOne(name) }
  const reference = file === undefined ? isSecret && parseReference(direct ?? '') : fileReference(file)
  if (reference === 'malformed') return { ok: false, from, wrong: faults.notReference, right: faults.reference }
  if (!reference) return direct === undefined ? undefined : { ...setting.read(direct, messages), from }
  const place = formatReference(reference)
  try {
    const secret = await secrets.read(name, reference, environment)
    return { ...setting.read(secret, messages), from: place }
  } catch (error) {
    const wrong = faults.unreadable(reference.place, (error as Error).message)
    return { ok: false, from: place, wrong, right: faults.readable[reference.kind] }
  }
}

const known = new Set(settings.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name])))
/** Kubernetes sets these in every pod when a service is called `vigile`. */
const ofKubernetes = /^VIGILE_(PORT|SERVICE_)/

const unknownNames = (environment: Environment) =>
  Object.keys(environment).filter((name) => name.startsWith('VIGILE_') && !known.has(name) && !ofKubernetes.test(name))
