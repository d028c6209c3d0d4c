/** What fills the places of a fault's texts; a phrase is in a language itself. */
export type FaultValues = Readonly<
  Record<string, string | number | { readonly phrase: string; readonly values?: Readonly<Record<string, unknown>> }>
>

/**
 * One fault of the configuration: which setting, what is wrong, what would be right. The texts are English; the code and what fills
 * its texts are for those who show it in another language (`faultIn`).
 */
export type ConfigurationFault = {
  readonly setting: string
  readonly wrong: string
  readonly right: string
  readonly code: string
  readonly values: FaultValues
}

/** The configuration as a whole can't be used. Names every fault at once (OPS-1). */
export class ConfigurationError extends Error {
  readonly faults: readonly ConfigurationFault[]
  constructor(faults: readonly ConfigurationFault[]) {
    super(faults.map((fault) => `${fault.setting}: ${fault.wrong}. ${fault.right}.`).join('\n'))
    this.name = 'ConfigurationError'
    this.faults = faults
  }
}
