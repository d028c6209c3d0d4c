import type { AppPermission } from '@vigile/contract'
import type { Required, RequireOptions, Vigile } from '@vigile/engine'
import { headers } from 'next/headers'
import { forbidden } from 'next/navigation'
import { currentRequest, peerOf } from './current-request.ts'
import { requireSession, type SignedIn } from './get-session.ts'
import { askedNow, tooEarly } from './requests.ts'
import { SessionUnknownError } from './session-unknown-error.ts'

type Guards = Pick<Vigile, 'requirePermission'>

/** Of a route handler that is given the request: a change also needs a sign-in of the last ten minutes. */
type RecentSignIn = { readonly recentSignIn?: boolean }

/**
 * Whether this request may do something, as an answer to act on: `auth.requirePermission`, with the socket's address. In an action
 * without `request`: a change then needs an `Origin` header of this site, for an action's form can carry no CSRF token. In a route
 * handler with it: a change needs the CSRF token, which `client.fetch` sends; there `recentSignIn` can be asked for too.
 *
 * @example
 * const allowed = await checkPermission(auth, 'products:create', request)
 * if (!allowed.ok) return allowed.response
 */
export const checkPermission = (
  auth: Guards,
  permission: AppPermission,
  request?: Request,
  options: RecentSignIn = {},
): Promise<Required> => check((asked, how) => auth.requirePermission(asked, permission as never, how), request, options)

/**
 * The same for what takes a session and no permission: where people work on what is their own.
 *
 * @example
 * const found = await checkSession(auth)
 * if (!found.ok) return { problem: await found.response.json() }
 */
export const checkSession = (
  auth: Pick<Vigile, 'requireSession'>,
  request?: Request,
  options: RecentSignIn = {},
): Promise<Required> => check((asked, how) => auth.requireSession(asked, how), request, options)

const check = async (
  ask: (request: Request, options: RequireOptions) => Promise<Required>,
  request: Request | undefined,
  { recentSignIn = false }: RecentSignIn,
): Promise<Required> => {
  // First: while Next builds, this tells it that the page is made for each request.
  if (!request) await headers()
  const asked = askedNow()
  if (!asked) return { ok: false, response: tooEarly() }
  if (request) return ask(request, { ...peerOf(asked), recentSignIn })
  const current = await currentRequest()
  return ask(current.request, { ...current.peer, csrf: 'origin' })
}

/**
 * The same for a page, which goes no further without: who is signed out goes to the sign-in page, a session is renewed where it has to
 * be, and who may not sees `forbidden.tsx` (403; `experimental.authInterrupts` of next.config). Throws a `SessionUnknownError` where
 * a part is down: never a grant.
 *
 * @example
 * const { user } = await requirePermission(auth, 'products:create')
 */
export const requirePermission = async (
  auth: Guards & Pick<Vigile, 'pageState'>,
  permission: AppPermission,
): Promise<SignedIn> => {
  const found = await checkPermission(auth, permission)
  if (found.ok) return { user: found.user, session: found.session }
  const { status } = found.response
  // Goes to where a session is renewed or begins. Who comes back from it was signed in meanwhile, and asks again.
  if (status === 401) await requireSession(auth)
  if (status === 403) forbidden()
  throw new SessionUnknownError()
}
