// A letter in its reader's language: the same words as text and as HTML.
import type { Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import { alertSheet } from './alert-sheet.ts'
import { htmlOf } from './html.ts'
import type { AlertLetter, Circumstances, Letter, LetterContent, Message, Notice } from './letter.ts'
import { pageLink, type Site } from './links.ts'
import { momentOf, type Sheet } from './sheet.ts'

/** The message of a letter. The words come from the catalogues; what people chose themselves (a name) is in none of them. */
export const renderLetter = ({ to, locale, content }: Letter, site: Site): Message => {
  const isAlert = content.kind === 'alert' || content.kind === 'alerts'
  const sheet = isAlert ? alertSheet(locale, content, site) : sheetOf(locale, content, site)
  return { to, subject: sheet.subject, text: textOf(sheet), html: htmlOf(sheet, site) }
}

type Personal = Exclude<LetterContent, AlertLetter>

const sheetOf = (locale: Locale, content: Personal, site: Site): Sheet => {
  const { name } = site
  const values = {
    name,
    ...('email' in content && { email: content.email }),
    ...('deleteAt' in content && { day: dayOf(locale, content.deleteAt) }),
  }
  const say = (key: 'subject' | 'title' | 'lead') => message(locale, `mail.${content.kind}.${key}`, values)
  const isNotice = 'circumstances' in content
  return {
    locale,
    subject: say('subject'),
    title: say('title'),
    paragraphs: [say('lead')],
    action: {
      link: linkOf(content, site),
      label: message(locale, isNotice ? 'mail.notice.action' : `mail.${content.kind}.action`),
      isAlarm: isNotice,
    },
    facts: isNotice ? factsOf(locale, content) : [],
    note: message(locale, isNotice ? 'mail.notice.note' : `mail.${content.kind}.note`),
    footer: message(locale, 'mail.footer', { name, site: site.publicUrl }),
  }
}

const linkOf = (content: Personal, site: Site): string => {
  switch (content.kind) {
    case 'verify_email':
      return pageLink(site, '/verify-email', content.token)
    case 'reset_password':
      return pageLink(site, '/reset-password', content.token)
    case 'magic_link':
      return pageLink(site, '/magic-link', content.token)
    case 'change_email':
      return pageLink(site, '/change-email', content.token)
    case 'account_closed':
      return pageLink(site, '/keep-account', content.token)
    case 'account_exists':
    case 'address_in_use':
      return pageLink(site, '/sign-in')
    default:
      return pageLink(site, '/not-me', content.token)
  }
}

const dayOf = (locale: Locale, at: number): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(at)

const factsOf = (locale: Locale, content: Notice & { readonly circumstances: Circumstances }): Sheet['facts'] => {
  const { at, ip, browser, system } = content.circumstances
  const device = [browser, system].filter(Boolean).join(', ')
  const facts: [string, string][] = [[message(locale, 'mail.facts.when'), momentOf(locale, at)]]
  if ('factor' in content)
    facts.unshift([message(locale, 'mail.facts.what'), message(locale, `mail.factors.${content.factor}`)])
  if ('provider' in content)
    facts.unshift([message(locale, 'mail.facts.what'), [content.provider, content.label].filter(Boolean).join(' · ')])
  if ('left' in content) facts.push([message(locale, 'mail.facts.left'), String(content.left)])
  if (device !== '') facts.push([message(locale, 'mail.facts.device'), device])
  if (ip !== null) facts.push([message(locale, 'mail.facts.address'), ip])
  return facts
}

const textOf = ({ title, paragraphs, action, facts, note, footer }: Sheet): string =>
  [
    title,
    ...paragraphs,
    ...(facts.length > 0 ? [facts.map(([label, value]) => `${label}: ${value}`).join('\n')] : []),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    note,
    `-- \n${footer}`,
    '',
  ].join('\n\n')
