// The bounce page of SPEC section 16: someone comes by a link from another site, so that strict cookies did not; this page
// renews the session under the lock and then goes on by script, a same-site navigation with which strict cookies flow.
import type { Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import { continueScript } from './continue-script.ts'
import type { Answer } from './outcome.ts'
import { escapeHtml, plainPage } from './plain-page.ts'

export type ContinueSettings = {
  readonly app: string
  readonly authPath: string
  readonly csrfCookie: string
  readonly signInPath: string
  readonly returnTo: string
  /** For `document.cookie`: says for a while that this browser holds no session. */
  readonly noSessionCookie: string
  /** Whether this browser's session may be bound to a key. */
  readonly bound: boolean
}

/** The page. It shows nothing of anyone, and works at most once per visit: see the script. */
export const continuePage = (locale: Locale, settings: ContinueSettings): Answer => {
  const say = (key: 'title' | 'waiting' | 'unavailable' | 'again' | 'noScript' | 'signIn') =>
    escapeHtml(message(locale, `continue.${key}`))
  const main = `<p id="waiting" role="status">${say('waiting')}</p>
<div id="unavailable" hidden><p role="alert">${say('unavailable')}</p><p><button type="button" id="again">${say('again')}</button></p></div>
<noscript><p>${say('noScript')} <a href="${escapeHtml(settings.signInPath)}">${say('signIn')}</a></p></noscript>`
  const title = message(locale, 'continue.title')
  return plainPage(200, { locale, title, main, script: continueScript, data: settings })
}
