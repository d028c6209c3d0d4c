// Who is told of what is suspicious, and from when on it is.
import { type Email, parseEmail } from '../accounts/email.ts'
import { defaultThresholds, type Thresholds } from '../alerts/rules.ts'
import type { Faults } from '../configuration-error.ts'
import type { VigileOptions } from '../options.ts'
import type { MailSetting } from './mail.ts'

export type AlertSettings = { readonly mailTo: readonly Email[]; readonly thresholds: Thresholds }

const maxReaders = 10
const maxThreshold = 1_000_000

export const alertsOf = (given: VigileOptions['alerts'] = {}, mail: MailSetting, faults: Faults): AlertSettings => {
  const mailTo = (given.mailTo ?? []).flatMap((text): readonly Email[] => {
    const email = parseEmail(text)
    if (email) return [email]
    faults.add('alerts.mailTo', `"${text}" is no email address`, 'write security@example.com')
    return []
  })
  if (mailTo.length > maxReaders)
    faults.add('alerts.mailTo', 'there are too many addresses', `give ${maxReaders} at most, or that of a list`)
  if (mailTo.length > 0 && mail.kind === 'none')
    faults.add('alerts.mailTo', 'nobody can be written to: no mail is sent', 'give a mail server, SMTP_URL')
  const thresholds = Object.entries(given.thresholds ?? {})
  for (const [rule, threshold] of thresholds) {
    const right = `name one of ${Object.keys(defaultThresholds).join(', ')}`
    if (!Object.hasOwn(defaultThresholds, rule)) faults.add('alerts.thresholds', `there is no ${rule}`, right)
    else if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > maxThreshold)
      faults.add(`alerts.thresholds.${rule}`, 'it is no count', `use a whole number from 1 to ${maxThreshold}`)
  }
  return { mailTo, thresholds: { ...defaultThresholds, ...Object.fromEntries(thresholds) } }
}
