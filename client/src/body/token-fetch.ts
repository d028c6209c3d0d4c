// Body delivery: the access token is in the answers, kept in memory alone (COOK-1), and sent in `Authorization`.
import type { Ports } from '../ports.ts'

type Send = Ports['fetch']

/** These go by the refresh cookie, or make a session: a token would only stand in for it. */
const byCookie =
  /^\/(refresh|ack|login|logout|logout-all|register|csrf|exchange-session|(second-factor|magic-link)(\/.+)?|sessions\/.+)$/
const endings = ['session_ended', 'invalid_token', 'unauthenticated']

/** A token that is bound to a key goes with a proof of it, any other by itself (RFC 9449 section 7.1). */
const schemeOf = (token: string): 'DPoP' | 'Bearer' => {
  const payload = JSON.parse(atob(`${token.split('.')[1]}`.replaceAll('-', '+').replaceAll('_', '/')))
  return payload.cnf?.jkt ? 'DPoP' : 'Bearer'
}

/** A `fetch` that carries the token to its own origin. Tabs pass it on to each other, so that one refresh serves them all. */
export function createTokenFetch(deps: { app: string; authPath: string; csrfCookie: string; send: Send }): Send {
  const { app, authPath, csrfCookie, send } = deps
  let token = ''
  /** Whether this page has a token, or knows that there is none. */
  let asked = false

  const take = (next: string) => {
    token = next
    asked = true
  }
  const learn = (next: string) => {
    take(next)
    channel?.postMessage(next)
  }
  const channel = globalThis.BroadcastChannel && new BroadcastChannel(`${app}:token`)
  if (channel) channel.onmessage = ({ data }) => take(`${data}`)

  const read = async (answer: Response) => {
    const { accessToken, code } = await answer
      .clone()
      .json()
      .catch(() => ({}))
    if (accessToken) learn(accessToken)
    else if (endings.includes(code)) learn('')
  }

  return async (request) => {
    const { origin, pathname } = new URL(request.url)
    if (origin !== location.origin) return send(request)
    const act = pathname.startsWith(`${authPath}/`) ? pathname.slice(authPath.length) : ''
    if (!byCookie.test(act)) {
      // A page that has just been opened, and a session's cookies are there: as if the server had said so, a refresh comes first,
      // so that nobody is taken for signed out. Once: where it brings no token, requests go as they are.
      if (!asked && document.cookie.includes(`${csrfCookie}=`)) {
        asked = true
        return Response.json({ code: 'unauthenticated' }, { status: 401 })
      }
      if (token && !request.headers.has('Authorization'))
        request.headers.set('Authorization', `${schemeOf(token)} ${token}`)
    }
    const answer = await send(request)
    if (/^\/logout/.test(act) && answer.ok) learn('')
    else if (act && request.method !== 'GET') await read(answer)
    return answer
  }
}
