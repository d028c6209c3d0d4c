// A small page that says one thing: not found, not available, not built yet.
import { escapeHtml, htmlAnswer, type PageContext } from './page.ts'
import { plainPage } from './plain-page.ts'

export type Note = {
  readonly status: number
  readonly title: string
  readonly text: string
  readonly link?: { readonly href: string; readonly label: string }
  readonly headers?: Readonly<Record<string, string>>
}

/** The look of the pages, in a few lines: these must show when nothing else can be served. */
const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; padding: 1.5rem; box-sizing: border-box;
  color: light-dark(#10242b, #e8f0f2); background: light-dark(#f5f8f9, #0b1d24) }
main { max-width: 32rem; border-left: 3px solid #f5a623; padding-left: 1.5rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance }
p { margin: 0 0 1rem }
a { color: light-dark(#0e5c70, #7fc4d6) }
small { color: light-dark(#51666d, #9db3ba); overflow-wrap: anywhere }
`

export const noteAnswer = (note: Note, context: PageContext): Response => {
  const { requestId } = context
  const link = note.link ? `<p><a href="${escapeHtml(note.link.href)}">${escapeHtml(note.link.label)}</a></p>` : ''
  const body = `<p>${escapeHtml(note.text)}</p>
${link}
<small>${note.status} · ${escapeHtml(requestId)}</small>`
  const html = plainPage(context, { title: note.title, style, body })
  return htmlAnswer(html, context, note.status, note.headers)
}
