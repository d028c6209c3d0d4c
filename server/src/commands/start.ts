import { ConfigurationError, reading } from '@vigile/engine'
import type { Command } from 'commander'
import { joinFaults } from '../configuration/faults.ts'
import type { Configuration } from '../configuration/load-configuration.ts'
import { warningsOf } from '../configuration/warnings.ts'
import { createJsonLog, type Log } from '../log/log.ts'
import { createTerminalLog } from '../log/terminal-log.ts'
import { createHeldSecrets } from '../secrets/held-secrets.ts'
import { type SecretsRenewal, startSecretsRenewal } from '../secrets/renewal.ts'
import { type RunningServer, startServer } from '../start-server.ts'
import { type Cli, reason } from './cli.ts'
import { readyScreen } from './ready-screen.ts'
import { exitCodes, type Report } from './report.ts'
import { untilStopped } from './until-stopped.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export const addStart = (parent: Command, cli: Cli): void => {
  const { output, folder, createVigile } = cli.surroundings
  const { start } = cli.messages
  cli.command(parent, 'start', start.about, 'PORT=8080 vigile start').action(
    cli.action(async ({ report, options }) => {
      const secrets = createHeldSecrets()
      const loaded = await loadFor(cli, options.config, secrets)
      const faults = faultsOf(loaded, optionsOf(cli, loaded))
      if (faults.length > 0) return report.faults(faults)
      const { config } = loaded
      const terminal = output.isTTY === true && !config.production && options.json !== true
      const level = config.logLevel ?? 'info'
      const log: Log = config.log ?? (terminal ? createTerminalLog(level, output, true) : createJsonLog(level))
      for (const { setting, text } of warningsOf(loaded, cli.messages)) log.warn({ setting }, text)
      let server: RunningServer
      let renewal: SecretsRenewal | undefined
      let list = config.secrets
      // For a secret that this node does not know yet, its source is looked at at once.
      const readSecrets = async () => {
        await renewal?.look()
        return list as readonly string[]
      }
      const gauges = () =>
        secrets.ages().map(({ setting, seconds }) => reading('secret_age_seconds', { setting }, seconds))
      const given = Array.isArray(list) ? { ...config, secrets: readSecrets } : config
      try {
        server = await startServer({ ...given, log }, { createVigile, gauges })
      } catch (error) {
        return explainFailure(error, config, report, cli)
      }
      const apply = async () => {
        const renewed = await loadFor(cli, options.config, secrets)
        const wrong = faultsOf(renewed, optionsOf(cli, renewed))
        if (wrong.length > 0) return wrong
        try {
          server.renew({ ...renewed.config, secrets: given.secrets })
        } catch (error) {
          if (error instanceof ConfigurationError) return joinFaults([], error.faults)
          throw error
        }
        list = renewed.config.secrets
        return []
      }
      renewal = startSecretsRenewal({ secrets, everySeconds: config.secretsSeconds ?? 60, apply, log })
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

const explainFailure = (error: unknown, config: Configuration, report: Report, { messages }: Cli): number => {
  if (error instanceof ConfigurationError) return report.faults(joinFaults([], error.faults))
  // Of the public port or of the metrics'.
  const { port = config.port ?? 3000 } = error as { port?: number }
  const { host = '' } = config
  const { failures } = messages
  const wrong = { exitCode: exitCodes.wrong }
  switch ((error as NodeJS.ErrnoException).syscall === 'listen' ? (error as NodeJS.ErrnoException).code : 'other') {
    case 'EADDRINUSE':
      return report.refused('port_busy', failures.portBusy(port))
    case 'EACCES':
      return report.refused('port_forbidden', failures.portForbidden(port), wrong)
    case 'EADDRNOTAVAIL':
      return report.refused('address_unknown', failures.addressUnknown(host), wrong)
    default:
      if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') {
        return report.refused('address_unknown', failures.addressUnknown(host), wrong)
      }
      return report.refused('not_opened', failures.notOpened(reason(error)))
  }
}
