import { ConfigurationError } from '@vigile/engine'
import type { Command } from 'commander'
import { targetOf } from '../backup/target.ts'
import { joinFaults } from '../configuration/faults.ts'
import type { Configuration, LoadedConfiguration } from '../configuration/load-configuration.ts'
import { warningsOf } from '../configuration/warnings.ts'
import { createJsonLog, type Log } from '../log/log.ts'
import { createTerminalLog } from '../log/terminal-log.ts'
import { createHeldSecrets } from '../secrets/held-secrets.ts'
import { type RunningServer, startServer } from '../start-server.ts'
import { type Cli, reason } from './cli.ts'
import { createLiveSecrets } from './live-secrets.ts'
import { readyScreen } from './ready-screen.ts'
import { refuseNew } from './refuse-new.ts'
import { exitCodes, type Report } from './report.ts'
import { untilStopped } from './until-stopped.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export const addStart = (parent: Command, cli: Cli): void => {
  const { output, folder, createVigile } = cli.surroundings
  const { start } = cli.messages
  cli.command(parent, 'start', start.about, 'PORT=8080 vigile start').action(
    cli.action(async ({ report, options }) => {
      const held = createHeldSecrets()
      const loaded = await loadFor(cli, options.config, { secrets: held })
      const faults = faultsOf(cli, loaded, optionsOf(cli, loaded))
      if (faults.length > 0) return report.faults(faults)
      const { config } = loaded
      const terminal = output.isTTY === true && !config.production && options.json !== true
      const level = config.logLevel ?? 'info'
      const log: Log = config.log ?? (terminal ? createTerminalLog(level, output, true) : createJsonLog(level))
      for (const { setting, text } of warningsOf(loaded, cli.messages)) log.warn({ setting }, text)
      const refused = await refuseNewFile(cli, loaded, report)
      if (refused !== null) return refused
      const live = createLiveSecrets(cli, held, loaded, options.config)
      let server: RunningServer
      try {
        server = await startServer({ ...config, secrets: live.secrets, log }, { createVigile, gauges: live.gauges })
      } catch (error) {
        return explainFailure(error, config, report, cli)
      }
      const renewal = live.follow(server, log)
      // Before it says that it is ready: whoever reads that may ask it to stop at once.
      const stopped = untilStopped(server, log, () => {
        if (terminal) output.write(`\n${start.stopping}\n`)
      })
      const { publicUrl, url } = server
      if (config.production || options.json === true) log.info({ publicUrl, url }, 'ready')
      else {
        // Never in production: a log is read by many. There it is `vigile users create --role admin`.
        const claimToken = await server.vigile.roles.offerClaim().catch((err: unknown) => {
          log.warn({ err }, 'no link for the first administrator could be made')
          return null
        })
        output.write(`${readyScreen({ publicUrl, config, folder, claimToken }, cli.messages, terminal)}\n`)
      }
      return stopped.finally(renewal.stop)
    }),
  )
}

/** The server makes the tables of the embedded database itself: not those of one that is gone. */
const refuseNewFile = async (cli: Cli, loaded: LoadedConfiguration, report: Report): Promise<number | null> => {
  const { backup, database } = loaded.config
  if (backup?.to === undefined || targetOf(database).kind !== 'sqlite') return null
  const vigile = cli.surroundings.createVigile(optionsOf(cli, loaded))
  // What can't be opened says so itself, as the server.
  const state = await vigile.migrationState().catch(() => null)
  await vigile.close()
  return state?.applied.length === 0 ? refuseNew(cli, loaded, report) : null
}

const explainFailure = (error: unknown, config: Configuration, report: Report, { messages }: Cli): number => {
  if (error instanceof ConfigurationError) return report.faults(joinFaults([], error.faults, messages.locale))
  // Of the public port or of the metrics'.
  const { port = config.port ?? 3000, address, hostname } = error as Partial<Record<string, string>> & { port?: number }
  const host = address ?? hostname ?? config.host ?? ''
  const setting = port === config.metricsPort ? 'METRICS_PORT' : 'PORT'
  // A name that leads nowhere says no port: whichever of the two has it.
  const hostSetting = setting === 'METRICS_PORT' || host === config.metricsHost ? 'METRICS_HOST' : 'HOST'
  const { failures } = messages
  const wrong = { exitCode: exitCodes.wrong }
  switch ((error as NodeJS.ErrnoException).syscall === 'listen' ? (error as NodeJS.ErrnoException).code : 'other') {
    case 'EADDRINUSE':
      return report.refused('port_busy', failures.portBusy(port, setting))
    case 'EACCES':
      return report.refused('port_forbidden', failures.portForbidden(port), wrong)
    case 'EADDRNOTAVAIL':
      return report.refused('address_unknown', failures.addressUnknown(host, hostSetting), wrong)
    default:
      if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') {
        return report.refused('address_unknown', failures.addressUnknown(host, hostSetting), wrong)
      }
      return report.refused('not_opened', failures.notOpened(reason(error)))
  }
}
