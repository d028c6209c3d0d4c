// `/status` and `/status.json` (OPS-6): the same for everybody, so caches may keep them for a while.
import { type Locale, locales } from '@vigile/contract'
import { preferredLocale, type StatusReport } from '@vigile/engine'
import type { PageRoute } from '../http/page-routes.ts'
import type { PageContext } from '../pages/page.ts'
import { statusJson } from './status-json.ts'
import { statusHtml, statusPolicy } from './status-page.ts'

const caching = { 'Cache-Control': 'public, max-age=30' }

/** Not by the cookie that other pages follow: a cache would give one person's language to all. */
const localeOf = ({ url, request }: PageContext): Locale => {
  const chosen = url.searchParams.get('lang')
  return locales.find((locale) => locale === chosen) ?? preferredLocale(request.headers.get('accept-language'))
}

/** `read` is asked by every visitor, and keeps its answer for some seconds. */
export const statusRoutes = ({
  read,
  site,
}: {
  readonly read: () => Promise<StatusReport>
  readonly site: string
}): readonly PageRoute[] => {
  let made: { readonly of: StatusReport; readonly html: Map<Locale, string> } | undefined
  const htmlOf = (report: StatusReport, locale: Locale): string => {
    if (made?.of !== report) made = { of: report, html: new Map() }
    const html = made.html.get(locale) ?? statusHtml(report, site, locale)
    made.html.set(locale, html)
    return html
  }
  return [
    {
      path: '/status',
      guard: 'anyone',
      limit: 'none',
      answer: async (context) => {
        const locale = localeOf(context)
        return new Response(htmlOf(await read(), locale), {
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Language': locale,
            'Content-Security-Policy': statusPolicy,
            Vary: 'Accept-Language',
            ...caching,
          },
        })
      },
    },
    {
      path: '/status.json',
      guard: 'anyone',
      limit: 'none',
      answer: async () => Response.json(statusJson(await read()), { headers: caching }),
    },
  ]
}
