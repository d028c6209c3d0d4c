// A password that a command needs: typed without echo, or piped in; never an argument, which others can see.
import { maxPasswordLength } from '@vigile/contract'
import { ask, readAll } from './ask.ts'
import type { Cli } from './cli.ts'
import { exitCodes, type Report } from './report.ts'

/** The password, or the exit code of having said why there is none. A new one is asked for twice. */
export const givenPassword = async (
  cli: Cli,
  report: Report,
  { fromInput, isNew }: { readonly fromInput: boolean; readonly isNew: boolean },
): Promise<string | number> => {
  const { surroundings } = cli
  const { ask: texts } = cli.messages
  if (fromInput) {
    const password = await readAll(surroundings, maxPasswordLength * 4)
    return password || report.refused('no_password', texts.passwordMissing)
  }
  if (!surroundings.input.isTTY) {
    return report.refused('no_terminal', texts.passwordNeedsTerminal, { exitCode: exitCodes.wrong })
  }
  const password = await ask(surroundings, texts.password, { hidden: true })
  if (!password) return report.refused('no_password', texts.passwordMissing)
  if (!isNew) return password
  const again = await ask(surroundings, texts.passwordAgain, { hidden: true })
  return again === password ? password : report.refused('passwords_differ', texts.passwordsDiffer)
}
