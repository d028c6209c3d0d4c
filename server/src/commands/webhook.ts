// The operator's webhook: whether messages arrive (AUD-5).
import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { withVigile } from './with-vigile.ts'

export const addWebhook = (parent: Command, cli: Cli): void => {
  const { webhook } = cli.messages
  const group = parent.command('webhook').description(webhook.about)

  cli.command(group, 'test', webhook.testAbout, 'vigile webhook test').action(
    cli.action((call) =>
      withVigile(
        cli,
        call,
        async (vigile) => {
          const tested = await vigile.webhooks.test()
          if (tested.ok) return call.report.done(tested, [webhook.arrived(tested.status)])
          if (tested.error === 'not_configured') return call.report.refused(tested.error, webhook.notConfigured)
          const { error, status, why } = tested
          const message = status === null ? webhook.noAnswer(why) : webhook.answered(status)
          return call.report.refused(error, message, { value: { status, why } })
        },
        { looks: true },
      ),
    ),
  )
}
