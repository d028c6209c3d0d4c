// Whether somebody wants to sign in with a provider, where a link of another site says so: a provider that knows the browser asks
// nothing, and the session here would be replaced by another account's without a click (login CSRF, CSRF-2).
import type { Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import type { Answer } from './outcome.ts'
import { escapeHtml, plainPage } from './plain-page.ts'

/** `href`: the same address, which then comes from a page of ours. */
export const goOnPage = (
  locale: Locale,
  { provider, href, signInPath }: { readonly provider: string; readonly href: string; readonly signInPath: string },
): Answer => {
  const say = (key: 'title' | 'lead' | 'goOn' | 'stay') => message(locale, `goOn.${key}`, { provider })
  const main = `<h1>${escapeHtml(say('title'))}</h1><p>${escapeHtml(say('lead'))}</p>
<p><a class="button" href="${escapeHtml(href)}">${escapeHtml(say('goOn'))}</a></p>
<p><a href="${escapeHtml(signInPath)}">${escapeHtml(say('stay'))}</a></p>`
  const { headers, ...page } = plainPage(200, { locale, title: say('title'), main })
  return { ...page, headers: { ...headers, 'Content-Language': locale } }
}
