// Forward authentication: before it lets a request through to an application, a proxy asks whose it is (docs/forward-auth.md).
import type { LiveAccount, LiveAccounts } from '../accounts/live-accounts.ts'
import { auditEntry } from '../audit/entry.ts'
import type { RecordDenial } from '../audit/record-denial.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Held, LivePermissions } from '../roles/live-permissions.ts'
import { holds, type KnownPermissions } from '../roles/permissions.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Caller } from './call.ts'
import { isHinted } from './cookies.ts'
import type { Passed } from './identify.ts'
import { isChangeAllowed, type Origins } from './origin.ts'
import { isNavigation, mayChange, type OriginalRequest, originalRequest } from './original-request.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import { safeReturnTo } from './return-to.ts'

/** Whom the access token names, or why nobody; a token that could not be checked never comes here (503). */
export type Found = Passed<VerifiedSession> | Refusal

/** What the proxy's settings ask for, all of it. */
export type Required = {
  readonly role?: readonly string[] | undefined
  readonly permission?: readonly string[] | undefined
}

export type Forward = (
  caller: Pick<Caller, 'fromProxy' | 'jar' | 'context'>,
  headers: Pick<Headers, 'get'>,
  found: Found,
  required: Required,
) => Promise<Outcome>

export type ForwardDeps = {
  readonly liveAccounts: LiveAccounts
  readonly livePermissions: Pick<LivePermissions, 'of' | 'withFactor'>
  readonly permissions: Pick<KnownPermissions, 'isPermission'>
  readonly recordDenial: RecordDenial
  readonly origins: Origins
  readonly publicUrl: string
  readonly authPath: string
  readonly signInPath: string
  /** Without access cookies (body delivery) no page can be opened by one, and none is worth a way back. */
  readonly accessCookie: boolean
  readonly clock: Clock
  readonly log: Log
}

/** Either of them stays, with our other headers, within the 4 KiB that nginx reads of an answer's head. */
const maxReturnToLength = 2_048
const maxRolesLength = 2_048

/** For one header: no line break and nothing beyond ASCII ends up in it as it is. */
export const headerText = (text: string): string => text.toWellFormed().replace(/[^!-$&-~]/gu, encodeURIComponent)

const rolesText = ({ roles }: Held): string => {
  const text = roles.join(',')
  // Never a part of them: an application may refuse by a role as well as grant by one.
  if (text.length > maxRolesLength)
    throw new Error(`somebody has more roles than a header holds (${maxRolesLength} characters): take some away`)
  return text
}

/** Each is always there, if empty: some versions of Caddy copy only what is, and would leave what the client wrote. */
const identity = ({ user }: LiveAccount, sessionId: string, held: Held) => ({
  'X-Auth-User': user.id,
  'X-Auth-Session': sessionId,
  'X-Auth-Roles': rolesText(held),
  // Applications take it for proof of who it is: whoever signs up names any.
  'X-Auth-Email': user.emailVerified ? headerText(user.email) : '',
})

type Missing = { readonly what: 'role' | 'permission'; readonly name: string }

/** The first of what is required that is not held. */
const missingOf = ({ role = [], permission = [] }: Required, held: Held): Missing | null => {
  const missingRole = role.find((name) => !held.roles.includes(name))
  if (missingRole !== undefined) return { what: 'role', name: missingRole }
  const missingPermission = permission.find((name) => !holds(held.permissions, name))
  return missingPermission === undefined ? null : { what: 'permission', name: missingPermission }
}

export const createForward = (deps: ForwardDeps): Forward => {
  const { liveAccounts, livePermissions, origins, publicUrl, authPath, signInPath, log } = deps
  let warned = false
  const warnOnce = () => {
    if (!warned)
      log.warn(
        { alert: 'forward_untrusted' },
        'a proxy that is not trusted asks whom to let through: put its address into VIGILE_TRUSTED_PROXIES, or nobody is led to sign-in',
      )
    warned = true
  }

  /** Signed out: to sign-in. Perhaps not, as the hint says (SPEC section 16): to the page that renews the session and comes back. */
  const wayFor = (original: OriginalRequest, hinted: boolean): string => {
    const place = encodeURIComponent(safeReturnTo(original.uri, publicUrl, authPath) ?? '/')
    const returnTo = place.length > maxReturnToLength ? '%2F' : place
    // The whole address: Traefik would take a path for one of the server that it asked.
    return `${publicUrl}${hinted ? `${authPath}/continue` : signInPath}?returnTo=${returnTo}`
  }

  const refused = (
    ...[{ fromProxy, jar }, headers, refusal]: [Parameters<Forward>[0], Pick<Headers, 'get'>, Refusal]
  ) => {
    const original = originalRequest(headers)
    if (original === null) return refusal
    // S-56: what a stranger says of a request counts nothing.
    if (!fromProxy) warnOnce()
    const isSignedOut = refusal.code === 'unauthenticated' && deps.accessCookie
    if (!fromProxy || !isSignedOut || !isNavigation(original, headers)) return refusal
    const way = wayFor(original, isHinted(jar))
    return original.follows
      ? answer(303, { headers: { Location: way } })
      : { ...refusal, headers: { ...refusal.headers, 'X-Auth-Location': way } }
  }

  /** On record once in a window, as each denied access (S-90). Nothing of what the client wrote: a path may hold secrets. */
  const denied = async ({ context }: Parameters<Forward>[0], userId: string, { what, name }: Missing) => {
    const act = { action: 'permission:denied', at: deps.clock.now(), userId, resource: what, resourceId: name }
    const entry = auditEntry(context, { ...act, details: { [what]: name, by: 'proxy' } })
    // Permissions are known, and few. Of roles anybody could make up names, and fill the table with them.
    await deps.recordDenial(what === 'role' ? `${userId} role` : `${userId} ${name}`, entry)
    return what === 'role'
      ? refuse('permission_denied', { detail: { key: 'roleMissing', values: { role: name } } })
      : refuse('permission_denied', {
          permission: name,
          detail: { key: 'permissionMissing', values: { permission: name } },
        })
  }

  return async (caller, headers, found, required) => {
    if (found.kind === 'refusal') return refused(caller, headers, found)
    const { session, via } = found.as
    // The cookie authorises what the application does: a form of another origin must not (CSRF-2).
    if (via === 'cookie' && (!caller.fromProxy || mayChange(headers)) && !isChangeAllowed(headers, origins))
      return refuse('origin_refused')
    // A misspelt one must not pass for one that nobody holds, nor for one that `*` holds.
    if (required.permission?.some((name) => !deps.permissions.isPermission(name)))
      return refuse('validation_failed', { fields: [{ path: 'permission', code: 'invalid', key: 'fields.invalid' }] })
    const { userId } = session
    const account = liveAccounts.peek(userId) ?? (await liveAccounts.get(userId))
    if (!account) return refused(caller, headers, refuse('unauthenticated'))
    const held = await livePermissions.of(account, session)
    if (missingOf(required, held) === null) return answer(204, { headers: identity(account, session.id, held) })
    const missing = missingOf(required, await livePermissions.withFactor(account))
    return missing === null ? refuse('reauthentication_required') : denied(caller, userId, missing)
  }
}
