// VAL-3: one list of everything that answers, engine and pages.
import { describeRoutes } from '@vigile/engine'
import type { Command } from 'commander'
import { describePages } from '../http/page-routes.ts'
import { openSite } from '../pages/site.ts'
import type { Cli } from './cli.ts'
import { formatTable } from './format.ts'
import { faultsOf, loadFor, optionsOf } from './with-vigile.ts'

export const addRoutes = (parent: Command, cli: Cli): void => {
  const { about, columns } = cli.messages.routes
  cli.command(parent, 'routes', about, 'vigile routes --json').action(
    cli.action(async ({ report, options: { config: file } }) => {
      const loaded = await loadFor(cli, file, { looksOnly: true })
      const options = optionsOf(cli, loaded)
      const faults = faultsOf(cli, loaded, options)
      if (faults.length > 0) return report.faults(faults)
      // Only the list of its pages is wanted: none is asked for.
      const site = await openSite(
        {
          pageState: async () => ({ state: 'unknown' }),
          mailbox: () => null,
          providers: () => [],
          status: async () => ({ at: 0, state: null, hasHistory: false, parts: [] }),
        },
        options,
      )
      const routes = [...describeRoutes(options), ...describePages(site.routes)]
      const head = [columns.method, columns.path, columns.guard, columns.limit]
      const rows = routes.map(({ method, path, guard, limit }) => [method, path, guard, limit])
      return report.done({ routes }, formatTable(head, rows))
    }),
  )
}
