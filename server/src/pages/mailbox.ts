// `/mailbox`: what a site in development has written to people. In production there is no such page.
import type { Delivered } from '@vigile/engine'
import { catalogues } from '../messages/catalogue.ts'
import { noteAnswer } from './note.ts'
import { notFound } from './notes.ts'
import { escapeHtml, htmlAnswer, type PageContext } from './page.ts'
import { plainPage } from './plain-page.ts'

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem; color: light-dark(#10242b, #e8f0f2); background: light-dark(#f5f8f9, #0b1d24) }
h1 { font-size: 1.75rem; margin: 0 0 .25rem }
article { margin: 1.5rem 0; padding: 1.25rem; border-radius: .75rem; background: light-dark(#fff, #12303b) }
h2 { font-size: 1.1rem; margin: 0 }
p { margin: 0; color: light-dark(#51666d, #9db3ba) }
pre { margin: 1rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
a { color: light-dark(#0e5c70, #7fc4d6) }
`

/** The text of a letter, its links to this site alive. */
const withLinks = (text: string, publicUrl: string): string =>
  text
    .split('\n')
    .map((line) => {
      const plain = escapeHtml(line)
      return line.startsWith(`${publicUrl}/`) ? `<a href="${plain}">${plain}</a>` : plain
    })
    .join('\n')

const article = ({ to, subject, text }: Delivered, publicUrl: string): string => `<article>
<h2>${escapeHtml(subject)}</h2>
<p>${escapeHtml(to)}</p>
<pre>${withLinks(text, publicUrl)}</pre>
</article>`

/** `letters` null: this site sends mail, or none at all. */
export const mailboxAnswer = (
  letters: readonly Delivered[] | null,
  publicUrl: string,
  context: PageContext,
): Response => {
  const { locale } = context
  if (letters === null) return noteAnswer(notFound(locale), context)
  const { mailbox } = catalogues[locale].pages
  const body = `<p>${escapeHtml(letters.length === 0 ? mailbox.empty : mailbox.about)}</p>
${letters.map((letter) => article(letter, publicUrl)).join('\n')}`
  const html = plainPage(context, { title: mailbox.title, style, body })
  return htmlAnswer(html, context)
}
