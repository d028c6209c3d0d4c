// Where to go after sign-in: a path of this origin, or nowhere in particular (S-55: no open redirect).

const longest = 2048

/**
 * The path to go back to, or null when the value is not safe to follow.
 * @param value what stood in the address, decoded once
 * @param origin this page's origin, such as `https://shop.example.com`
 * @param authPath what lies under it is no page: going there by script could begin a sign-in that nobody asked for
 * @returns path, query and fragment as the browser will read them; it never begins with `//`
 * @example safeReturnTo('/orders?page=2', 'https://shop.example.com') // '/orders?page=2'
 * @example safeReturnTo('//evil.example', 'https://shop.example.com') // null
 */
export function safeReturnTo(value: string | null, origin: string, authPath = '/api/auth'): string | null {
  if (!value || value.length > longest) return null
  // Browsers read `\` as `/`.
  if (!/^\/(?![/\\])/.test(value)) return null
  // They drop tabs and line ends too, so that `/<tab>/evil` is another origin: only the browser's own parser knows it all.
  if (!URL.canParse(value, origin)) return null
  const url = new URL(value, origin)
  if (url.origin !== origin) return null
  const letters = url.pathname.replaceAll(/%([2-7][\da-f])/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  if (`${letters}/`.startsWith(`${authPath}/`)) return null
  const path = url.pathname + url.search + url.hash
  // `/.//evil` and `/a/..//evil` become `//evil` when their dots are resolved.
  return path.startsWith('//') ? null : path
}
