// What the small pages say.
import type { Locale } from '@vigile/contract'
import { catalogues } from '../messages/catalogue.ts'
import type { Note } from './note.ts'

export const notFound = (locale: Locale): Note => {
  const { pages } = catalogues[locale]
  return { status: 404, ...pages.notFound, link: { href: '/', label: pages.home } }
}

export const methodNotAllowed = (locale: Locale): Note => ({
  status: 405,
  ...catalogues[locale].pages.methodNotAllowed,
  headers: { Allow: 'GET, HEAD' },
})

/** A part is down: said as it is, never as "signed out" (SPEC section 17). */
export const unavailable = (locale: Locale): Note => ({
  status: 503,
  ...catalogues[locale].pages.unavailable,
  link: { href: '/status', label: catalogues[locale].status.title },
  headers: { 'Retry-After': '5' },
})

export const failed = (locale: Locale): Note => ({ status: 500, ...catalogues[locale].pages.failed })

export const unbuilt = (locale: Locale): Note => ({ status: 503, ...catalogues[locale].pages.unbuilt })
