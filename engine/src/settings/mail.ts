// How letters leave.
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'

export type MailSetting =
  | { readonly kind: 'smtp'; readonly url: string; readonly from: string }
  /** Development: they are kept in this process, to be read. */
  | { readonly kind: 'mailbox' }
  /** Nobody gets any: whoever needs one waits. */
  | { readonly kind: 'none' }

const address = /^(?:[^<>\p{Cc}]{1,100} <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u

export const mailOf = (
  given: VigileOptions['mail'] = {},
  site: { readonly production: boolean; readonly host: string },
  faults: Faults,
): MailSetting => {
  const { url, from = `no-reply@${site.host}` } = given
  if (!url) return { kind: site.production ? 'none' : 'mailbox' }
  if (!/^smtps?:\/\/[^\s/]+/.test(url) || !URL.canParse(url)) faults.add('SMTP_URL', 'not_smtp')
  if (!address.test(from)) faults.add('VIGILE_MAIL_FROM', 'no_sender', { given: from })
  return { kind: 'smtp', url, from }
}
