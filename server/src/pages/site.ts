// The pages and their files, ready to answer.

import { fileURLToPath } from 'node:url'
import type { Vigile, VigileOptions } from '@vigile/engine'
import type { PageRoute } from '../http/page-routes.ts'
import { statusRoutes } from '../status/status-routes.ts'
import { readDocs } from './docs.ts'
import { type Files, readFiles } from './files.ts'
import { pageRoutes } from './routes.ts'
import { pageSettings } from './settings.ts'
import { type PageSettings, readTemplates } from './templates.ts'

export type Site = { readonly routes: readonly PageRoute[]; readonly files: Files; readonly settings: PageSettings }

/** Where the console's build puts them; the same seen from `src` and from `dist`. */
const builtPages = fileURLToPath(new URL('../../pages', import.meta.url))

export const openSite = async (
  vigile: Pick<Vigile, 'pageState' | 'mailbox' | 'providers' | 'status'>,
  options: VigileOptions,
  {
    folder = builtPages,
    assetsUrl = null,
  }: { readonly folder?: string | undefined; readonly assetsUrl?: string | null } = {},
): Promise<Site> => {
  const settings = pageSettings(options)
  const docs = await readDocs({
    name: settings.name,
    csrfCookie: options.cookies?.names?.csrf ?? `${settings.app}_csrf`,
  })
  return {
    routes: [
      ...pageRoutes({
        pageState: (request, returnTo) => vigile.pageState(request, returnTo),
        mailbox: vigile.mailbox,
        templates: await readTemplates(folder, assetsUrl),
        docs,
        settings,
        providers: () =>
          vigile
            .providers()
            .map(({ id, name, state }) => ({ id, name, isDown: state === 'open' || state === 'paused' })),
        publicUrl: options.publicUrl,
      }),
      ...statusRoutes({ read: vigile.status, site: settings.name }),
    ],
    files: new Map([...withFavicon(await readFiles(folder)), ...docs.files]),
    settings,
  }
}

/** Browsers ask for this path by themselves, whatever the page says. */
const withFavicon = (files: Files): Files => {
  const icon = [...files].find(([path]) => /^\/assets\/icon-[^/]*\.svg$/.test(path))?.[1]
  return icon ? new Map([...files, ['/favicon.ico', { ...icon, caching: 'hour' }]]) : files
}
