import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { operator, withVigile } from './with-vigile.ts'

export const addCleanup = (parent: Command, cli: Cli): void => {
  const { cleanup } = cli.messages
  cli.command(parent, 'cleanup', cleanup.about, 'vigile cleanup').action(
    cli.action((call) =>
      withVigile(cli, call, async (vigile) => {
        call.report.progress(cleanup.working)
        const removed = await vigile.cleanUp(operator())
        call.report.progress('')
        return call.report.done(removed, [cleanup.done(removed)])
      }),
    ),
  )
}
