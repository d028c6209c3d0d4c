// What a person reads where a link or a redirect led to a refusal (OAU-4).
import type { Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import type { Answer } from './outcome.ts'
import { escapeHtml, plainPage } from './plain-page.ts'

export const errorPage = (
  locale: Locale,
  problem: {
    readonly status: number
    readonly title: string
    readonly detail: string
    /** What is wrong with the address. */
    readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined
    readonly signInPath: string
  },
): Answer => {
  const { status, title, detail, errors = [], signInPath } = problem
  const named = errors.map(({ path, message: said }) => `<p>${escapeHtml(`${path}: ${said}`)}</p>`).join('')
  const main = `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p>${named}
<p><a href="${escapeHtml(signInPath)}">${escapeHtml(message(locale, 'continue.back'))}</a></p>`
  const { headers, ...page } = plainPage(status, { locale, title, main })
  // The address of a callback has a code in it.
  return { ...page, headers: { ...headers, 'Referrer-Policy': 'no-referrer' } }
}
