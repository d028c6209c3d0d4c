// The user's choice of language, where the server reads it (SPEC I18N-1).
import type { Locale } from '@vigile/contract'
import { settings } from '../settings.ts'

/** 400 days: the longest that browsers keep a cookie (RFC 6265bis section 5.5). */
const lifeSeconds = 400 * 24 * 3600

export function rememberLocale(locale: Locale): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we support.
  document.cookie = `${settings.app}_locale=${locale}; Path=/; Max-Age=${lifeSeconds}; SameSite=Lax${secure}`
}
