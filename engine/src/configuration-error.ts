/** One fault of the configuration: which setting, what is wrong, what would be right. */
export type ConfigurationFault = { readonly setting: string; readonly wrong: string; readonly right: string }

/** Collects faults; every check goes on with a harmless value, so that all of them are named. */
export type Faults = {
  add(setting: string, wrong: string, right: string): void
  addAll(faults: readonly ConfigurationFault[]): void
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
