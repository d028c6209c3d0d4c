// Who is refused by a limit now, and lifting it (LIM-6).
import type { Block, BlocksFound, Vigile } from '@vigile/engine'
import { type Command, InvalidArgumentError } from 'commander'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Cli } from './cli.ts'
import { formatCell, formatTable, formatTime } from './format.ts'
import type { Report } from './report.ts'
import { operator, withVigile } from './with-vigile.ts'

type ListOptions = { limit?: number }

/** What a block is called by. Whatever else is given says whose they are. */
const blockId = /^[A-Za-z0-9_-]{16}$/
const maxLimit = 200
const maxWho = 320

export const addLimits = (parent: Command, cli: Cli): void => {
  const { limits } = cli.messages
  const group = parent.command('limits').description(limits.about)

  cli
    .command(group, 'list', limits.listAbout, 'vigile limits list ada@example.com')
    .argument('[who]', limits.who, parseWho)
    .option('--limit <count>', limits.limit, parseLimit)
    .action(
      cli.action<ListOptions>(({ report, options, arguments: [who] }) =>
        withVigile(
          cli,
          { report, options },
          async (vigile) => {
            const { limit } = options
            const found = await vigile.limits.list({ ...(who && { who }), ...(limit !== undefined && { limit }) })
            return report.done(found, [...table(found, cli.messages), ...notes(found, cli.messages)])
          },
          { looks: true },
        ),
      ),
    )

  cli
    .command(group, 'lift', limits.liftAbout, 'vigile limits lift ada@example.com')
    .argument('<block or who>', limits.blockOrWho, parseWho)
    .action(
      cli.action(({ report, options, arguments: [what = ''] }) =>
        withVigile(cli, { report, options }, (vigile) => lift(cli, vigile, what, report)),
      ),
    )
}

const lift = async ({ messages }: Cli, vigile: Vigile, what: string, report: Report): Promise<number> => {
  const { limits } = messages
  const byId = blockId.test(what) ? await vigile.limits.lift(what, operator()) : null
  const lifted: Block[] = byId?.ok ? [byId.value] : []
  const found = await vigile.limits.list({ who: what, limit: maxLimit })
  for (const { id } of found.blocks) {
    const done = await vigile.limits.lift(id, operator())
    if (done.ok) lifted.push(done.value)
  }
  const beside = notes(found, messages)
  if (lifted.length === 0)
    return report.refused('not_found', [limits.unknown(formatCell(what)), ...beside].join(' '), {
      value: { limits: found.limits },
    })
  const lines = lifted.map(({ rule, whose }) => limits.lifted(rule, formatCell(whose)))
  return report.done({ lifted, more: found.more, limits: found.limits }, [...lines, ...beside])
}

const table = ({ blocks, limits: seen }: BlocksFound, { limits }: Catalogue): readonly string[] => {
  if (blocks.length === 0) return seen === 'none' ? [limits.noneClosed] : [limits.none]
  const { columns } = limits
  const head = [columns.id, columns.rule, columns.kind, columns.whose, columns.count, columns.until]
  const rows = blocks.map(({ id, rule, kind, whose, count, limit, until }) => [
    id,
    rule,
    limits.kinds[kind],
    formatCell(whose),
    `${count}/${limit}`,
    until === null ? limits.closed : formatTime(until),
  ])
  return formatTable(head, rows)
}

/** What the list can't tell, and what to do. */
const notes = ({ more, limits: seen }: Pick<BlocksFound, 'more' | 'limits'>, { limits }: Catalogue) => [
  ...(more ? [limits.more] : []),
  ...(seen === 'none' ? [limits.inMemory] : []),
]

const parseWho = (text: string): string => {
  if (text === '' || text.length > maxWho) throw new InvalidArgumentError('')
  return text
}

const parseLimit = (text: string): number => {
  const limit = Number(text)
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > maxLimit) throw new InvalidArgumentError('')
  return limit
}
