export { sanitizeHtml, trustHtml } from './sanitize-html.ts'
export { sanitizeUrl } from './sanitize-url.ts'
