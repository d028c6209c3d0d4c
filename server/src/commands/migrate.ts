import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { refuseNew } from './refuse-new.ts'
import { withVigile } from './with-vigile.ts'

export const addMigrate = (parent: Command, cli: Cli): void => {
  const { migrate } = cli.messages
  cli
    .command(parent, 'migrate', migrate.about, 'vigile migrate --check')
    .option('--check', migrate.check)
    .option('--new', migrate.new)
    .action(
      cli.action<{ check?: boolean; new?: boolean }>((call) =>
        withVigile(
          cli,
          call,
          async (vigile, loaded) => {
            const { report, options } = call
            const state = await vigile.migrationState()
            if (options.check) {
              if (state.pending.length === 0) return report.done(state, [migrate.upToDate])
              const message = migrate.pending(state.pending.length)
              return report.refused('pending', `${message}\n  ${state.pending.join('\n  ')}`, { value: state })
            }
            const isNew = state.applied.length === 0
            const refused = isNew && !options.new ? await refuseNew(cli, loaded, report) : null
            if (refused !== null) return refused
            report.progress(migrate.working)
            const applied = await vigile.migrate()
            report.progress('')
            const lines = applied.map((name) => `  ${name}`)
            return report.done(
              { applied },
              applied.length === 0
                ? [migrate.upToDate]
                : [migrate.applied(applied.length), ...lines, ...(isNew ? [migrate.isNew] : [])],
            )
          },
          { ready: false },
        ),
      ),
    )
}
