// Runs in the browser: what others wrote, shown by each of the ways that there are.
import '@angular/compiler'
import { Component, signal } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { SafeHtmlPipe, SafeUrlPipe } from '../../../adapters/angular/src/index.ts'
import { formatted } from '../../../adapters/react/src/formatted.suite.tsx'
import { sanitizeHtml, sanitizeUrl, trustHtml } from '../../../sanitize/src/index.ts'

type Texts = readonly (string | null | undefined)[]

declare global {
  /** Shows all of them, and ends when they are on the page. */
  var show: Record<'raw' | 'plain' | 'react' | 'angular', (html: Texts, urls: Texts) => Promise<void>>
  /** Brings to life what a server rendered. */
  var hydrate: (fromServer: string, html: string) => void
  var sanitise: { sanitizeHtml: typeof sanitizeHtml; sanitizeUrl: typeof sanitizeUrl; trustHtml: typeof trustHtml }
}

const place = () => document.body.appendChild(document.createElement('main'))
const drawn = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)))

function plainly(html: Texts, urls: Texts) {
  const main = place()
  for (const text of html) main.appendChild(document.createElement('section')).innerHTML = text ?? ''
  for (const url of urls) {
    const link = main.appendChild(document.createElement('a'))
    link.className = 'address'
    link.href = url ?? ''
  }
}

@Component({
  selector: 'app-root',
  imports: [SafeHtmlPipe, SafeUrlPipe],
  template: `
    @for (text of html(); track $index) { <section [innerHTML]="text | safeHtml"></section> }
    @for (url of urls(); track $index) { <a class="address" [href]="url | safeUrl">x</a> }`,
})
class App {
  readonly html = signal(shown.html)
  readonly urls = signal(shown.urls)
}
let shown: { html: Texts; urls: Texts }

globalThis.sanitise = { sanitizeHtml, sanitizeUrl, trustHtml }
globalThis.hydrate = (fromServer, html) => {
  const main = place()
  main.innerHTML = fromServer
  hydrateRoot(main, formatted(html, trustHtml))
}
globalThis.show = {
  raw: async (html, urls) => {
    plainly(html, urls)
    await drawn()
  },
  plain: async (html, urls) => {
    plainly(html.map(sanitizeHtml), urls.map(sanitizeUrl))
    await drawn()
  },
  react: async (html, urls) => {
    const sections = html.map((text, n) => <section key={`h${String(n)}`} dangerouslySetInnerHTML={trustHtml(text)} />)
    const links = urls.map((url, n) => (
      <a key={`u${String(n)}`} className="address" href={sanitizeUrl(url)} children="x" />
    ))
    createRoot(place()).render([...sections, ...links])
    await drawn()
  },
  angular: async (html, urls) => {
    shown = { html, urls }
    place().appendChild(document.createElement('app-root'))
    await bootstrapApplication(App)
    await drawn()
  },
}
