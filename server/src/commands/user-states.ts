// Disable, enable, verify, reset, remove the factors, delete: one act on one user.
import { type ManagedUser, parseUserId, type UserId, type Vigile } from '@vigile/engine'
import type { Command } from 'commander'
import { ask } from './ask.ts'
import type { Cli } from './cli.ts'
import { findUser } from './find-user.ts'
import { exitCodes, type Report } from './report.ts'
import { operator, withVigile } from './with-vigile.ts'

type Options = { yes?: boolean; leaveNoAdministrator?: boolean }
type Act = (vigile: Vigile, id: UserId, user: ManagedUser, given: { report: Report } & Options) => Promise<number>

export const addUserStates = (group: Command, cli: Cli): void => {
  const { users, roles } = cli.messages
  const last = (report: Report) => report.refused('last_administrator', roles.lastAdministrator)
  const gone = (user: ManagedUser, report: Report) => report.refused('not_found', users.unknown(user.email))

  const add = (
    name: string,
    about: string,
    act: Act,
    confirm?: (user: ManagedUser, report: Report) => Promise<number>,
  ) => {
    const command = cli
      .command(group, name, about, `vigile users ${name} ada@example.com`)
      .argument('<user>', users.user)
    if (confirm) command.option('--yes', cli.messages.usage.yes)
    if (name === 'disable' || name === 'delete') command.option('--leave-no-administrator', roles.leaveNoAdministrator)
    command.action(
      cli.action<Options>((call) =>
        withVigile(cli, call, async (vigile) => {
          const user = await findUser(vigile, call.arguments[0] ?? '', call.report, cli.messages)
          if (typeof user === 'number') return user
          const id = parseUserId(user.id)
          if (id === null) return gone(user, call.report)
          const refusal = confirm && !call.options.yes ? await confirm(user, call.report) : exitCodes.done
          return refusal === exitCodes.done ? act(vigile, id, user, { report: call.report, ...call.options }) : refusal
        }),
      ),
    )
  }

  add('disable', users.disableAbout, async (vigile, id, user, { report, ...options }) => {
    const done = await vigile.users.disable(id, operator(), options)
    if (!done.ok) return done.error === 'last_administrator' ? last(report) : gone(user, report)
    const { endedSessions } = done.value
    return report.done({ id, endedSessions }, [users.disabled(user.email, endedSessions)])
  })
  add('enable', users.enableAbout, async (vigile, id, user, { report }) => {
    const done = await vigile.users.enable(id, operator())
    return done.ok ? report.done({ id }, [users.enabled(user.email)]) : gone(user, report)
  })
  add('verify', users.verifyAbout, async (vigile, id, user, { report }) => {
    const done = await vigile.users.verifyEmail(id, operator())
    return done.ok ? report.done({ id }, [users.verifiedNow(user.email)]) : gone(user, report)
  })
  add('reset', users.resetAbout, async (vigile, id, user, { report }) => {
    const done = await vigile.users.sendPasswordReset(id, operator())
    return done.ok ? report.done({ id }, [users.resetSent(user.email)]) : gone(user, report)
  })
  add(
    'remove-factors',
    users.removeFactorsAbout,
    async (vigile, id, user, { report }) => {
      const done = await vigile.users.removeFactors(id, operator())
      if (!done.ok && done.error === 'no_factor') return report.refused('no_factor', users.noFactor(user.email))
      if (!done.ok) return user.isActive ? gone(user, report) : report.refused('disabled', users.isDisabled(user.email))
      const { endedSessions } = done.value
      return report.done({ id, endedSessions }, [users.factorsRemoved(user.email, endedSessions)])
    },
    (user, report) => confirmByWord(cli, report, users.removeFactorsAsk(user.email), user.email),
  )
  add(
    'delete',
    users.deleteAbout,
    async (vigile, id, user, { report, ...options }) => {
      const done = await vigile.users.delete(id, operator(), options)
      if (!done.ok) return done.error === 'last_administrator' ? last(report) : gone(user, report)
      return report.done({ id }, [users.deleted(user.email)])
    },
    (user, report) => confirmByWord(cli, report, users.deleteAsk(user.email), user.email),
  )
}

/** Exit code 0 when the word was typed; else that of having said that nothing was done. */
export const confirmByWord = async (cli: Cli, report: Report, question: string, word: string): Promise<number> => {
  const { ask: texts } = cli.messages
  if (!cli.surroundings.input.isTTY) {
    return report.refused('not_confirmed', texts.needsYes, { exitCode: exitCodes.wrong })
  }
  const answer = await ask(cli.surroundings, question)
  return answer?.trim() === word ? exitCodes.done : report.refused('not_confirmed', texts.notDone)
}
