/**
 * Whether this browser may hold a session, without asking the server (the hint cookie, SPEC section 16).
 * @param cookies as in `document.cookie`
 * @param app base name of the cookies
 */
export function hasSessionHint(cookies: string, app: string): boolean {
  const names = cookies.split(';').map((cookie) => cookie.split('=')[0]?.trim())
  return ['', '__Host-', '__Secure-'].some((prefix) => names.includes(`${prefix}${app}_hint`))
}
