// The bounce page of SPEC section 16: someone comes by a link from another site, so that strict cookies did not; this page
// renews the session under the lock and then goes on by script, a same-site navigation with which strict cookies flow.
import type { Locale } from '@vigile/contract'
import { message } from '../messages/messages.ts'
import { randomToken } from '../primitives/random.ts'
import { continueScript } from './continue-script.ts'
import type { Answer } from './outcome.ts'

export type ContinueSettings = {
  readonly app: string
  readonly authPath: string
  readonly csrfCookie: string
  readonly signInPath: string
  readonly returnTo: string
  /** Whether this browser's session may be bound to a key. */
  readonly bound: boolean
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const escapeJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0;padding:1rem;text-align:center}
button{font:inherit;padding:.6rem 1.2rem;min-height:2.75rem}`

/** The page. It shows nothing of anyone, and works at most once per visit: see the script. */
export const continuePage = (locale: Locale, settings: ContinueSettings): Answer => {
  const nonce = randomToken(16)
  const say = (key: 'title' | 'waiting' | 'unavailable' | 'again' | 'noScript' | 'signIn') =>
    escapeHtml(message(locale, `continue.${key}`))
  const html = `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${say('title')}</title><style nonce="${nonce}">${style}</style></head>
<body><main><p id="waiting" role="status">${say('waiting')}</p>
<div id="unavailable" hidden><p role="alert">${say('unavailable')}</p><p><button type="button" id="again">${say('again')}</button></p></div>
<noscript><p>${say('noScript')} <a href="${escapeHtml(settings.signInPath)}">${say('signIn')}</a></p></noscript></main>
<script type="application/json" id="settings">${escapeJson(settings)}</script>
<script nonce="${nonce}">${continueScript}</script></body></html>`
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { kind: 'answer', status: 200, html, headers: { 'Content-Security-Policy': policy } }
}
