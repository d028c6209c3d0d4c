// What a command says: lines for people, or with `--json` exactly one JSON value, refusals included.
import { type ConfigurationFault, formatFaults } from '../configuration/faults.ts'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Surroundings } from './surroundings.ts'

/** Exit codes: 0 done, 1 refused or failed, 2 called or configured wrongly. */
export const exitCodes = { done: 0, failed: 1, wrong: 2 } as const

export type Report = {
  /** The outcome; gives exit code 0. */
  done(value: unknown, lines: readonly string[]): number
  /** What kept it from being done, and what to change; gives exit code 1 unless told otherwise. */
  refused(code: string, message: string, more?: { readonly value?: object; readonly exitCode?: number }): number
  /** Every fault of the configuration; gives exit code 2. */
  faults(faults: readonly ConfigurationFault[]): number
  /** A line beside the outcome: never mixed into JSON. */
  aside(line: string): void
  /** How far long work is; shown at a terminal only, replaced by the next, wiped by an empty text. */
  progress(text: string): void
}

export const createReport = ({ output, errors }: Surroundings, messages: Catalogue, json: boolean): Report => {
  const print = (text: string) => void output.write(`${text}\n`)
  const complain = (text: string) => void errors.write(`${text}\n`)
  const report: Report = {
    done: (value, lines) => {
      if (json) print(JSON.stringify(value))
      else for (const line of lines) print(line)
      return exitCodes.done
    },
    refused: (code, message, { value = {}, exitCode = exitCodes.failed } = {}) => {
      if (json) print(JSON.stringify({ error: code, message, ...value }))
      else complain(`${messages.usage.error} ${message}`)
      return exitCode
    },
    faults: (faults) => {
      const heading = messages.faults.heading(faults.length)
      if (json) print(JSON.stringify({ error: 'configuration', message: heading, faults }))
      else complain(`${heading}\n\n${formatFaults(faults)}`)
      return exitCodes.wrong
    },
    aside: complain,
    progress: (text) => {
      if (errors.isTTY) errors.write(`\r\x1b[K${text}`)
    },
  }
  return report
}
