// A page of the engine's own: small, in the reader's language, with nothing but its own style and, where it has one, its own script.
import type { Locale } from '@vigile/contract'
import { randomToken } from '../primitives/random.ts'
import { type Answer, answer } from './outcome.ts'

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const style = `:root{color-scheme:light dark;background:light-dark(#fff,#16181d);color:light-dark(#16181d,#eceef2)}body{font:1rem/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0;padding:1rem;text-align:center}
h1{font-size:1.25rem}main{max-width:28rem}a{display:inline-block;padding:.65rem 0;color:light-dark(#1d4ed8,#93b4ff)}
button,.button{font:inherit;padding:.6rem 1.2rem;min-height:2.75rem;box-sizing:border-box}.button{border:1px solid;border-radius:.4rem;font-weight:600;text-decoration:none}`

/** `title`: plain text. `main` and `script` are put in as they are; `data` is read by the script, from `#settings`. */
export const plainPage = (
  status: number,
  page: {
    readonly locale: Locale
    readonly title: string
    readonly main: string
    readonly script?: string
    readonly data?: unknown
  },
): Answer => {
  const { locale, title, main, script, data } = page
  const nonce = randomToken(16)
  const json = data === undefined ? '' : JSON.stringify(data).replaceAll('<', '\\u003c')
  const scripts =
    script === undefined
      ? ''
      : `\n<script type="application/json" id="settings">${json}</script>\n<script nonce="${nonce}">${script}</script>`
  const html = `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title><style nonce="${nonce}">${style}</style></head>
<body><main>${main}</main>${scripts}</body></html>`
  const policy = [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    `style-src 'nonce-${nonce}'`,
    ...(script === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return answer(status, { html, headers: { 'Content-Security-Policy': policy } })
}
