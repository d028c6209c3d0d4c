// The audit log: whether it is as it was written (AUD-3).
import { once } from 'node:events'
import type { AuditFault, AuditReport } from '@vigile/engine'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Cli } from './cli.ts'
import { formatCell, formatTime } from './format.ts'
import { readLines } from './read-lines.ts'
import { exitCodes, type Report } from './report.ts'
import { operator, withVigile } from './with-vigile.ts'

type ExportOptions = {
  format: 'csv' | 'jsonl'
  user?: string
  by?: string
  action?: string
  resource?: string
  resourceId?: string
  ip?: string
  from?: number
  to?: number
  failed?: boolean
}
type VerifyOptions = { from?: number; anchor?: string }

export const addAudit = (parent: Command, cli: Cli): void => {
  const { audit } = cli.messages
  const group = parent.command('audit').description(audit.about)

  cli
    .command(group, 'verify', audit.verifyAbout, 'vigile audit verify')
    .option('--anchor <file or address>', audit.anchor)
    .option('--from <position>', audit.from, parsePosition)
    .action(
      cli.action<VerifyOptions>((call) =>
        withVigile(
          cli,
          call,
          async (vigile) => {
            const { report, options } = call
            // Before anything that fails says what it was given: it may hold a secret.
            const address = URL.parse(options.anchor ?? '')
            if (address?.protocol === 's3:' || address?.password)
              return report.refused('anchor_address', audit.anchorAddress, { exitCode: exitCodes.wrong })
            const startedAt = performance.now()
            const found = await vigile.audit.verify({
              ...(options.from === undefined ? {} : { from: options.from }),
              ...(options.anchor === undefined ? {} : { anchor: await readLines(options.anchor) }),
              onProgress: ({ entries, of }) => {
                const perSecond = Math.round(entries / ((performance.now() - startedAt) / 1000))
                report.progress(audit.progress(entries, of, perSecond))
              },
            })
            report.progress('')
            return tell(found, report, cli.messages)
          },
          { looks: true },
        ),
      ),
    )

  cli
    .command(group, 'accept', audit.acceptAbout, 'vigile audit accept --reason "a table restored by hand, ticket 1234"')
    .requiredOption('--reason <text>', audit.reason)
    .option('--anchor <file or address>', audit.anchor)
    .action(
      cli.action<{ reason: string; anchor?: string }>((call) =>
        withVigile(cli, call, async (vigile) => {
          const { report, options } = call
          const anchor = options.anchor === undefined ? {} : { anchor: await readLines(options.anchor) }
          const result = await vigile.audit.accept({ reason: options.reason, ...anchor }, operator())
          if (!result.ok) return report.refused(result.error, audit.nothingToAccept)
          const { acceptedUpTo, faultCount } = result.value
          return report.done(result.value, [audit.acceptedNow(acceptedUpTo, faultCount)])
        }),
      ),
    )

  cli
    .command(group, 'export', audit.exportAbout, 'vigile audit export --format csv --action session: --from 2026-01-01')
    .addOption(new Option('--format <format>', audit.format).choices(['csv', 'jsonl']).default('jsonl'))
    .option('--user <user>', cli.messages.users.user, parseText)
    .option('--by <user>', audit.by, parseText)
    .option('--action <action>', audit.action, parseText)
    .option('--resource <kind>', audit.resource, parseText)
    .option('--resource-id <id>', audit.resourceId, parseText)
    .option('--ip <address>', audit.ip, parseText)
    .option('--from <time>', audit.since, parseTime)
    .option('--to <time>', audit.until, parseTime)
    .option('--failed', audit.failed)
    .action(
      cli.action<ExportOptions>((call) =>
        withVigile(cli, call, async (vigile) => {
          const { user, by, json: _, config: __, ...filter } = call.options
          const people: { userId?: string; actorId?: string } = {}
          for (const [name, who] of [
            ['userId', user],
            ['actorId', by],
          ] as const) {
            if (who === undefined) continue
            const found = await vigile.users.find(who)
            // An email is not for the record. Who has no account any more is still there under the id.
            if (!found && who.includes('@'))
              return call.report.refused('not_found', cli.messages.users.unknown(formatCell(who)))
            people[name] = found?.id ?? who
          }
          const input = { ...filter, ...people }
          const { output } = cli.surroundings
          for await (const line of vigile.audit.export(input, operator()))
            if (!output.write(`${line}\n`)) await once(output, 'drain')
          return exitCodes.done
        }),
      ),
    )
}

const tell = (found: AuditReport, report: Report, { audit }: Catalogue): number => {
  const { entries, from, to, seconds, faultCount, faults } = found
  const notes = [
    ...(found.removedUpTo > 0 ? [audit.removed(found.removedUpTo)] : []),
    ...found.restores.map(({ at, position }) => audit.restored(formatTime(at), position)),
    ...(found.acceptedUpTo > 0 ? [audit.accepted(found.acceptedUpTo)] : []),
    ...(found.anchored
      ? [audit.anchored(found.anchored.compared, found.anchored.position, formatTime(found.anchored.at))]
      : []),
    ...(found.anchored?.unreadable ? [audit.unreadable(found.anchored.unreadable)] : []),
    // Nothing does where the end itself can't be believed.
    ...(found.underOldKeys > 0 && !faults.some(({ kind }) => kind.startsWith('head_'))
      ? [audit.underOldKeys(found.underOldKeys)]
      : []),
  ]
  if (found.foundedAt !== null) notes.push(audit.founded(formatTime(found.foundedAt)))
  if (found.ok) return report.done(found, [audit.whole(entries, from, to, found.checkpoints, seconds), ...notes])
  const more = faultCount > faults.length ? [audit.more(faultCount - faults.length)] : []
  const lines = [...faults.map((fault) => describe(fault, audit)), ...more, ...notes]
  return report.refused('audit_tampered', [audit.tampered(faultCount), ...lines].join('\n  '), { value: found })
}

const describe = ({ kind, position, to, id, at, action }: AuditFault, audit: Catalogue['audit']): string => {
  const where = position === undefined ? '' : to === undefined || to === position ? `${position}` : `${position}–${to}`
  const entry = [formatCell(action ?? null), at === undefined ? '' : formatTime(at), formatCell(id ?? null)]
  return [where, audit.faults[kind], entry.filter(Boolean).join(' ')].filter(Boolean).join('  ')
}

/** As the engine takes it. */
const parseText = (text: string): string => {
  if (!/^\P{Cc}{1,200}$/u.test(text)) throw new InvalidArgumentError('')
  return text
}

/** A day or a moment, UTC unless it says otherwise. */
const parseTime = (text: string): number => {
  const [, day, hour, zone] = /^(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const midnight = Date.parse(day ?? '')
  const time = Date.parse(hour ? `${day}${hour}${zone ?? 'Z'}` : text)
  // Of the 30th of February JavaScript makes one in March.
  if (Number.isNaN(time) || !new Date(midnight).toISOString().startsWith(day ?? ' ')) throw new InvalidArgumentError('')
  return time
}

const parsePosition = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('')
  return Number(text)
}
