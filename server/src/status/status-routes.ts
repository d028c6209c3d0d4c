// `/status` and `/status.json` (OPS-6): the same for everybody, so caches may keep them for a while.
import { type Locale, locales } from '@vigile/contract'
import { preferredLocale, type StatusReport } from '@vigile/engine'
import type { PageRoute } from '../http/page-routes.ts'
import { encodingFor } from '../pages/answer-file.ts'
import { inEncodings, type StaticFile } from '../pages/files.ts'
import type { PageContext } from '../pages/page.ts'
import { statusJson } from './status-json.ts'
import { statusHtml, statusPolicy } from './status-page.ts'

const caching = { 'Cache-Control': 'public, max-age=30' }
/** Each report is another text: the best that does not take longer than the page is worth. */
const quality = 5

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
  type Form = Locale | 'json'
  let made: { readonly of: StatusReport; readonly texts: Map<Form, StaticFile['content']> } | undefined
  const textOf = (report: StatusReport, form: Form): StaticFile['content'] => {
    if (made?.of !== report) made = { of: report, texts: new Map() }
    const make = () => (form === 'json' ? JSON.stringify(statusJson(report)) : statusHtml(report, site, form))
    const text = made.texts.get(form) ?? inEncodings(Buffer.from(make()), quality)
    made.texts.set(form, text)
    return text
  }
  const answer = async (request: Request, form: Form, headers: Readonly<Record<string, string>>): Promise<Response> => {
    const encoding = encodingFor(request)
    const content = (await textOf(await read(), form)(encoding)) as Uint8Array<ArrayBuffer>
    const encoded = encoding === 'identity' ? {} : { 'Content-Encoding': encoding }
    return new Response(content, { headers: { ...headers, ...caching, ...encoded } })
  }
  return [
    {
      path: '/status',
      guard: 'anyone',
      limit: 'none',
      answer: (context) => {
        const locale = localeOf(context)
        return answer(context.request, locale, {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Language': locale,
          'Content-Security-Policy': statusPolicy,
          Vary: 'Accept-Language, Accept-Encoding',
        })
      },
    },
    {
      path: '/status.json',
      guard: 'anyone',
      limit: 'none',
      answer: ({ request }) => answer(request, 'json', { 'Content-Type': 'application/json', Vary: 'Accept-Encoding' }),
    },
  ]
}
