// The second half of the wiring: from what the acts are made of to HTTP.
import { createLiveAccounts } from './accounts/live-accounts.ts'
import { createRecordDenial } from './audit/record-denial.ts'
import { createBinding } from './binding/binding.ts'
import { createDbsc } from './binding/dbsc.ts'
import { createAccountHandlers } from './http/account-handlers.ts'
import { createAdminRoleHandlers } from './http/admin-role-handlers.ts'
import { createAdminSiteHandlers } from './http/admin-site-handlers.ts'
import { createAdminUserHandlers } from './http/admin-user-handlers.ts'
import { createRecordLook } from './http/administration.ts'
import { createAlertHandlers } from './http/alert-handlers.ts'
import { createBlockHandlers } from './http/block-handlers.ts'
import { createReadCaller, type Peer } from './http/call.ts'
import { createCookies, noSession } from './http/cookies.ts'
import { createDeviceHandlers } from './http/device-handlers.ts'
import { createFactorHandlers } from './http/factor-handlers.ts'
import { createForward } from './http/forward.ts'
import { createGuards } from './http/guards.ts'
import { createIdentityHandlers } from './http/identity-handlers.ts'
import { createLetterHandlers } from './http/letter-handlers.ts'
import { createLinkHandlers } from './http/link-handlers.ts'
import { createOAuthHandlers } from './http/oauth-handlers.ts'
import { openApiDocument } from './http/openapi.ts'
import { createPageState } from './http/page-state.ts'
import { createPasskeyHandlers } from './http/passkey-handlers.ts'
import { createPermitted } from './http/permitted.ts'
import { createPersonHandlers } from './http/person-handlers.ts'
import { createProofs } from './http/proofs.ts'
import { createProvers } from './http/provers.ts'
import { createLogFault, createLogRequest } from './http/request-log.ts'
import { createRequirePermission } from './http/require-permission.ts'
import { createRespond } from './http/respond.ts'
import { createRoutes } from './http/routes.ts'
import { createServe } from './http/serve.ts'
import { createSessionCookies } from './http/session-cookies.ts'
import { createSessionHandlers } from './http/session-handlers.ts'
import { createShortWay } from './http/short-way.ts'
import { createWaysIn } from './http/ways-in.ts'
import type { Parts } from './parts.ts'
import { createPasskeyChallenges } from './passkeys/challenges.ts'
import type { Readiness } from './readiness.ts'
import { createLivePermissions } from './roles/live-permissions.ts'
import { createLiveRoles } from './roles/live-roles.ts'
import { permissionsThatTakeAFactor } from './second-factor/policy.ts'
import { createConfirm } from './sessions/confirm.ts'
import { createLiveSessions } from './sessions/live-sessions.ts'
import type { Settings } from './settings/settings.ts'

/** Long enough to sign up, short enough where it was wrong after all. */
const noSessionSeconds = 600

/** The acts over HTTP. `readiness`: whether this node can serve. */
export const createWeb = (
  settings: Settings,
  { acts, reaching }: Pick<Parts, 'acts' | 'reaching'>,
  { answerWithinMs, readiness }: { readonly answerWithinMs: number; readonly readiness: () => Promise<Readiness> },
) => {
  const { sessions, keyring, signingKeys, log, meter } = acts
  const liveAccounts = createLiveAccounts(acts)
  const liveRoles = createLiveRoles(acts)
  const livePermissions = createLivePermissions({
    ...acts,
    guarded: permissionsThatTakeAFactor(settings.secondFactor),
    liveAccounts,
    liveRoles,
  })

  const cookies = createCookies(settings.cookies)
  const sessionCookies = createSessionCookies({ cookies, delivery: settings.delivery, csrfKey: keyring.newest })
  const binding = createBinding({ ...acts, publicUrl: settings.publicUrl, mode: settings.binding })
  const proofs = createProofs(binding)
  const dbsc = createDbsc({ ...acts, binding })
  const provers = createProvers({ ...acts, binding })
  const web = {
    ...acts,
    ...settings,
    binding,
    dbsc,
    proofs,
    provers,
    sessions,
    cookies,
    sessionCookies,
    liveAccounts,
    livePermissions,
    liveSessions: createLiveSessions({ ...acts, sawAccount: liveAccounts.saw, sawRoles: liveRoles.saw }),
    signUpOpen: settings.signUp,
    answerWithinMs,
  }
  const accessCookie = settings.delivery === 'cookie'
  const guards = createGuards({
    ...web,
    confirm: createConfirm(acts),
    recentSeconds: settings.sessions.recentSeconds,
    accessCookie,
  })
  const recordDenial = createRecordDenial(acts)
  const forward = createForward({ ...web, accessCookie, recordDenial })
  const waysIn = createWaysIn(web)
  const challenges = createPasskeyChallenges(web)
  const accountHandlers = createAccountHandlers({ ...web, waysIn })
  const permitted = createPermitted({ ...web, guards, recordDenial })
  const recordLook = createRecordLook(acts)
  const routes = createRoutes({
    guards,
    accounts: accountHandlers,
    links: createLinkHandlers({ ...web, waysIn }),
    letters: createLetterHandlers(web),
    factors: createFactorHandlers({ ...web, waysIn, challenges }),
    passkeys: createPasskeyHandlers({ ...web, waysIn, challenges }),
    devices: createDeviceHandlers(web),
    oauth: createOAuthHandlers({ ...web, ...reaching, waysIn }),
    identities: createIdentityHandlers(web),
    person: createPersonHandlers(web),
    sessions: createSessionHandlers({ ...web, verified: guards.verified }),
    administration: {
      permitted,
      users: createAdminUserHandlers({ ...web, recordLook }),
      roles: createAdminRoleHandlers(web),
      site: createAdminSiteHandlers({ ...web, recordLook }),
      blocks: createBlockHandlers({ ...web, recordLook }),
      alerts: createAlertHandlers({ ...web, recordLook }),
    },
    forward,
    signingKeys,
    readiness,
    openApi: () => document,
    site: {
      ...settings,
      csrfCookie: cookies.names.csrf,
      noSessionCookie: cookies.set('hint', noSession, noSessionSeconds),
      bound: settings.binding !== 'off',
    },
  })
  const document = openApiDocument(routes, { ...settings, cookies: cookies.names })
  const respond = createRespond(settings)
  const asked = {
    ...web,
    respond,
    readCaller: createReadCaller(web),
    logRequest: createLogRequest(log, meter),
    fault: createLogFault(log),
  }
  const contextOf = (request: Request, peer: Peer) =>
    asked.readCaller(request.headers, new URL(request.url).pathname, peer).context
  const serve = createServe({ ...asked, routes })
  const shortWay = createShortWay({ ...asked, byAccessCookie: guards.byAccessCookie, me: accountHandlers.me, forward })
  const requirePermission = createRequirePermission({ ...asked, permitted })
  const pageState = createPageState({ ...web, verified: guards.verified })
  return { routes, respond, serve, shortWay, requirePermission, livePermissions, pageState, contextOf }
}
