// Roles: write those that were declared, list them, give and take them.
import { type ManagedUser, parseUserId, type UserId, type Vigile } from '@vigile/engine'
import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { findUser } from './find-user.ts'
import { formatCell, formatTable } from './format.ts'
import type { Report } from './report.ts'
import { operator, withVigile } from './with-vigile.ts'

type Options = { leaveNoAdministrator?: boolean }
type Refusal = { readonly ok: false; readonly error: string }

export const addRoles = (parent: Command, cli: Cli): void => {
  const { roles, users } = cli.messages
  const group = parent.command('roles').description(roles.about)

  cli
    .command(group, 'seed', roles.seedAbout, 'vigile roles seed')
    .option('--leave-no-administrator', roles.leaveNoAdministrator)
    .action(
      cli.action<Options>(({ report, options }) =>
        withVigile(cli, { report, options }, async (vigile) => {
          const seeded = await vigile.roles.seed(operator(), options)
          if (!seeded.ok) return report.refused(seeded.error, explain(seeded, cli))
          const { created, changed, unchanged } = seeded.value
          const lines = [
            ...created.map((name) => roles.created(name)),
            ...changed.map((name) => roles.changed(name)),
            ...unchanged.map((name) => roles.unchanged(name)),
          ]
          return report.done(seeded.value, lines.length === 0 ? [roles.noneDeclared] : lines)
        }),
      ),
    )

  cli.command(group, 'list', roles.listAbout, 'vigile roles list').action(
    cli.action(({ report, options }) =>
      withVigile(
        cli,
        { report, options },
        async (vigile) => {
          const all = await vigile.roles.list()
          const { name, permissions, description } = roles.columns
          const rows = all.map((role) => [
            role.name,
            role.permissions.join(' '),
            ...(role.description === null ? [] : [formatCell(role.description)]),
          ])
          const table = formatTable([name, permissions, description], rows)
          return report.done({ roles: all }, rows.length === 0 ? [roles.none] : table)
        },
        { looks: true },
      ),
    ),
  )

  const add = (
    verb: 'grant' | 'revoke',
    about: string,
    act: (
      vigile: Vigile,
      id: UserId,
      given: { user: ManagedUser; role: string; report: Report } & Options,
    ) => Promise<number>,
  ) => {
    const command = cli
      .command(group, verb, about, `vigile roles ${verb} ada@example.com admin`)
      .argument('<user>', users.user)
      .argument('<role>', roles.role)
    if (verb === 'revoke') command.option('--leave-no-administrator', roles.leaveNoAdministrator)
    command.action(
      cli.action<Options>((call) =>
        withVigile(cli, call, async (vigile) => {
          const { report, options } = call
          const [who = '', role = ''] = call.arguments
          const user = await findUser(vigile, who, report, cli.messages)
          if (typeof user === 'number') return user
          const id = parseUserId(user.id)
          if (id === null) return report.refused('not_found', users.unknown(who))
          return act(vigile, id, { user, role, report, ...options })
        }),
      ),
    )
  }

  add('grant', roles.grantAbout, async (vigile, id, { user, role, report }) => {
    const done = await vigile.roles.grant(id, role, operator())
    if (!done.ok) return report.refused(done.error, explain(done, cli, role))
    return report.done({ id, ...done.value }, [roles.granted(user.email, role, done.value.changed)])
  })
  add('revoke', roles.revokeAbout, async (vigile, id, { user, role, report, ...options }) => {
    const done = await vigile.roles.revoke(id, role, operator(), options)
    if (!done.ok) return report.refused(done.error, explain(done, cli, role))
    return report.done({ id, ...done.value }, [roles.revoked(user.email, role, done.value.changed)])
  })
}

const explain = ({ error }: Refusal, { messages: { roles } }: Cli, role = ''): string => {
  switch (error) {
    case 'last_administrator':
      return roles.lastAdministrator
    case 'too_many_roles':
      return roles.tooMany
    default:
      return roles.unknown(role)
  }
}
