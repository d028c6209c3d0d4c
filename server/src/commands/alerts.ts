// What was suspicious, and that somebody has seen to it (AUD-5).
import { type AlertRule, alertRules } from '@vigile/contract'
import type { AlertsPage } from '@vigile/engine'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Cli } from './cli.ts'
import { formatCell, formatTable, formatTime } from './format.ts'
import { operator, withVigile } from './with-vigile.ts'

type ListOptions = { open?: boolean; rule?: AlertRule; limit?: number; after?: string }

const maxLimit = 200

export const addAlerts = (parent: Command, cli: Cli): void => {
  const { alerts } = cli.messages
  const group = parent.command('alerts').description(alerts.about)

  cli
    .command(group, 'list', alerts.listAbout, 'vigile alerts list --open')
    .option('--open', alerts.open)
    .addOption(new Option('--rule <rule>', alerts.rule).choices(Object.keys(alertRules)))
    .option('--limit <count>', alerts.limit, parseLimit)
    .option('--after <next>', alerts.after, parseNext)
    .action(
      cli.action<ListOptions>(({ report, options }) =>
        withVigile(
          cli,
          { report, options },
          async (vigile) => {
            const { open = false, rule, limit, after } = options
            const page = await vigile.alerts.list({
              open,
              ...(rule !== undefined && { rule }),
              ...(limit !== undefined && { limit }),
              ...(after !== undefined && { after }),
            })
            return report.done(page, table(page, cli.messages))
          },
          { looks: true },
        ),
      ),
    )

  cli
    .command(group, 'acknowledge', alerts.acknowledgeAbout, 'vigile alerts acknowledge q83vASNFZ4mrze8BI0VniQ')
    .argument('<id>', alerts.id)
    .action(
      cli.action(({ report, options, arguments: [id = ''] }) =>
        withVigile(cli, { report, options }, async (vigile) => {
          const done = await vigile.alerts.acknowledge(id, operator())
          if (!done.ok) return report.refused(done.error, alerts.unknown(formatCell(id)))
          return report.done(done.value, [alerts.acknowledged(done.value.rule, formatCell(done.value.subject))])
        }),
      ),
    )
}

const table = ({ alerts: found, next }: AlertsPage, { alerts }: Catalogue): readonly string[] => {
  if (found.length === 0) return [alerts.none]
  const { columns } = alerts
  const head = [columns.id, columns.first, columns.severity, columns.rule, columns.subject, columns.count, columns.seen]
  const rows = found.map(({ id, firstAt, severity, rule, subject, count, acknowledgedBy }) => [
    id,
    formatTime(firstAt),
    alerts.severities[severity],
    rule,
    formatCell(subject ?? '-'),
    String(count),
    formatCell(acknowledgedBy),
  ])
  return [...formatTable(head, rows), ...(next === null ? [] : [alerts.more(next)])]
}

const parseLimit = (text: string): number => {
  const limit = Number(text)
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > maxLimit) throw new InvalidArgumentError('')
  return limit
}

const parseNext = (text: string): string => {
  if (!/^\d{1,15}\.[A-Za-z0-9_-]{1,64}$/.test(text)) throw new InvalidArgumentError('')
  return text
}
