// The only wiring: settings and stores in, the acts over HTTP and as functions out.
import pino from 'pino'
import { createCheckNewPassword } from './accounts/check-new-password.ts'
import { createLiveAccounts } from './accounts/live-accounts.ts'
import { tellOfReuse } from './accounts/tell-of-reuse.ts'
import { createRecordLimit } from './audit/limit-record.ts'
import { createRecordDenial } from './audit/record-denial.ts'
import { createSealer } from './audit/sealer.ts'
import { createSealing } from './audit/sealing.ts'
import { createBinding } from './binding/binding.ts'
import { createDbsc } from './binding/dbsc.ts'
import { createAccountHandlers } from './http/account-handlers.ts'
import { createReadCaller, type Peer } from './http/call.ts'
import { createCookies } from './http/cookies.ts'
import { describeRoute, type RouteDescription } from './http/describe-route.ts'
import { createDeviceHandlers } from './http/device-handlers.ts'
import { createFactorHandlers } from './http/factor-handlers.ts'
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
import { checkPermission, createRequirePermission } from './http/require-permission.ts'
import { createRespond, createSayLimit } from './http/respond.ts'
import { createRoutes } from './http/routes.ts'
import { createServe } from './http/serve.ts'
import { createSessionCookies } from './http/session-cookies.ts'
import { createSessionHandlers } from './http/session-handlers.ts'
import { createShortWay } from './http/short-way.ts'
import { createWaysIn } from './http/ways-in.ts'
import type { Identity } from './identities/store.ts'
import { createBackground } from './jobs/background.ts'
import { createKeyring } from './keys/keyring.ts'
import { createSigningKeys } from './keys/signing-keys.ts'
import { createLimiter } from './limits/limiter.ts'
import { createMailbox } from './mail/mailbox.ts'
import { createPostman } from './mail/postman.ts'
import { createSmtpTransport } from './mail/smtp.ts'
import { startNodeWork } from './node-work.ts'
import { createFindServer } from './oauth/authorization-server.ts'
import { createRefreshTokens } from './oauth/refresh-tokens.ts'
import { revokeTokens } from './oauth/revoke-tokens.ts'
import { createAudit } from './operator/audit.ts'
import { createCleanUp } from './operator/clean-up.ts'
import { createKeys } from './operator/keys.ts'
import { createLimits } from './operator/limits.ts'
import { createRoles } from './operator/roles.ts'
import { createSessions } from './operator/sessions.ts'
import { createUsers } from './operator/users.ts'
import type { VigileOptions } from './options.ts'
import { createPasskeyChallenges } from './passkeys/challenges.ts'
import { createBreachCheck } from './passwords/breached.ts'
import { createPasswordHasher } from './passwords/hash-password.ts'
import type { ClockOffset } from './primitives/clock.ts'
import { parseUserId } from './primitives/ids.ts'
import { type Log, silentLog } from './primitives/log.ts'
import { openOnce } from './primitives/open-once.ts'
import { UnavailableError } from './primitives/unavailable.ts'
import { createConnections } from './provider-calls/connections.ts'
import { type Wait, waitInProcess } from './provider-calls/provider-client.ts'
import { createProviderClients } from './provider-calls/provider-clients.ts'
import { createReadiness } from './readiness.ts'
import { createLivePermissions } from './roles/live-permissions.ts'
import { createLiveRoles } from './roles/live-roles.ts'
import type { PermissionDeclaration } from './roles/permissions.ts'
import { createAccessTokens } from './sessions/access-token.ts'
import { createConfirm } from './sessions/confirm.ts'
import { createLiveSessions } from './sessions/live-sessions.ts'
import { resolveSettings, type Settings } from './settings/settings.ts'
import { openStores } from './stores/open.ts'
import { inMemory } from './stores/sqlite.ts'
import type { Vigile } from './vigile.ts'

/** A sign-up waits no longer for the breach service. */
const breachTimeoutMs = 1_000
/** Of the time after which the client gives up (T): an honest 503 comes before that, its way included. */
const answerWithinPart = 2 / 3
const deliverEveryMs = 5_000
/**
 * What a request posts goes out so much later: the embedded database works on the thread that answers, so a delivery that began at
 * once would hold the answer up, and tell that there was a letter (S-13).
 */
const deliverAfterMs = 100

/**
 * Makes an engine: every act as a function, and over HTTP by `fetch`. It opens its stores in the background; each act waits
 * until they are open, and a database that is down now may come later (`ready`). The embedded database is migrated before
 * the first answer; PostgreSQL by `migrate`.
 *
 * Throws a `ConfigurationError` that names every fault of the options, what is wrong and what would be right; an `Error`
 * where another server has the embedded database open. `close` it at the end, or the process can't exit.
 *
 * @example
 * const auth = createVigile({ publicUrl: 'https://shop.example.com', secrets: process.env.VIGILE_SECRET })
 * const response = await auth.fetch(request, { address: socket.remoteAddress })
 * await auth.users.disable(id, { kind: 'application', name: 'billing' })
 */
export const createVigile = <const Declared extends PermissionDeclaration = Record<never, never>>(
  options: VigileOptions<Declared>,
): Vigile<Declared> => buildVigile(options, { ms: 0 })

/**
 * Every route that an engine with these options has, with the guard and the limit that protect it. Opens and creates no
 * store. Throws a `ConfigurationError` as `createVigile` does.
 *
 * @example
 * for (const { method, path, guard, limit } of describeRoutes(options)) console.log(method, path, guard, limit)
 */
export const describeRoutes = (options: VigileOptions): readonly RouteDescription[] => {
  const settings = resolveSettings(options)
  const nowhere = { database: { kind: 'sqlite', file: inMemory }, redis: null, limitsRedis: null } as const
  const world = { isServer: false, log: silentLog, offset: { ms: 0 }, wait: waitInProcess }
  const vigile = wire({ ...settings, ...nowhere }, world)
  const routes = vigile.routes()
  void vigile.close()
  return routes
}

/** The same with a clock that can be moved, and waits for providers that need not last: for tests alone. */
export const buildVigile = <Declared extends PermissionDeclaration>(
  options: VigileOptions<Declared>,
  offset: ClockOffset,
  wait: Wait = waitInProcess,
): Vigile<Declared> => {
  const settings = resolveSettings(options)
  const log = options.log ?? pino({ level: process.env.LOG_LEVEL ?? 'info' })
  return wire(settings, { isServer: options.role !== 'command', log, offset, wait })
}

type World = { readonly isServer: boolean; readonly log: Log; readonly offset: ClockOffset; readonly wait: Wait }

const wire = (settings: Settings, { isServer, log, offset, wait }: World): Vigile => {
  const { argon2, breachUrl } = settings.passwords

  const background = createBackground(log)
  const sealing = createSealing({
    newestKey: () => keyring.newest(),
    sealer: () => sealer,
    background,
    isOpen: () => isOpen(),
    isServer,
    log,
  })
  const stores = openStores({ ...settings, exclusive: isServer, offset, log, entryMac: sealing.entryMac })
  const { database, channel, limits } = stores
  const { clock, sessions, audit } = database
  const base = { ...database, channel, limits, log }

  const keyring = createKeyring({ ...base, readSecrets: settings.readSecrets })
  const sealer = createSealer({ ...base, keyring })
  const signingKeys = createSigningKeys({ ...base, ...settings.keys, ...settings.sessions, keyring })
  const limiter = createLimiter(limits, settings.rules)
  const breached = breachUrl ? createBreachCheck({ url: breachUrl, timeoutMs: breachTimeoutMs, fetch, log }) : null
  const providerClients = createProviderClients(settings.providers, {
    policy: settings.providerCalls,
    fetch,
    wait,
    now: clock.now,
    log,
  })
  const { providers } = settings
  const reaching = {
    providers,
    findServer: createFindServer(base),
    clientOf: providerClients.of,
  }
  const mailbox = settings.mail.kind === 'mailbox' ? createMailbox() : null
  const transport = settings.mail.kind === 'smtp' ? createSmtpTransport(settings.mail) : mailbox
  const postman = transport && createPostman({ ...base, keyring, transport, site: settings })
  const deliver = async () => void (isOpen() && (await postman?.deliver()))
  const undelivered = 'mail could not be delivered'
  const acts = {
    ...base,
    tellOfReuse: tellOfReuse({ keyring }),
    mailPosted: () =>
      isServer ? background.after(deliverAfterMs, undelivered, deliver) : background.soon(undelivered, deliver),
    identitiesGone: (gone: readonly Identity[]) => {
      if (gone.length > 0)
        background.soon('tokens could not be given back', () => revokeTokens({ ...reaching, keyring, log }, gone))
    },
    keyring,
    signingKeys,
    accessTokens: createAccessTokens({ ...base, ...settings.keys, signingKeys, issuer: settings.publicUrl }),
    policy: settings.sessions,
    limiter,
    recordLimit: createRecordLimit({ audit, clock, log }),
    hasher: createPasswordHasher({ argon2 }),
    checkNewPassword: createCheckNewPassword({ ...settings.passwords, breached }),
    verifyEmail: settings.verifyEmail,
    permissions: settings.permissions,
    secondFactor: settings.secondFactor,
    deletionDelaySeconds: settings.deletionDelaySeconds,
  }
  const liveAccounts = createLiveAccounts(base)
  const liveRoles = createLiveRoles(base)
  const livePermissions = createLivePermissions({ ...base, liveAccounts, liveRoles })

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
    liveSessions: createLiveSessions({ ...base, sawAccount: liveAccounts.saw, sawRoles: liveRoles.saw }),
    signUpOpen: settings.signUp,
    answerWithinMs: settings.sessions.protocol.giveUpMs * answerWithinPart,
  }
  const guards = createGuards({
    ...web,
    confirm: createConfirm(acts),
    recentSeconds: settings.sessions.recentSeconds,
    accessCookie: settings.delivery === 'cookie',
  })
  const readiness = createReadiness({
    database,
    channel,
    limits,
    redis: settings.limitsRedis !== null,
    mail: postman,
    answerWithinMs: web.answerWithinMs,
    write: async () => {
      await ready()
      await sessions.findManyWithVersions([])
      if (isServer) await keyring.tell()
    },
  })
  const waysIn = createWaysIn(web)
  const challenges = createPasskeyChallenges(web)
  const accountHandlers = createAccountHandlers({ ...web, waysIn })
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
    signingKeys,
    readiness: readiness.read,
    openApi: () => document,
    site: { ...settings, csrfCookie: cookies.names.csrf, bound: settings.binding !== 'off' },
  })
  const document = openApiDocument(routes, { ...settings, cookies: cookies.names })
  const respond = createRespond(settings)
  const asked = {
    ...web,
    respond,
    readCaller: createReadCaller(web),
    logRequest: createLogRequest(log),
    fault: createLogFault(log),
  }
  const contextOf = (request: Request, peer: Peer) =>
    asked.readCaller(request.headers, new URL(request.url).pathname, peer).context
  const serve = createServe({ ...asked, routes })
  const shortWay = createShortWay({ ...asked, byAccessCookie: guards.byAccessCookie, me: accountHandlers.me })
  const recordDenial = createRecordDenial(acts)
  const permitted = createPermitted({ ...web, guards, recordDenial })
  const requirePermission = createRequirePermission({ ...asked, permitted })
  const pageState = createPageState({ ...web, verified: guards.verified })

  const { ready, before, isOpen, shut } = openOnce(async () => {
    if (database.kind === 'sqlite' && isServer) await database.migrate()
    // The time of the database comes first: what follows is dated by it, not by a wrong clock of this machine.
    await database.ping()
    const { pending } = await database.migrationState()
    if (pending.length > 0)
      throw new UnavailableError(`the database lacks ${pending.length} migrations: run \`vigile migrate\``)
    await (isServer ? keyring.report() : keyring.reload())
    await signingKeys.open()
  })

  sealing.start()
  if (isServer && postman) background.every(deliverEveryMs, undelivered, deliver)
  const cleanUp = createCleanUp(acts)
  const { startJobs } = startNodeWork({ ...acts, ...settings, database, background, isServer, isOpen, cleanUp })
  let closing: Promise<void> | undefined

  return {
    fetch: async (request, peer = {}) => serve.fetch(request, peer, ready),
    shortWay: (asked, peer = {}) => (isOpen() ? shortWay(asked, peer) : null),
    handles: serve.handles,
    pageState: async (request, returnTo) => pageState(request, returnTo, ready),
    requirePermission: async (request, permission, options = {}) => {
      checkPermission(settings.permissions, permission)
      return requirePermission(request, permission, options, ready)
    },
    hasPermission: async (userId, permission) => {
      checkPermission(settings.permissions, permission)
      await ready()
      const id = parseUserId(userId)
      return id !== null && livePermissions.hasPermission(id, permission)
    },
    routes: () => routes.map((route) => describeRoute(route, settings.authPath)),
    users: before(createUsers(acts)),
    roles: before(createRoles({ ...acts, ...settings })),
    sessions: before(createSessions(base)),
    providers: providerClients.states,
    connections: before(
      createConnections({
        ...acts,
        providers: providers.map((provider) => ({
          ...provider,
          refresh: createRefreshTokens({ ...reaching, ...base }, provider),
        })),
        clients: providerClients,
        cache: stores.providerCache,
      }),
    ),
    limits: createLimits({ limits, sayLimit: createSayLimit(respond) }),
    keys: before(createKeys(acts)),
    audit: before(createAudit({ ...acts, sealer, contextOf })),
    ...before({ cleanUp: cleanUp.ask }),
    migrate: database.migrate,
    migrationState: database.migrationState,
    readiness: readiness.read,
    ready,
    startJobs,
    mailbox: () => mailbox?.letters() ?? null,
    drain: readiness.drain,
    close: () => {
      closing ??= shut()
        .then(background.stop)
        .then(sealing.end)
        .then(providerClients.close)
        .then(postman?.close)
        .then(stores.close)
      return closing
    },
  }
}
