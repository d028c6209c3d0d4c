// VAL-3: one list of everything that answers, engine and pages.
import type { Command } from 'commander'
import { describePages } from '../http/page-routes.ts'
import { openSite } from '../pages/site.ts'
import type { Cli } from './cli.ts'
import { formatTable } from './format.ts'
import { withVigile } from './with-vigile.ts'

export const addRoutes = (parent: Command, cli: Cli): void => {
  const { about, columns } = cli.messages.routes
  cli.command(parent, 'routes', about, 'vigile routes --json').action(
    cli.action((call) =>
      withVigile(
        cli,
        call,
        async (vigile, options) => {
          const site = await openSite(vigile, options)
          const routes = [...vigile.routes(), ...describePages(site.routes)]
          const head = [columns.method, columns.path, columns.guard, columns.limit]
          const rows = routes.map(({ method, path, guard, limit }) => [method, path, guard, limit])
          return call.report.done({ routes }, formatTable(head, rows))
        },
        { ready: false },
      ),
    ),
  )
}
