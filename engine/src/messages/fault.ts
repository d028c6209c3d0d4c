// A fault of the configuration by its code: whoever shows it chooses the language (I18N-1).
import type { Locale } from '@vigile/contract'
import type { ConfigurationFault, FaultValues } from '../configuration-error.ts'
import type { FaultTexts, phrases } from './faults-en.ts'
import { type MessageKey, message } from './messages.ts'

export type PhraseKey = keyof typeof phrases
type FaultCode = keyof FaultTexts
type Places<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Places<Rest> : never
/** What the texts of a code have to be filled with. */
type ValuesOf<Code extends FaultCode> = {
  readonly [Name in Places<FaultTexts[Code]['wrong'] | FaultTexts[Code]['right']>]: FaultValues[string]
}
type Filling<Code extends FaultCode> = keyof ValuesOf<Code> extends never ? [] : [values: ValuesOf<Code>]

/** Collects faults; every check goes on with a harmless value, so that all of them are named. */
export type Faults = {
  add<Code extends FaultCode>(setting: string, code: Code, ...filling: Filling<Code>): void
  addAll(faults: readonly ConfigurationFault[]): void
}

export const fault = <Code extends FaultCode>(
  setting: string,
  code: Code,
  ...filling: Filling<Code>
): ConfigurationFault => {
  const [values = {}] = filling as readonly FaultValues[]
  return { setting, code, values, ...textsOf('en', { code, values }) }
}

export const collectFaults = (): Faults & { readonly list: readonly ConfigurationFault[] } => {
  const list: ConfigurationFault[] = []
  return {
    list,
    add: (setting, code, ...filling) => void list.push(fault(setting, code, ...filling)),
    addAll: (more) => void list.push(...more),
  }
}

/**
 * A fault as somebody reads it: the same, with `wrong` and `right` in that language. It has them in English.
 *
 * @example
 * for (const fault of checkOptions(options)) console.error(fault.setting, faultIn('fr', fault).wrong)
 */
export const faultIn = (locale: Locale, given: ConfigurationFault): ConfigurationFault => ({
  ...given,
  ...textsOf(locale, given),
})

const textsOf = (locale: Locale, { code, values }: Pick<ConfigurationFault, 'code' | 'values'>) => {
  const filled = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'object' ? message(locale, `phrases.${value.phrase}` as MessageKey, value.values) : value,
    ]),
  )
  const text = (part: 'wrong' | 'right') => message(locale, `faults.${code}.${part}` as MessageKey, filled)
  return { wrong: text('wrong'), right: text('right') }
}
