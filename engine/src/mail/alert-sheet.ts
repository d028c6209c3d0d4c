// What operators are told of. There is nothing to open: what is done about it depends on what it is.
import { alertRules, type Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import type { AlertLetter } from './letter.ts'
import type { Site } from './links.ts'
import { momentOf, type Sheet } from './sheet.ts'

export const alertSheet = (locale: Locale, content: AlertLetter, { name, publicUrl }: Site): Sheet => {
  const what =
    content.kind === 'alert'
      ? message(locale, `alertRules.${content.rule}`)
      : message(locale, 'mail.alerts.what', { count: content.counts.reduce((sum, { count }) => sum + count, 0) })
  return {
    locale,
    subject: message(locale, 'mail.alert.subject', { name, what }),
    title: what,
    paragraphs: [message(locale, `mail.${content.kind}.lead`)],
    action: null,
    facts: content.kind === 'alert' ? factsOf(locale, content) : countsOf(locale, content),
    note: message(locale, 'mail.alert.note'),
    footer: message(locale, 'mail.alert.footer', { name, site: publicUrl }),
  }
}

const factsOf = (locale: Locale, { rule, subject, count, at, ip }: Extract<AlertLetter, { kind: 'alert' }>) => {
  const { about } = alertRules[rule]
  const facts: [string, string][] = [[message(locale, 'mail.facts.when'), momentOf(locale, at)]]
  if (subject !== null && about !== 'site') facts.push([message(locale, `mail.alert.about.${about}`), subject])
  if (ip !== null && about !== 'address') facts.push([message(locale, 'mail.facts.address'), ip])
  if (count > 1) facts.push([message(locale, 'mail.alert.times'), String(count)])
  return facts
}

const countsOf = (locale: Locale, { counts, since }: Extract<AlertLetter, { kind: 'alerts' }>) => [
  [message(locale, 'mail.alerts.since'), momentOf(locale, since)] as const,
  ...counts.map(({ rule, count }) => [message(locale, `alertRules.${rule}`), String(count)] as const),
]
