// What a server-rendered page may conclude from the cookies that came with it (SPEC section 16).
import type { Session, User } from '@vigile/contract'
import type { LiveAccounts } from '../accounts/live-accounts.ts'
import { noContext } from '../audit/entry.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import type { LivePermissions } from '../roles/live-permissions.ts'
import { presentSession } from '../sessions/present-session.ts'
import { type Cookies, isHinted } from './cookies.ts'
import type { Guards } from './guards.ts'

/**
 * What a server-rendered page may conclude (SPEC section 16). `ask` is not "signed out": go to `location`, a small page that
 * renews the session and comes back. `signed_out`: `location` is the sign-in page, which leads back; it is never asked about itself, or it
 * would send people round in a circle. `unknown`: a part is down; say so, never "signed out". `permissions`: what the user may do in
 * this session, wildcards among it.
 */
export type PageState =
  | {
      readonly state: 'signed_in'
      readonly user: User
      readonly session: Session
      readonly permissions: readonly string[]
    }
  | { readonly state: 'ask'; readonly location: string }
  | { readonly state: 'signed_out'; readonly location: string }
  | { readonly state: 'unknown' }

export const createPageState = (deps: {
  readonly cookies: Cookies
  readonly verified: Guards['verified']
  readonly liveAccounts: LiveAccounts
  readonly livePermissions: Pick<LivePermissions, 'of'>
  readonly authPath: string
  readonly signInPath: string
  readonly answerWithinMs: number
  readonly log: Log
}) => {
  const leadingBack = (path: string, returnTo: string) => `${path}?returnTo=${encodeURIComponent(returnTo)}`
  const isSignIn = (returnTo: string) => returnTo.split(/[?#]/, 1)[0] === deps.signInPath
  const signedOut = (returnTo: string): PageState => ({
    state: 'signed_out',
    location: isSignIn(returnTo) ? deps.signInPath : leadingBack(deps.signInPath, returnTo),
  })

  const read = async (request: Request, returnTo: string, ready: () => Promise<void>): Promise<PageState> => {
    await ready()
    const jar = deps.cookies.read(request.headers.get('cookie'))
    const verified = await deps.verified({ request, jar, context: noContext })
    if (!verified)
      return isHinted(jar) && !isSignIn(returnTo)
        ? { state: 'ask', location: leadingBack(`${deps.authPath}/continue`, returnTo) }
        : signedOut(returnTo)
    const { session } = verified
    const account = await deps.liveAccounts.get(session.userId)
    if (!account) return signedOut(returnTo)
    const { permissions } = await deps.livePermissions.of(account, session)
    return { state: 'signed_in', user: account.user, session: presentSession(session), permissions }
  }

  /** Never rejects: a fault is `unknown`, never "signed out". */
  return async (request: Request, returnTo: string, ready: () => Promise<void>): Promise<PageState> => {
    try {
      return await createDeadline(deps.answerWithinMs).bound(() => read(request, returnTo, ready))
    } catch (error) {
      deps.log.warn({ err: error }, 'a page could not be told who asks')
      return { state: 'unknown' }
    }
  }
}
