import type { Command } from 'commander'
import { warningsOf } from '../configuration/warnings.ts'
import type { Cli } from './cli.ts'
import { loadFor, openVigile } from './with-vigile.ts'

export const addConfigCheck = (parent: Command, cli: Cli): void => {
  const { config } = cli.messages
  const group = parent.command('config').description(config.about)
  cli.command(group, 'check', config.checkAbout, 'NODE_ENV=production vigile config check').action(
    cli.action(async ({ report, options }) => {
      const loaded = await loadFor(cli, options.config)
      const opened = await openVigile(cli, loaded)
      const warnings = warningsOf(loaded, cli.messages).map(({ text }) => text)
      if ('faults' in opened) return report.faults(opened.faults)
      await opened.vigile.close()
      const { production } = loaded.config
      const { publicUrl } = opened.options
      const value = { ok: true, production, publicUrl, configFile: loaded.configFile ?? null, warnings }
      return report.done(value, [`${config.good} ${publicUrl} (${config.mode(production)})`, ...warnings])
    }),
  )
}
