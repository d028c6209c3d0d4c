import type { AppPermission, Problem } from '@vigile/contract'
import { type Required, type RequireOptions, requestOf, type Vigile } from '@vigile/engine'
import { forbidden, unauthorized } from 'next/navigation'
import { requireSession, type SignedIn } from './get-session.ts'
import { askedNow, tooEarly } from './requests.ts'
import { SessionUnknownError } from './session-unknown-error.ts'

type Guards = Pick<Vigile, 'requirePermission'>

/** `recentSignIn`: a change also needs a sign-in of the last ten minutes (`sessions.recentLife` of `createVigile`). */
type Demands = Pick<RequireOptions, 'recentSignIn'>

/** `request`: what a route handler was given. */
type Asking = Demands & { readonly request?: Request }

/**
 * Whether this request may do something, as an answer to act on: `auth.requirePermission`, with the socket's address. In an action a
 * change needs an `Origin` header of this site, for an action's form can carry no CSRF token. In a route handler, which gives its
 * `request`, it needs the CSRF token, which `client.fetch` sends.
 *
 * @example
 * const allowed = await checkPermission(auth, 'products:delete', { request, recentSignIn: true })
 * if (!allowed.ok) return allowed.response
 */
export const checkPermission = (auth: Guards, permission: AppPermission, asking: Asking = {}): Promise<Required> =>
  check((request, options) => auth.requirePermission(request, permission as never, options), asking)

/**
 * The same for what takes a session and no permission: where people work on what is their own.
 *
 * @example
 * const found = await checkSession(auth)
 * if (!found.ok) return { problem: await found.response.json() }
 */
export const checkSession = (auth: Pick<Vigile, 'requireSession'>, asking: Asking = {}): Promise<Required> =>
  check((request, options) => auth.requireSession(request, options), asking)

const check = async (
  ask: (request: Request, options: RequireOptions) => Promise<Required>,
  { request, ...demands }: Asking,
): Promise<Required> => {
  const asked = await askedNow()
  if (!asked) return { ok: false, response: tooEarly() }
  return ask(request ?? requestOf(asked), { ...asked.peer, ...demands, csrf: request ? 'token' : 'origin' })
}

/**
 * The same for a page or an action that goes no further without: who is signed out goes to the sign-in page, a session is renewed where
 * it has to be, who may not sees `forbidden.tsx` (403), and who has to prove more first, by a recent sign-in or a second factor,
 * `unauthorized.tsx` (401; both by `experimental.authInterrupts` of next.config). Throws a `SessionUnknownError` where a part is down:
 * never a grant.
 *
 * @example
 * const { user } = await requirePermission(auth, 'products:create')
 */
export const requirePermission = async (
  auth: Guards & Pick<Vigile, 'pageState'>,
  permission: AppPermission,
  demands: Demands = {},
): Promise<SignedIn> => {
  const found = await checkPermission(auth, permission, demands)
  if (found.ok) return found
  const { status } = found.response
  // Goes to where a session is renewed or begins. Who comes back from it was signed in meanwhile, and asks again.
  if (status === 401) await requireSession(auth)
  if (status !== 403) throw new SessionUnknownError()
  const { code } = (await found.response.json()) as Problem
  return code === 'reauthentication_required' ? unauthorized() : forbidden()
}
