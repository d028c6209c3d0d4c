import type { Command } from 'commander'
import { warningsOf } from '../configuration/warnings.ts'
import type { Cli } from './cli.ts'
import { formatTable } from './format.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export const addConfigCheck = (parent: Command, cli: Cli): void => {
  const { config } = cli.messages
  const group = parent.command('config').description(config.about)
  cli.command(group, 'check', config.checkAbout, 'NODE_ENV=production vigile config check').action(
    cli.action(async ({ report, options: { config: file } }) => {
      const loaded = await loadFor(cli, file, { looksOnly: true })
      const options = optionsOf(cli, loaded)
      const faults = faultsOf(cli, loaded, options)
      if (faults.length > 0) return report.faults(faults)
      const warnings = warningsOf(loaded, cli.messages).map(({ text }) => text)
      const { sources } = loaded
      const { production } = loaded.config
      const { publicUrl, providers = [] } = options
      const ids = providers.map(({ id }) => id)
      const value = {
        ok: true,
        production,
        publicUrl,
        configFile: loaded.configFile ?? null,
        providers: ids,
        sources,
        warnings,
      }
      const names = providers.length === 0 ? [] : [config.providers(providers.map(({ name }) => name))]
      const given = Object.entries(sources)
      const from = given.length === 0 ? [] : formatTable(config.sources, given)
      return report.done(value, [
        `${config.good} ${publicUrl} (${config.mode(production)})`,
        ...names,
        ...from,
        ...warnings,
      ])
    }),
  )
}
