import { parseSessionId, parseUserId, type Vigile } from '@vigile/engine'
import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { findUser } from './find-user.ts'
import { formatCell, formatTable, formatTime } from './format.ts'
import { exitCodes, type Report } from './report.ts'
import { confirmByWord } from './user-states.ts'
import { operator, withVigile } from './with-vigile.ts'

type RevokeOptions = { user?: string; session?: string; everyone?: boolean; yes?: boolean }

export const addSessions = (parent: Command, cli: Cli): void => {
  const { sessions, users } = cli.messages
  const group = parent.command('sessions').description(sessions.about)

  cli
    .command(group, 'list', sessions.listAbout, 'vigile sessions list ada@example.com')
    .argument('<user>', users.user)
    .action(
      cli.action((call) =>
        withVigile(cli, call, (vigile) => list(cli, vigile, call.arguments[0] ?? '', call.report), { looks: true }),
      ),
    )

  cli
    .command(group, 'revoke', sessions.revokeAbout, 'vigile sessions revoke --user ada@example.com')
    .option('--user <user>', sessions.user)
    .option('--session <id>', sessions.session)
    .option('--everyone', sessions.everyone)
    .option('--yes', cli.messages.usage.yes)
    .action(
      cli.action<RevokeOptions>(async (call) => {
        const { user, session, everyone } = call.options
        if ([user, session, everyone].filter((one) => one !== undefined).length !== 1) {
          return call.report.refused('usage', sessions.chooseOne, { exitCode: exitCodes.wrong })
        }
        return withVigile(cli, call, (vigile) => revoke(cli, vigile, call.options, call.report))
      }),
    )
}

const list = async (cli: Cli, vigile: Vigile, who: string, report: Report): Promise<number> => {
  const { sessions } = cli.messages
  const user = await findUser(vigile, who, report, cli.messages)
  if (typeof user === 'number') return user
  const id = parseUserId(user.id)
  const found = id === null ? [] : await vigile.sessions.list(id)
  const { columns } = sessions
  const head = [columns.id, columns.browser, columns.ip, columns.created, columns.used, columns.ends]
  const rows = found.map((session) => [
    session.id,
    formatCell([session.browser, session.system].filter(Boolean).join(', ')),
    formatCell(session.ip),
    formatTime(session.createdAt),
    formatTime(session.lastUsedAt),
    formatTime(Math.min(session.idleExpiresAt, session.expiresAt)),
  ])
  return report.done({ sessions: found }, rows.length === 0 ? [sessions.none] : formatTable(head, rows))
}

const revoke = async (cli: Cli, vigile: Vigile, options: RevokeOptions, report: Report): Promise<number> => {
  const { sessions, ask } = cli.messages
  const ended = (endedSessions: number) => report.done({ endedSessions }, [sessions.revoked(endedSessions)])
  if (options.session !== undefined) {
    const id = parseSessionId(options.session)
    const done = id === null ? null : await vigile.sessions.end(id, operator())
    return done?.ok ? ended(1) : report.refused('not_found', sessions.unknown(options.session))
  }
  if (options.user !== undefined) {
    const user = await findUser(vigile, options.user, report, cli.messages)
    if (typeof user === 'number') return user
    const id = parseUserId(user.id)
    return ended(id === null ? 0 : (await vigile.sessions.endAll(id, operator())).endedSessions)
  }
  if (!options.yes) {
    const refusal = await confirmByWord(cli, report, sessions.everyoneAsk(ask.word), ask.word)
    if (refusal !== exitCodes.done) return refusal
  }
  return ended((await vigile.sessions.endEveryones(operator())).endedSessions)
}
