// THE table: every endpoint with its guard, its limit and its handler. Nothing else answers.
import type { Health } from '@vigile/contract'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { jwksMaxAgeSeconds } from '../keys/signing-keys.ts'
import type { createAccountHandlers } from './account-handlers.ts'
import { type Administration, createAdminRoutes } from './admin-routes.ts'
import { continuePage } from './continue-page.ts'
import type { createDeviceHandlers } from './device-handlers.ts'
import type { createFactorHandlers } from './factor-handlers.ts'
import type { Forward } from './forward.ts'
import type { Guards } from './guards.ts'
import type { createIdentityHandlers } from './identity-handlers.ts'
import type { createLetterHandlers } from './letter-handlers.ts'
import type { createLinkHandlers } from './link-handlers.ts'
import { localeOf } from './locale.ts'
import type { createOAuthHandlers } from './oauth-handlers.ts'
import { answer, refuse } from './outcome.ts'
import type { createPasskeyHandlers } from './passkey-handlers.ts'
import type { createPersonHandlers } from './person-handlers.ts'
import { safeReturnTo } from './return-to.ts'
import { type Route, type RouteLimit, route } from './route.ts'
import type { createSessionHandlers } from './session-handlers.ts'

export type RouteDeps = {
  readonly guards: Guards
  readonly accounts: ReturnType<typeof createAccountHandlers>
  readonly sessions: ReturnType<typeof createSessionHandlers>
  readonly links: ReturnType<typeof createLinkHandlers>
  readonly letters: ReturnType<typeof createLetterHandlers>
  readonly factors: ReturnType<typeof createFactorHandlers>
  readonly devices: ReturnType<typeof createDeviceHandlers>
  readonly person: ReturnType<typeof createPersonHandlers>
  readonly passkeys: ReturnType<typeof createPasskeyHandlers>
  readonly oauth: ReturnType<typeof createOAuthHandlers>
  readonly identities: ReturnType<typeof createIdentityHandlers>
  readonly administration: Administration
  readonly forward: Forward
  readonly signingKeys: SigningKeys
  readonly readiness: () => Promise<Health>
  readonly openApi: () => unknown
  readonly site: {
    readonly app: string
    readonly authPath: string
    readonly publicUrl: string
    readonly signInPath: string
    readonly csrfCookie: string
    readonly noSessionCookie: string
    readonly bound: boolean
  }
}

const read: RouteLimit = { rule: 'read' }
const change: RouteLimit = { rule: 'change' }

export const createRoutes = ({
  guards,
  accounts,
  sessions,
  links,
  letters,
  factors,
  devices,
  person,
  passkeys,
  oauth,
  identities,
  administration,
  forward,
  signingKeys,
  readiness,
  openApi,
  site,
}: RouteDeps): readonly Route[] => {
  const ready = async () => {
    const state = await readiness()
    return answer(state.status === 'down' ? 503 : 200, {
      json: state,
      ...(state.status === 'down' ? { headers: { 'Retry-After': '2' } } : {}),
    })
  }
  return [
    route('register', {
      guard: guards.ownPages,
      limit: { byHandler: ['signUpIp', 'signUpEmail'] },
      handle: accounts.register,
    }),
    route('login', {
      guard: guards.ownPages,
      limit: { byHandler: ['signInIp', 'signInIpHour', 'signInAny', 'signInBurst', 'signInAccount', 'signInDevice'] },
      handle: accounts.login,
    }),
    route('refresh', {
      guard: guards.refreshCookie,
      limit: { byHandler: ['refreshToken', 'refreshIp'] },
      handle: sessions.refresh,
    }),
    route('ack', {
      guard: guards.refreshCookie,
      limit: { byHandler: ['ackToken', 'refreshIp'] },
      handle: sessions.ack,
    }),
    route('logout', { guard: guards.leaving, limit: { rule: 'signOut' }, handle: sessions.logout }),
    route('logoutAll', { guard: guards.owner, limit: { rule: 'signOut' }, handle: sessions.logoutAll }),
    route('deviceRegistration', { guard: guards.deviceKey, limit: change, handle: devices.register }),
    route('deviceRefresh', {
      guard: guards.deviceKey,
      limit: { byHandler: ['refreshIp', 'refreshToken'] },
      handle: devices.refresh,
    }),
    route('me', { guard: guards.signedIn, limit: read, handle: async (_call, verified) => accounts.me(verified) }),
    route('csrf', { guard: guards.anyBrowser, limit: read, handle: sessions.csrf }),
    // Not limited: people land here by links, without a cookie that says who they are, and it asks the stores nothing.
    route('continue', {
      guard: guards.anyone,
      limit: 'none',
      withoutStores: true,
      handle: async (call, _as, { query }) => {
        const returnTo = safeReturnTo(query.returnTo, site.publicUrl, site.authPath)
        if (returnTo === null)
          return refuse('validation_failed', { fields: [{ path: 'returnTo', code: 'invalid', key: 'fields.invalid' }] })
        const { app, authPath, signInPath, csrfCookie, noSessionCookie, bound } = site
        return continuePage(localeOf(call), { app, authPath, signInPath, csrfCookie, returnTo, noSessionCookie, bound })
      },
    }),
    route('forward', {
      guard: guards.asked,
      limit: { rule: 'read', sparesProxies: true },
      handle: (call, found, { query }) => forward(call, call.request.headers, found, query),
    }),
    route('sessions', { guard: guards.signedIn, limit: read, handle: sessions.sessions }),
    route('endSession', { guard: guards.owner, limit: change, handle: sessions.endSession }),
    route('changePassword', {
      guard: guards.recentChange,
      limit: { byHandler: ['passwordChange'] },
      handle: accounts.changePassword,
    }),
    route('forgotPassword', {
      guard: guards.ownPages,
      limit: { byHandler: ['linkIp', 'linkEmail'] },
      handle: links.forgotPassword,
    }),
    route('resetPassword', { guard: guards.ownPages, limit: change, handle: links.resetPassword }),
    route('requestVerification', {
      guard: guards.ownPages,
      limit: { byHandler: ['linkIp', 'linkEmail'] },
      handle: links.requestVerification,
    }),
    route('changeProfile', { guard: guards.signedInChange, limit: change, handle: person.changeProfile }),
    route('endOtherSessions', { guard: guards.owner, limit: change, handle: person.endOtherSessions }),
    route('requestMagicLink', {
      guard: guards.ownPages,
      limit: { byHandler: ['linkIp', 'linkEmail'] },
      handle: links.requestMagicLink,
    }),
    route('magicLink', { guard: guards.ownPages, limit: change, handle: links.magicLink }),
    route('requestEmailChange', {
      guard: guards.recentChange,
      limit: { byHandler: ['linkIp', 'linkEmail'] },
      handle: letters.requestEmailChange,
    }),
    route('changeEmail', { guard: guards.recentChange, limit: change, handle: letters.changeEmail }),
    route('notMe', { guard: guards.ownPages, limit: change, handle: letters.notMe }),
    route('pendingSignIn', { guard: guards.waiting, limit: read, handle: factors.pendingSignIn }),
    route('passkeySignInOptions', { guard: guards.ownPages, limit: change, handle: passkeys.signInOptions }),
    route('passkeySignIn', { guard: guards.ownPages, limit: { byHandler: ['passkeyIp'] }, handle: passkeys.signIn }),
    route('passSecondFactor', {
      guard: guards.waitingChange,
      limit: { byHandler: ['secondFactor', 'secondFactorDevice', 'change'] },
      handle: factors.passSecondFactor,
    }),
    route('offerTotpAtSignIn', { guard: guards.waitingChange, limit: change, handle: factors.offerTotpAtSignIn }),
    route('confirmTotpAtSignIn', { guard: guards.waitingChange, limit: change, handle: factors.confirmTotpAtSignIn }),
    route('askForPasskey', { guard: guards.waitingChange, limit: change, handle: factors.askForPasskey }),
    route('offerPasskeyAtSignIn', {
      guard: guards.waitingChange,
      limit: change,
      handle: factors.offerPasskeyAtSignIn,
    }),
    route('addPasskeyAtSignIn', { guard: guards.waitingChange, limit: change, handle: factors.addPasskeyAtSignIn }),
    route('factors', { guard: guards.signedIn, limit: read, handle: factors.factors }),
    route('offerTotp', { guard: guards.recentChange, limit: change, handle: factors.offerTotp }),
    route('confirmTotp', { guard: guards.recentChange, limit: change, handle: factors.confirmTotp }),
    route('removeTotp', { guard: guards.recentChange, limit: change, handle: factors.removeTotp }),
    route('renewRecoveryCodes', { guard: guards.recentChange, limit: change, handle: factors.renewRecoveryCodes }),
    route('passkeyOptions', { guard: guards.recentChange, limit: change, handle: passkeys.options }),
    route('addPasskey', { guard: guards.recentChange, limit: change, handle: passkeys.add }),
    route('renamePasskey', { guard: guards.signedInChange, limit: change, handle: passkeys.rename }),
    route('removePasskey', { guard: guards.recentChange, limit: change, handle: passkeys.remove }),
    route('oauthStart', { guard: guards.anyone, limit: change, isNavigation: true, handle: oauth.start }),
    route('oauthCallback', {
      guard: guards.anyone,
      limit: change,
      isNavigation: true,
      handle: oauth.callback,
      malformed: oauth.badCallback,
    }),
    route('exchangeSession', {
      guard: guards.ownPages,
      limit: { rule: 'exchangeIp' },
      handle: oauth.exchange,
      malformed: oauth.badHandle,
    }),
    route('startAgain', { guard: guards.signedInChange, limit: change, handle: oauth.startAgain }),
    route('startLink', { guard: guards.recentChange, limit: change, handle: oauth.startLink }),
    route('identities', { guard: guards.signedIn, limit: read, handle: identities.list }),
    route('offerIdentity', {
      guard: guards.signedInChange,
      limit: change,
      handle: identities.offer,
      malformed: identities.badHandle,
    }),
    route('linkIdentity', {
      guard: guards.recentChange,
      limit: change,
      handle: identities.link,
      malformed: identities.badHandle,
    }),
    route('unlinkIdentity', { guard: guards.recentChange, limit: change, handle: identities.unlink }),
    route('exportData', { guard: guards.recentChange, limit: change, handle: person.exportData }),
    route('closeAccount', { guard: guards.recentChange, limit: change, handle: person.closeAccount }),
    route('claim', { guard: guards.recentChange, limit: change, handle: person.claim }),
    route('keepAccount', { guard: guards.ownPages, limit: change, handle: person.keepAccount }),
    ...createAdminRoutes(administration),
    route('authHealth', { guard: guards.anyone, limit: 'none', withoutStores: true, handle: ready }),
    route('live', {
      guard: guards.anyone,
      limit: 'none',
      withoutStores: true,
      handle: async () => answer(200, { json: { status: 'ok' } }),
    }),
    route('ready', { guard: guards.anyone, limit: 'none', withoutStores: true, handle: ready }),
    route('jwks', {
      guard: guards.anyone,
      limit: 'none',
      handle: async () =>
        answer(200, {
          json: { keys: (await signingKeys.published()).map((key) => key.publicJwk) },
          headers: { 'Cache-Control': `public, max-age=${jwksMaxAgeSeconds}` },
        }),
    }),
    route('openapi', { guard: guards.anyone, limit: 'none', handle: async () => answer(200, { json: openApi() }) }),
  ]
}
