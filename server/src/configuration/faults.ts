// Faults of the configuration as a table that says what to change (OPS-1).
import type { Locale } from '@vigile/contract'
import { type ConfigurationFault as EngineFault, faultIn } from '@vigile/engine'
import { settings } from './settings.ts'

/** Which setting, what is wrong, what would be right, in the language of whoever reads it. */
export type ConfigurationFault = { readonly setting: string; readonly wrong: string; readonly right: string }

/** By either name: the engine says the variable where there is a usual one, and the option where not. */
const byName = new Map(settings.flatMap(({ name, option }) => [name, option].map((one) => [one, { name, option }])))

/** People may have set the variable or the option: both names, once. */
const nameFault = (fault: ConfigurationFault): ConfigurationFault => {
  const names = byName.get(fault.setting)
  return names ? { ...fault, setting: `${names.name} (${names.option})` } : fault
}

/** Our own faults first; the engine's of the same setting is left out, since it then saw a default in its place. */
export const joinFaults = (
  own: readonly ConfigurationFault[],
  engines: readonly EngineFault[],
  locale: Locale,
): readonly ConfigurationFault[] => {
  const named = own.map(nameFault)
  const said = new Set(named.map(({ setting }) => setting))
  const translated = engines.map((fault) => {
    const { wrong, right } = faultIn(locale, fault)
    return nameFault({ setting: fault.setting, wrong, right })
  })
  return [...named, ...translated.filter(({ setting }) => !said.has(setting))]
}

/** One fault a block: the setting, then what is wrong, then what would be right. */
export const formatFaults = (faults: readonly ConfigurationFault[]): string =>
  faults.map(({ setting, wrong, right }) => `  ${setting}\n    ✗ ${wrong}\n    → ${right}\n`).join('\n')
