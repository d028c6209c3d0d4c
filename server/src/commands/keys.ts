import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { formatTable, formatTime } from './format.ts'
import { operator, withVigile } from './with-vigile.ts'

export const addKeys = (parent: Command, cli: Cli): void => {
  const { keys } = cli.messages
  const group = parent.command('keys').description(keys.about)

  cli.command(group, 'list', keys.listAbout, 'vigile keys list').action(
    cli.action((call) =>
      withVigile(
        cli,
        call,
        async (vigile) => {
          const list = await vigile.keys.list()
          const { id, algorithm, state, created, signs } = keys.columns
          const rows = list.map((key) => [
            key.id,
            key.algorithm,
            keys.states[key.state],
            formatTime(key.createdAt),
            formatTime(key.signsFrom),
          ])
          const lines = rows.length === 0 ? [keys.none] : formatTable([id, algorithm, state, created, signs], rows)
          return call.report.done({ keys: list }, lines)
        },
        { looks: true },
      ),
    ),
  )

  cli.command(group, 'rotate', keys.rotateAbout, 'vigile keys rotate').action(
    cli.action((call) =>
      withVigile(cli, call, async (vigile) => {
        const key = await vigile.keys.rotate(operator())
        return call.report.done(key, [keys.rotated(key.id, formatTime(key.signsFrom))])
      }),
    ),
  )
}
