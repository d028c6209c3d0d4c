// HTML answers: a nonce of their own, all headers of HDR-1, never stored.

import { randomBytes } from 'node:crypto'
import type { Locale } from '@vigile/contract'
import { contentSecurityPolicy } from '../http/headers.ts'

/** What a page is made with. */
export type PageContext = {
  readonly request: Request
  readonly url: URL
  readonly locale: Locale
  readonly requestId: string
  /** The origin of scripts and styles where it is another one (a CDN). */
  readonly assetsUrl: string | null
  /** For the scripts and styles of this one answer. */
  readonly nonce: string
}

export const createNonce = (): string => randomBytes(16).toString('base64')

export const htmlAnswer = (
  html: string,
  { nonce, locale, assetsUrl }: PageContext,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(html, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Language': locale,
      'Content-Security-Policy': contentSecurityPolicy(nonce, assetsUrl),
      'Cache-Control': 'no-store',
      ...headers,
    },
  })

/** 302 to a path of this site. */
export const redirect = (location: string): Response =>
  new Response(null, { status: 302, headers: { Location: location, 'Cache-Control': 'no-store' } })

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)

/** JSON that can stand in a script element: `</script>` and `<!--` can't occur in it. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
