// Where the site is, and which pages may call it.
import { parse as parseDomain } from 'tldts'
import type { Origins } from '../http/origin.ts'
import type { Faults } from '../messages/fault.ts'
import { unsafePlainHttp, type VigileOptions } from '../options.ts'

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/

/** Whether browsers take the site for a secure context. */
export const isSecureContext = (url: URL): boolean => url.protocol === 'https:' || loopback.test(url.hostname)

export const publicUrlOf = (options: VigileOptions, production: boolean, faults: Faults): URL => {
  const setting = 'VIGILE_PUBLIC_URL'
  const url = URL.parse(options.publicUrl)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    faults.add(setting, 'not_web_address', { given: String(options.publicUrl) })
    return new URL('http://localhost')
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    faults.add(setting, 'more_than_origin')
  }
  const plain = url.protocol === 'http:' && !loopback.test(url.hostname)
  if (production && plain && options.transport !== unsafePlainHttp) {
    faults.add(setting, 'plain_http')
  }
  return url
}

export const pathOf = (setting: string, path: string, faults: Faults): string => {
  if (!/^(\/[a-z0-9_-]+)+$/i.test(path)) faults.add(setting, 'not_path', { given: path })
  return path
}

/** Cookies can't work across sites, so an origin of another registrable domain is refused, with the reason (section 16). */
export const originsOf = (texts: readonly string[], own: URL, faults: Faults): Origins => {
  const allowed = new Set([own.origin])
  for (const text of texts) {
    const url = URL.parse(text)
    // The address parser takes a star for a letter of the host.
    if (!url || url.origin !== text.replace(/\/$/, '') || text.includes('*')) {
      faults.add('allowedOrigins', 'not_origin', { given: text })
      continue
    }
    if (siteOf(url) !== siteOf(own)) {
      faults.add('allowedOrigins', 'other_site', { given: text, own: own.origin })
    }
    allowed.add(url.origin)
  }
  return { own: own.origin, allowed }
}

const siteOf = (url: URL): string => {
  const { domain } = parseDomain(url.hostname, { allowPrivateDomains: true })
  return `${url.protocol}//${domain ?? url.hostname}`
}
