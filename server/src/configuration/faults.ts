// Faults of the configuration as a table that says what to change (OPS-1).
import { settings } from './settings.ts'

/** As the engine's: which setting, what is wrong, what would be right. */
export type ConfigurationFault = { readonly setting: string; readonly wrong: string; readonly right: string }

const nameByOption = new Map(settings.map(({ option, name }) => [option, name]))
const optionByName = new Map(settings.map(({ option, name }) => [name, option]))

/** The engine speaks of options, people may have set a variable: both names, once. */
export const nameFault = (fault: ConfigurationFault): ConfigurationFault => {
  const variable = nameByOption.get(fault.setting)
  return variable ? { ...fault, setting: `${variable} (${fault.setting})` } : fault
}

/** Our own faults first; of one setting only the first, since the engine then saw a default in its place. */
export const joinFaults = (
  own: readonly ConfigurationFault[],
  engines: readonly ConfigurationFault[],
): readonly ConfigurationFault[] => {
  const said = new Set(own.map(({ setting }) => optionByName.get(setting) ?? setting))
  return [...own, ...engines.filter(({ setting }) => !said.has(setting)).map(nameFault)]
}

/** One fault a block: the setting, then what is wrong, then what would be right. */
export const formatFaults = (faults: readonly ConfigurationFault[]): string =>
  faults.map(({ setting, wrong, right }) => `  ${setting}\n    ✗ ${wrong}\n    → ${right}\n`).join('\n')
