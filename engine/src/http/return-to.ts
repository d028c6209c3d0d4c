/** As the router reads it: `%61` is `a`. */
const plainLetters = (path: string): string =>
  path.replaceAll(/%([2-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/**
 * The place to go back to, if it is a page of this site: no open redirect by `//`, `\`, encoded forms, user info or another
 * scheme (S-55). Null where it is anything else. What lies under the auth path is no page: a link of another site could have one of ours
 * lead on to it, and what begins a sign-in would take that for our own doing.
 */
export const safeReturnTo = (text: string, publicUrl: string, authPath = '/api/auth'): string | null => {
  if (!/^\/(?![/\\])/.test(text) || /[\\\p{Cc}]/u.test(text)) return null
  const base = new URL(publicUrl)
  const url = URL.parse(text, base.href)
  if (!url || url.origin !== base.origin || url.pathname.startsWith('//')) return null
  if (`${plainLetters(url.pathname)}/`.startsWith(`${authPath}/`)) return null
  return `${url.pathname}${url.search}${url.hash}`
}
