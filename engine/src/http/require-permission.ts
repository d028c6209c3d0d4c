// The checks of a session and of a permission as functions, for an application's own routes (RBAC-3).
import type { Session, User } from '@vigile/contract'
import { createDeadline } from '../primitives/deadline.ts'
import type { KnownPermissions } from '../roles/permissions.ts'
import { presentSession } from '../sessions/present-session.ts'
import type { Peer, ReadCaller } from './call.ts'
import type { createPermitted } from './permitted.ts'
import type { LogFault } from './request-log.ts'
import { askingOf, type Respond, toResponse } from './respond.ts'

/** `response`: the refusal, ready to be sent. */
export type Required =
  | {
      readonly ok: true
      readonly user: User
      readonly session: Session
      /** What the user may do in this session, wildcards among it. */
      readonly permissions: readonly string[]
    }
  | { readonly ok: false; readonly response: Response }

export type RequireOptions = Peer & {
  /** A change also needs a sign-in of the last ten minutes (`sessions.recentLife`), and in a bound session a proof of its key. */
  readonly recentSignIn?: boolean
  /**
   * By what a change that a cookie authorises shows that it comes from a page of this site. `origin`: an `Origin` header, which must be
   * there and be an own one; for forms that a framework sends by itself, and that can carry no token. Default `token`.
   */
  readonly csrf?: 'token' | 'origin'
}

export const createRequirePermission = (deps: {
  readonly permitted: Pick<ReturnType<typeof createPermitted>, 'check'>
  readonly readCaller: ReadCaller
  readonly respond: Respond
  readonly fault: LogFault
  readonly answerWithinMs: number
}) => {
  return async (
    request: Request,
    permission: string | null,
    { recentSignIn = false, csrf = 'token', ...peer }: RequireOptions,
    ready: () => Promise<void>,
  ): Promise<Required> => {
    const deadline = createDeadline(deps.answerWithinMs)
    const { leftMs } = deadline
    const call = { ...deps.readCaller(request.headers, new URL(request.url).pathname, peer), request, leftMs }
    const check = async () => {
      await ready()
      return deps.permitted.check(permission, { recentSignIn, csrf })(call)
    }
    // A part that is down is 503: neither a grant nor a refusal that a client would take for its last word (SPEC section 17).
    const found = await deadline.bound(check).catch((error: unknown) => deps.fault(call, error))
    if (found.kind === 'passed') {
      const { user, verified, held } = found.as
      return { ok: true, user, session: presentSession(verified.session), permissions: held }
    }
    return { ok: false, response: toResponse(deps.respond(askingOf(request), call.requestId, found)) }
  }
}

/** A misspelt permission is the developer's, and must not pass for one that nobody holds, nor for one that `*` holds. */
export const checkPermission = ({ isPermission }: KnownPermissions, permission: string): void => {
  if (!isPermission(permission))
    throw new TypeError(`there is no permission "${permission}": declare it (\`permissions\` of createVigile)`)
}
