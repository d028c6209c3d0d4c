// What every command shares: its options, its help with an example, its exit code.
import { UnknownSecretError } from '@vigile/engine'
import type { Command, OptionValues } from 'commander'
import type { Catalogue } from '../messages/catalogue.ts'
import { createReport, exitCodes, type Report } from './report.ts'
import type { Surroundings } from './surroundings.ts'

export type Call<Options extends OptionValues> = {
  readonly report: Report
  readonly options: Options & { readonly json?: boolean; readonly config?: string }
  readonly arguments: readonly string[]
}

export type Cli = {
  readonly surroundings: Surroundings
  readonly messages: Catalogue
  /** A command with `--config`, `--json` and an example. `signature` is as commander's: `create <email>`. */
  command(parent: Command, signature: string, about: string, example: string): Command
  /** The action of a command: its exit code is the program's. */
  action<Options extends OptionValues>(
    work: (call: Call<Options>) => Promise<number>,
  ): (...given: unknown[]) => Promise<void>
}

export const createCli = (surroundings: Surroundings, messages: Catalogue, end: (exitCode: number) => void): Cli => ({
  surroundings,
  messages,
  command: (parent, signature, about, example) =>
    parent
      .command(signature)
      .description(about)
      .option('--config <file>', messages.usage.config)
      .option('--json', signature === 'start' ? messages.usage.jsonLogs : messages.usage.json)
      .addHelpText('after', `\n${messages.usage.example}\n  ${example}`),
  action:
    (work) =>
    async (...given) => {
      const command = given.at(-1) as Command
      // `backup list --json`: `backup`, which is a command itself, has the option too and takes it.
      const options = command.optsWithGlobals()
      const report = createReport(surroundings, messages, options.json === true)
      try {
        end(await work({ report, options: options as never, arguments: command.args }))
      } catch (error) {
        if (error instanceof UnknownSecretError)
          return end(report.refused('unknown_secret', messages.failures.unknownSecret))
        end(report.refused('failed', messages.failures.unexpected(reason(error)), { exitCode: exitCodes.failed }))
      }
    },
})

/** The message of an error, and of what caused it where that says more. */
export const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? reason(error.cause) : ''
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message} (${cause})`
}
