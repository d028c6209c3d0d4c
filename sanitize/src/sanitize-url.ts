/** What a link may do: lead to a page, or begin a mail or a call. `javascript:`, `data:`, `blob:` and all others run or show content as ours. */
const allowedSchemes = ['http:', 'https:', 'mailto:', 'tel:']

/**
 * An address that others wrote, for a `href`: as it is where it leads to a page, a mail or a call (relative ones too),
 * `about:blank` where it would do anything else, and nothing for nothing. It is read by the browser's own parser, so that no
 * spelling (`java\nscript:`, `&#106;avascript:` once decoded, leading control characters) is seen in another way than it is followed.
 * Not for the `src` of scripts, frames or objects: there any address of another's is too much.
 *
 * @example sanitizeUrl('javascript:alert(1)') // 'about:blank'
 */
export function sanitizeUrl(url: string | null | undefined): string {
  if (!url) return ''
  const address = URL.parse(url, 'https://page.invalid/')
  return address && allowedSchemes.includes(address.protocol) ? url : 'about:blank'
}
