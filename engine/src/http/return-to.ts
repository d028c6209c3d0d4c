/**
 * The place to go back to, if it is a path of this site: no open redirect by `//`, `\`, encoded forms, user info or another
 * scheme (S-55). Null where it is anything else.
 */
export const safeReturnTo = (text: string, publicUrl: string): string | null => {
  if (!/^\/(?![/\\])/.test(text) || /[\\\p{Cc}]/u.test(text)) return null
  const base = new URL(publicUrl)
  const url = URL.parse(text, base.href)
  if (!url || url.origin !== base.origin || url.pathname.startsWith('//')) return null
  return `${url.pathname}${url.search}${url.hash}`
}
