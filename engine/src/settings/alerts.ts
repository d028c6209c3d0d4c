// Who is told of what is suspicious, and from when on it is.
import { type Email, parseEmail } from '../accounts/email.ts'
import { defaultThresholds, type Thresholds } from '../alerts/rules.ts'
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import type { MailSetting } from './mail.ts'

export type AlertSettings = { readonly mailTo: readonly Email[]; readonly thresholds: Thresholds }

const maxReaders = 10
const maxThreshold = 1_000_000

export const alertsOf = (given: VigileOptions['alerts'] = {}, mail: MailSetting, faults: Faults): AlertSettings => {
  const mailTo = (given.mailTo ?? []).flatMap((text): readonly Email[] => {
    const email = parseEmail(text)
    if (email) return [email]
    faults.add('alerts.mailTo', 'no_email', { given: text })
    return []
  })
  if (mailTo.length > maxReaders) faults.add('alerts.mailTo', 'many_emails', { most: maxReaders })
  if (mailTo.length > 0 && mail.kind === 'none') faults.add('alerts.mailTo', 'alerts_without_mail')
  const thresholds = Object.entries(given.thresholds ?? {})
  for (const [rule, threshold] of thresholds) {
    const names = Object.keys(defaultThresholds).join(', ')
    if (!Object.hasOwn(defaultThresholds, rule)) faults.add('alerts.thresholds', 'no_alert', { given: rule, names })
    else if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > maxThreshold)
      faults.add(`alerts.thresholds.${rule}`, 'no_threshold', { most: maxThreshold })
  }
  return { mailTo, thresholds: { ...defaultThresholds, ...Object.fromEntries(thresholds) } }
}
