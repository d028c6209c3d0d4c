// `vigile`: all commands, their help, and what is said when one is called wrongly.
import { Command, CommanderError } from 'commander'
import { type Catalogue, terminalCatalogue } from '../messages/catalogue.ts'
import { version } from '../version.ts'
import { addAlerts } from './alerts.ts'
import { addAudit } from './audit.ts'
import { addBackup } from './backup.ts'
import { addCleanup } from './cleanup.ts'
import { createCli } from './cli.ts'
import { addConfigCheck } from './config-check.ts'
import { addDoctor } from './doctor.ts'
import { addKeys } from './keys.ts'
import { addLimits } from './limits.ts'
import { addMigrate } from './migrate.ts'
import { createReport, exitCodes } from './report.ts'
import { addRestore } from './restore.ts'
import { addRoles } from './roles.ts'
import { addRoutes } from './routes.ts'
import { addSessions } from './sessions.ts'
import { addStart } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { addUsers } from './users.ts'
import { addWebhook } from './webhook.ts'

/** Runs one command to its end and gives its exit code. `start` ends when the server does. */
export const runCommand = async (words: readonly string[], surroundings: Surroundings): Promise<number> => {
  const messages = terminalCatalogue(surroundings.environment)
  let exitCode: number = exitCodes.done
  const cli = createCli(surroundings, messages, (code) => {
    exitCode = code
  })
  const program = createProgram(surroundings, messages)
  for (const add of [
    addStart,
    addMigrate,
    addConfigCheck,
    addUsers,
    addRoles,
    addSessions,
    addLimits,
    addKeys,
    addAudit,
    addAlerts,
    addWebhook,
    addBackup,
    addRestore,
    addCleanup,
    addRoutes,
    addDoctor,
  ]) {
    add(program, cli)
  }
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version that were asked for are no errors.
    if (error.exitCode === 0) return exitCodes.done
    // Called without a command: the help was shown.
    if (error.code === 'commander.help') return exitCodes.wrong
    const report = createReport(surroundings, messages, words.includes('--json'))
    const hint = messages.usage.hint(calledCommand(program, words))
    return report.refused('usage', `${explain(error, messages)} ${hint}`, { exitCode: exitCodes.wrong })
  }
  return exitCode
}

const createProgram = ({ output, errors }: Surroundings, { usage }: Catalogue) =>
  new Command('vigile')
    .description(`${usage.about}\n\n${usage.settings}`)
    .version(version, '--version', usage.version)
    .helpOption('-h, --help', usage.help)
    .helpCommand('help [command]', usage.helpCommand)
    .configureHelp({ styleTitle: (title) => usage.titles[title] ?? title })
    .configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => void errors.write(text),
      // Said by runCommand, in the reader's language.
      outputError: () => {},
    })
    .exitOverride()

/** As far as the words name a command: `vigile users list`. */
const calledCommand = (program: Command, words: readonly string[]): string => {
  const names = ['vigile']
  let command: Command | undefined = program
  for (const word of words) {
    command = command.commands.find((one) => one.name() === word)
    if (!command) break
    names.push(word)
  }
  return names.join(' ')
}

/** Commander's own errors in the reader's language; the word in question is quoted in its message. */
const explain = ({ code, message }: CommanderError, { usage }: Catalogue): string => {
  const word = /'([^']*)'/.exec(message)?.[1] ?? ''
  switch (code) {
    case 'commander.unknownCommand':
      return usage.unknownCommand(word)
    case 'commander.unknownOption':
      return usage.unknownOption(word)
    case 'commander.missingArgument':
      return usage.missingArgument(word)
    case 'commander.optionMissingArgument':
      return usage.missingValue(word)
    case 'commander.excessArguments':
      return usage.excessArguments
    case 'commander.invalidArgument':
      return usage.badValue(word)
    default:
      return usage.wrong
  }
}
