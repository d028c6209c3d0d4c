// `/docs`: the OpenAPI document, browsable with no outside host. Swagger UI runs under the strict policy as it is.
// Its package brings one that reports each installation to its maker (@scarf/scarf): the root's package.json overrides
// that with an empty one.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Files, type StaticFile, staticFile } from './files.ts'
import { escapeHtml, htmlAnswer, type PageContext, scriptJson } from './page.ts'

export type Docs = { readonly files: Files; answer(context: PageContext): Response }

type DocsSettings = {
  readonly name: string
  /** Base name of the CSRF cookie. */
  readonly csrfCookie: string
}

export const readDocs = async (settings: DocsSettings): Promise<Docs> => {
  const files = new Map<string, StaticFile>()
  const add = async (name: string) => {
    const content = await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)))
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
    const path = `/assets/docs/${name.replace('.', `-${hash}.`)}`
    files.set(path, staticFile(content, name, 'immutable'))
    return path
  }
  const script = await add('swagger-ui-bundle.js')
  const style = await add('swagger-ui.css')
  return { files, answer: (context) => htmlAnswer(docsHtml(context, { ...settings, script, style }), context) }
}

/**
 * Requests that are tried out carry the CSRF token of the cookie, as the client's do. `validatorUrl: null`: no badge
 * from another host. `queryConfigEnabled` stays off: no `?url=` can make the page show another document.
 */
const docsHtml = (
  { locale, nonce, assetsUrl }: PageContext,
  { name, csrfCookie, script, style }: DocsSettings & { readonly script: string; readonly style: string },
) => `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)} · API</title>
<link rel="stylesheet" href="${assetsUrl ?? ''}${style}">
<style nonce="${nonce}">html { background: #fff } body { margin: 0 }</style>
<script nonce="${nonce}">
// Before the first paint: the theme chosen on the other pages, else the system's. The dark one is Swagger UI's own.
let chosen = ''
try {
  chosen = localStorage.getItem('vigile_theme')
} catch {}
const system = matchMedia('(prefers-color-scheme: dark)')
const follow = () =>
  document.documentElement.classList.toggle('dark-mode', chosen === 'dark' || (chosen !== 'light' && system.matches))
system.addEventListener('change', follow)
follow()
</script>
</head>
<body>
<div id="docs"></div>
<script nonce="${nonce}" src="${assetsUrl ?? ''}${script}"></script>
<script nonce="${nonce}">
const csrfCookie = new RegExp('(?:^|; )(?:__Host-|__Secure-)?' + ${scriptJson(csrfCookie)} + '=([^;]+)')
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const token = csrfCookie.exec(document.cookie)?.[1]
    if (token && new URL(request.url, location.href).origin === location.origin) request.headers['X-CSRF-Token'] = token
    return request
  },
})
</script>
</body>
</html>
`
