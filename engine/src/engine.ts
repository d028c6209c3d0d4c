// The only wiring: settings in, the acts over HTTP and as functions out.
import type { PermissionDeclaration } from '@vigile/contract'
import pino from 'pino'
import { auditEntry, noContext } from './audit/entry.ts'
import { foundChain } from './audit/found-chain.ts'
import { createGauges } from './gauges.ts'
import { describeRoute, type RouteDescription } from './http/describe-route.ts'
import { checkPermission } from './http/require-permission.ts'
import { createSayLimit } from './http/respond.ts'
import { type Meter, noMeter } from './meter/meter.ts'
import { startNodeWork } from './node-work.ts'
import { createRefreshTokens } from './oauth/refresh-tokens.ts'
import { createAlerts } from './operator/alerts.ts'
import { createAudit } from './operator/audit.ts'
import { createBackups } from './operator/backups.ts'
import { createCleanUp } from './operator/clean-up.ts'
import { createInspection } from './operator/inspection.ts'
import { createJobs } from './operator/jobs.ts'
import { createKeys } from './operator/keys.ts'
import { createBlocks, createCheck } from './operator/limits.ts'
import { createRoles } from './operator/roles.ts'
import { createSessions } from './operator/sessions.ts'
import { createUsers } from './operator/users.ts'
import { createWebhooks } from './operator/webhooks.ts'
import type { VigileOptions } from './options.ts'
import { createParts } from './parts.ts'
import type { ClockOffset } from './primitives/clock.ts'
import { parseUserId } from './primitives/ids.ts'
import { type Log, silentLog } from './primitives/log.ts'
import { openOnce } from './primitives/open-once.ts'
import { StoreUnavailableError, UnavailableError } from './primitives/unavailable.ts'
import { createConnections } from './provider-calls/connections.ts'
import { type Wait, waitInProcess } from './provider-calls/provider-client.ts'
import { createReadiness } from './readiness.ts'
import { createRenewal, type Renewal } from './settings/renewal.ts'
import { resolveSettings } from './settings/settings.ts'
import { createStatus } from './status/status.ts'
import { inMemory } from './stores/sqlite.ts'
import type { Vigile } from './vigile.ts'
import { createWeb } from './web.ts'

/** Of the time after which the client gives up (T): an honest 503 comes before that, its way included. */
const answerWithinPart = 2 / 3

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
  const world = { isServer: false, log: silentLog, meter: noMeter, offset: { ms: 0 }, wait: waitInProcess }
  const vigile = wire(createRenewal(options, { ...settings, ...nowhere }), world)
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
  const { meter = noMeter } = options
  return wire(createRenewal(options, settings), { isServer: options.role !== 'command', log, meter, offset, wait })
}

type World = {
  readonly isServer: boolean
  readonly log: Log
  readonly meter: Meter
  readonly offset: ClockOffset
  readonly wait: Wait
}

const wire = (renewal: Renewal, world: World): Vigile => {
  const { settings } = renewal
  const { isServer, log } = world
  const parts = createParts(renewal, { ...world, isOpen: () => isOpen() })
  const { acts, alerts, base, stores, background, sealing, sealer, sameDatabase, reaching, providerClients } = parts
  const { postman, mailbox, courier } = parts
  const { database, channel, limits } = stores
  const { keyring, signingKeys } = acts
  const answerWithinMs = settings.sessions.protocol.giveUpMs * answerWithinPart
  const readiness = createReadiness({
    database,
    sameDatabase,
    channel,
    limits,
    redis: settings.limitsRedis !== null,
    mail: postman,
    answerWithinMs,
    write: async () => {
      await ready()
      await database.sessions.findManyWithVersions([])
      if (isServer) await keyring.tell()
      if (isServer)
        await database.audit.tryAppend(auditEntry(noContext, { action: 'writable:try', at: database.clock.now() }))
    },
  })
  const web = createWeb(settings, parts, { answerWithinMs, readiness: readiness.read })
  const { routes, respond, serve, contextOf } = web

  /** A full disk under the embedded database: sessions are checked all the same (SPEC section 17), and node-work.ts tries again. */
  const unlessFull = async (write: () => Promise<void>) => {
    try {
      await write()
    } catch (error) {
      if (database.kind !== 'sqlite' || !(error instanceof StoreUnavailableError)) throw error
      log.error({ err: error }, 'the database takes no writes')
    }
  }

  const { ready, before, isOpen, shut } = openOnce(async () => {
    if (database.kind === 'sqlite' && isServer) await database.migrate()
    // The time of the database comes first: what follows is dated by it, not by a wrong clock of this machine.
    await database.ping()
    const { pending } = await database.migrationState()
    if (pending.length > 0)
      throw new UnavailableError(`the database lacks ${pending.length} migrations: run \`vigile migrate\``)
    await (isServer ? keyring.report(unlessFull) : keyring.reload().then(keyring.learn))
    if (isServer) await settings.webhook?.readSecrets()
    // A command may know another secret than the server: it begins nothing.
    if (isServer) {
      await foundChain(acts)
      await sameDatabase.learn()
      await signingKeys.open(unlessFull)
    } else {
      // Now: on the embedded database a transaction that signs keeps the one connection to itself.
      await signingKeys.published()
    }
  })

  sealing.start()
  const status = createStatus({
    ...acts,
    readiness: readiness.read,
    providers: providerClients.states,
    postman,
  })
  const gauges = createGauges({
    ...acts,
    postman,
    readiness: readiness.read,
    providers: providerClients.states,
    database,
  })
  const cleanUp = createCleanUp({ ...acts, ...settings.auditLog, sealer })
  const anchors = () => renewal.now().auditLog.anchors
  const { startJobs } = startNodeWork({
    ...acts,
    ...settings,
    anchors,
    database,
    background,
    ...alerts,
    isServer,
    isOpen,
    cleanUp,
    lookAtParts: status.look,
  })
  const { export: exportLog, ...auditActs } = createAudit({ ...acts, sealer, raise: alerts.raise, contextOf, ready })
  const { schedule, ...jobActs } = createJobs({ ...acts, background })
  let closing: Promise<void> | undefined

  return {
    fetch: async (request, peer = {}) => serve.fetch(request, peer, ready),
    shortWay: (asked, peer = {}) => (isOpen() ? web.shortWay(asked, peer) : null),
    handles: serve.handles,
    pageState: async (request, returnTo) => web.pageState(request, returnTo, ready),
    requirePermission: async (request, permission, options = {}) => {
      checkPermission(settings.permissions, permission)
      return web.requirePermission(request, permission, options, ready)
    },
    requireSession: async (request, options = {}) => web.requirePermission(request, null, options, ready),
    hasPermission: async (userId, permission) => {
      checkPermission(settings.permissions, permission)
      await ready()
      const id = parseUserId(userId)
      return id !== null && web.livePermissions.hasPermission(id, permission)
    },
    routes: () => routes.map((route) => describeRoute(route, settings.authPath)),
    users: before(createUsers(acts)),
    roles: before(createRoles(acts)),
    sessions: before(createSessions(base)),
    providers: providerClients.states,
    connections: before(
      createConnections({
        ...acts,
        providers: settings.providers.map((provider) => ({
          ...provider,
          refresh: createRefreshTokens({ ...reaching, ...base }, provider),
        })),
        clients: providerClients,
        alarm: reaching.alarm,
        cache: stores.providerCache,
      }),
    ),
    limits: { ...createCheck({ limits, sayLimit: createSayLimit(respond) }), ...before(createBlocks(acts)) },
    keys: before(createKeys(acts)),
    alerts: before(createAlerts(acts)),
    audit: { ...before(auditActs), export: exportLog },
    webhooks: before(createWebhooks({ ...base, courier })),
    backups: before(createBackups(acts)),
    jobs: { schedule, ...before(jobActs) },
    ...before({
      cleanUp: cleanUp.ask,
      inspect: createInspection({ ...acts, ...settings, keys: database.keys, sessions: database.sessions, postman }),
    }),
    databaseServer: async () => (await database.server?.()) ?? null,
    migrate: async () => {
      const applied = await database.migrate()
      // Before anything can be put on record: a command may write before the first server starts.
      await keyring.reload()
      await foundChain(acts)
      return applied
    },
    migrationState: database.migrationState,
    readiness: readiness.read,
    status: status.read,
    renew: renewal.renew,
    gauges,
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
        .then(isServer ? keyring.leave : undefined)
        .then(stores.close)
      return closing
    },
  }
}
