// The CSRF token: read from its cookie, or fetched when the cookie's was refused.
import type { Ports } from './ports.ts'

export type Csrf = {
  /** Empty where there is none: a page that was never signed in. */
  token(): string
  /** Whether a session's CSRF cookie can be seen. */
  present(): boolean
  /** Fetches one in place of `refused`. False where that failed. */
  renew(refused: string | null): Promise<boolean>
}

export function createCsrf(ports: Ports, cookieName: string, fetchToken: () => Promise<Response>): Csrf {
  let bad: string | null = null
  let fetched = ''

  // The strictest name first: a sub-domain can plant the plain name, but never `__Host-` (RFC 6265bis section 4.1.3).
  const cookie = () => {
    const cookies = ports.cookies().split('; ')
    for (const prefix of ['__Host-', '__Secure-', '']) {
      const start = `${prefix}${cookieName}=`
      const found = cookies.find((each) => each.startsWith(start))
      if (found) return found.slice(start.length)
    }
    return ''
  }

  return {
    present: () => !!cookie(),
    token() {
      const value = cookie()
      return value && value !== bad ? value : fetched || value
    },
    async renew(refused) {
      try {
        fetched = (await (await fetchToken()).json()).csrfToken
        bad = refused
        return true
      } catch {
        return false
      }
    },
  }
}
