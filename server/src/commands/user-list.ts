import { type ManagedUser, parseUserId } from '@vigile/engine'
import { type Command, InvalidArgumentError } from 'commander'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Cli } from './cli.ts'
import { formatCell, formatTable, formatTime } from './format.ts'
import { withVigile } from './with-vigile.ts'

type Options = { search?: string; limit: number; after?: string }

export const addUserList = (group: Command, cli: Cli): void => {
  const { users } = cli.messages
  cli
    .command(group, 'list', users.listAbout, 'vigile users list --search example.com --limit 20')
    .option('--search <text>', users.search)
    .option('--limit <count>', users.limit, parseLimit, 50)
    .option('--after <id>', users.after, parseId)
    .action(
      cli.action<Options>((call) =>
        withVigile(
          cli,
          call,
          async (vigile) => {
            const { search, limit, after } = call.options
            const from = after === undefined ? null : parseUserId(after)
            const page = await vigile.users.list({
              limit,
              ...(search === undefined ? {} : { search }),
              ...(from === null ? {} : { after: from }),
            })
            if (page.users.length === 0) return call.report.done(page, [users.none])
            const { email, name, state, created, id } = users.columns
            const table = formatTable(
              [email, name, state, created, id],
              page.users.map((user) => row(user, cli.messages)),
            )
            return call.report.done(page, page.next === null ? table : [...table, users.more(page.next)])
          },
          { looks: true },
        ),
      ),
    )
}

const row = (user: ManagedUser, { users: { states } }: Catalogue) => {
  const state = user.isActive ? (user.emailVerified ? states.active : states.unverified) : states.disabled
  return [formatCell(user.email), formatCell(user.name), state, formatTime(user.createdAt), user.id]
}

const parseLimit = (text: string): number => {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > 200) throw new InvalidArgumentError('')
  return limit
}

const parseId = (text: string): string => {
  if (parseUserId(text) === null) throw new InvalidArgumentError('')
  return text
}
