// What a server-rendered page may conclude from the cookies that came with it (SPEC section 16).
import type { Session, User } from '@vigile/contract'
import type { LiveAccounts } from '../accounts/live-accounts.ts'
import { noContext } from '../audit/entry.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import { presentSession } from '../sessions/present-session.ts'
import type { Cookies } from './cookies.ts'
import type { Guards } from './guards.ts'

/**
 * What a server-rendered page may conclude (SPEC section 16). `ask` is not "signed out": go to `location`, a small page that
 * renews the session and comes back. `unknown`: a part is down; say so, never "signed out".
 */
export type PageState =
  | { readonly state: 'signed_in'; readonly user: User; readonly session: Session }
  | { readonly state: 'ask'; readonly location: string }
  | { readonly state: 'signed_out' }
  | { readonly state: 'unknown' }

export const createPageState = (deps: {
  readonly cookies: Cookies
  readonly verified: Guards['verified']
  readonly liveAccounts: LiveAccounts
  readonly authPath: string
  readonly answerWithinMs: number
  readonly log: Log
}) => {
  const ask = (returnTo: string): PageState => ({
    state: 'ask',
    location: `${deps.authPath}/continue?returnTo=${encodeURIComponent(returnTo)}`,
  })

  const read = async (request: Request, returnTo: string, ready: () => Promise<void>): Promise<PageState> => {
    await ready()
    const jar = deps.cookies.read(request.headers.get('cookie'))
    const verified = await deps.verified({ request, jar, context: noContext })
    if (!verified) return jar.hint.length > 0 ? ask(returnTo) : { state: 'signed_out' }
    const user = (await deps.liveAccounts.get(verified.session.userId))?.user
    if (!user) return { state: 'signed_out' }
    return { state: 'signed_in', user, session: presentSession(verified.session) }
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
