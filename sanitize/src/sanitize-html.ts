// HTML that others wrote, reduced to formatted text. DOMPurify parses and walks it; the rules are here.
import createPurify, { type DOMPurify } from 'dompurify'
import { sanitizeUrl } from './sanitize-url.ts'

/** Formatting and links. Nothing that loads (img, style, video), takes input (form, input), or runs (script, svg, math, iframe). */
const tags = (
  'a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ' +
  'mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr'
).split(' ')

/** Without `id` and `name`, which shadow variables of the page, `class` and `style`, which lay things over it, and `target`. */
const attributes = 'colspan datetime dir href lang rowspan start title'.split(' ')

let purify: DOMPurify | undefined

/** Made at the first use, with a window of its own: hooks that the application gives its own DOMPurify change nothing here. */
function purifier(): DOMPurify {
  if (purify) return purify
  purify = createPurify(window)
  purify.addHook('afterSanitizeAttributes', (element) => {
    const href = element.getAttribute('href')
    if (href === null) return
    // One rule for addresses, wherever they stand.
    if (sanitizeUrl(href) !== href) return element.removeAttribute('href')
    // The page that is led to learns nothing of ours, and a search engine takes it for no recommendation.
    element.setAttribute('rel', 'noopener noreferrer nofollow ugc')
  })
  return purify
}

/**
 * HTML that others wrote, as HTML that is only formatted text: it runs, loads, submits and covers nothing. Nothing for nothing.
 * Where there is no document (on a server) the text is escaped: shown as it was written.
 *
 * @example sanitizeHtml('<b onclick="steal()">hello</b><img src=x onerror=steal()>') // '<b>hello</b>'
 */
export function sanitizeHtml(html: string | null | undefined): string {
  if (!html) return ''
  // A number that came as JSON is shown, on a server and in a browser alike.
  const text = String(html)
  if (!globalThis.document) return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  return purifier().sanitize(text, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
  })
}

/**
 * The same in the shape that React wants. What is trusted has been sanitised here: there is no way to trust it as it is. What a server
 * rendered stays escaped in the browser, for React leaves it so: there give it null until the component is mounted (docs/sanitising.md).
 *
 * @example <div dangerouslySetInnerHTML={trustHtml(message.html)} />
 */
export function trustHtml(html: string | null | undefined): { __html: string } {
  return { __html: sanitizeHtml(html) }
}
