import { type Locale, localeSchema, registerBody } from '@vigile/contract'
import { parseUserId } from '@vigile/engine'
import { type Command, InvalidArgumentError } from 'commander'
import type { Cli } from './cli.ts'
import { explainRefusal } from './explain-refusal.ts'
import { givenPassword } from './given-password.ts'
import { operator, withVigile } from './with-vigile.ts'

type Options = { role?: string; name?: string; locale?: Locale; verified?: boolean; passwordStdin?: boolean }

export const addUserCreate = (group: Command, cli: Cli): void => {
  const { users, roles } = cli.messages
  cli
    .command(group, 'create', users.createAbout, 'vigile users create ada@example.com --name "Ada Lovelace"')
    .argument('<email>', users.email)
    .option('--name <name>', users.name, parseName)
    .option('--locale <locale>', users.locale, parseLocale)
    .option('--verified', users.verified)
    .option('--role <role>', users.role)
    .option('--password-stdin', users.passwordStdin)
    .action(
      cli.action<Options>((call) =>
        withVigile(cli, call, async (vigile) => {
          const { report, options } = call
          const [email = ''] = call.arguments
          const { role } = options
          // Before there is an account without it. `admin` is made where there is none.
          if (role !== undefined && role !== 'admin' && !(await vigile.roles.list()).some(({ name }) => name === role))
            return report.refused('not_found', roles.unknown(role))
          // Before the password is asked for, and not decisive: creating it answers the same, race or not.
          if (await vigile.users.find(email)) return report.refused('email_taken', users.refused.email_taken)
          const password = await givenPassword(cli, report, { fromInput: options.passwordStdin === true, isNew: true })
          if (typeof password === 'number') return password
          const { name, locale, verified } = options
          const created = await vigile.users.create(
            {
              email,
              password,
              ...(name === undefined ? {} : { name }),
              ...(locale === undefined ? {} : { locale }),
              emailVerified: verified === true,
            },
            operator(),
          )
          if (!created.ok) return report.refused(created.error, explainRefusal(created, cli.messages))
          const { value: user } = created
          const said = users.created(user.email, user.id)
          const id = role === undefined ? null : parseUserId(user.id)
          if (role === undefined || id === null) return report.done({ user }, [said])
          const granted = await vigile.roles.grant(id, role, operator())
          // The user is there: who calls it again is told so, and gives the role alone.
          if (!granted.ok) return report.refused(granted.error, `${said} ${roles.unknown(role)}`, { value: { user } })
          const { roles: names } = granted.value
          return report.done({ user, roles: names }, [said, roles.granted(user.email, role, true)])
        }),
      ),
    )
}

const parseName = (text: string): string => {
  const parsed = registerBody.shape.name.unwrap().safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('')
  return parsed.data
}

const parseLocale = (text: string): Locale => {
  const parsed = localeSchema.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('')
  return parsed.data
}
