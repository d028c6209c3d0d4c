// The only wiring: settings and stores in, the acts over HTTP and as functions out.
import pino from 'pino'
import { createCheckNewPassword } from './accounts/check-new-password.ts'
import { parseEmail } from './accounts/email.ts'
import { createUser, deleteUser, setUserActive, setUserVerified } from './accounts/manage.ts'
import type { Account } from './accounts/store.ts'
import { auditEntry, noContext } from './audit/entry.ts'
import { ConfigurationError } from './configuration-error.ts'
import { createAccountHandlers } from './http/account-handlers.ts'
import { createCookies } from './http/cookies.ts'
import { createGuards } from './http/guards.ts'
import { openApiDocument, pathOf } from './http/openapi.ts'
import { createPageState } from './http/page-state.ts'
import { presentSession, presentUser } from './http/present.ts'
import { createRoutes } from './http/routes.ts'
import { createServe } from './http/serve.ts'
import { createSessionCookies } from './http/session-cookies.ts'
import { createSessionHandlers } from './http/session-handlers.ts'
import { cleanUp } from './jobs/clean-up.ts'
import { type Schedule, scheduleJob } from './jobs/schedule.ts'
import { createKeyring } from './keys/keyring.ts'
import { checkSecrets } from './keys/secret-strength.ts'
import { createSigningKeys } from './keys/signing-keys.ts'
import { createLimiter } from './limits/limiter.ts'
import type { Secrets, VigileOptions } from './options.ts'
import { createBreachCheck } from './passwords/breached.ts'
import { createPasswordHasher } from './passwords/hash-password.ts'
import { createPasswordPolicy } from './passwords/password-policy.ts'
import type { ClockOffset } from './primitives/clock.ts'
import { parseUserId, type UserId } from './primitives/ids.ts'
import { createLiveCache } from './primitives/live-cache.ts'
import { UnavailableError } from './primitives/unavailable.ts'
import { createReadiness } from './readiness.ts'
import { createAccessTokens } from './sessions/access-token.ts'
import { createConfirm } from './sessions/confirm.ts'
import { createLiveSessions } from './sessions/live-sessions.ts'
import { revokeSessions, revokeUser } from './sessions/revoke.ts'
import { resolveSettings } from './settings.ts'
import { openStores } from './stores/open.ts'
import type { ManagedUser, Vigile } from './vigile.ts'

/** ACC-9: accounts are held for an hour at most, and dropped on every node when they change. */
const accountsAgeMs = 3_600_000
const reportEveryMs = 10_000
const maintainEveryMs = 3_600_000

/**
 * Makes an engine. Throws a `ConfigurationError` that names every fault of the options; opens its stores at once and
 * migrates the embedded database before the first answer.
 *
 * @example
 * const auth = createVigile({ publicUrl: 'https://shop.example.com', secrets: process.env.VIGILE_SECRET ?? '' })
 * const response = await auth.fetch(request, { address: socket.remoteAddress })
 */
export const createVigile = (options: VigileOptions): Vigile => buildVigile(options, { ms: 0 })

/** The same with a clock that can be moved: for tests alone. */
export const buildVigile = (options: VigileOptions, offset: ClockOffset): Vigile => {
  const settings = resolveSettings(options)
  const log = options.log ?? pino({ level: process.env.LOG_LEVEL ?? 'info' })
  const readSecrets = secretsReader(options.secrets, settings.production)
  const { argon2, breachUrl, minimumLength } = options.passwords ?? {}
  const hasher = createPasswordHasher(argon2 ? { argon2: defined(argon2) } : {})
  const passwordPolicy = createPasswordPolicy(minimumLength === undefined ? {} : { minLength: minimumLength })
  const isServer = options.role !== 'command'

  const opened = openStores({ ...settings, pool: options.pool ?? {}, exclusive: isServer, offset, log })
  const { database, channel } = opened
  const { clock, transact, sessions, accounts, audit } = database
  const limiter = createLimiter(opened.limits, settings.rules)
  const keyring = createKeyring({ readSecrets, keys: database.keys, clock, log })
  const signingKeys = createSigningKeys({
    ...settings.keys,
    ...settings.sessions,
    keys: database.keys,
    keyring,
    channel,
    clock,
    log,
  })
  const accessTokens = createAccessTokens({
    signingKeys,
    clock,
    issuer: settings.publicUrl,
    audience: settings.keys.audience,
  })
  const liveSessions = createLiveSessions({ sessions, channel })
  const liveUsers = createLiveCache<UserId, Account>({
    kind: 'user',
    channel,
    maxAgeMs: accountsAgeMs,
    maxEntries: 50_000,
    loadMany: async (ids) => new Map((await accounts.findMany(ids)).map((account) => [account.id, account])),
  })
  const checkNewPassword = createCheckNewPassword({
    policy: passwordPolicy,
    siteWords: settings.siteWords,
    breached: breachUrl ? createBreachCheck({ url: breachUrl, timeoutMs: 3000, fetch, log }) : null,
  })

  const cookies = createCookies(settings.cookies)
  const sessionCookies = createSessionCookies({ cookies, delivery: settings.delivery, csrfKey: keyring.newest })
  const acts = {
    sessions,
    accounts,
    audit,
    transact,
    channel,
    clock,
    log,
    keyring,
    accessTokens,
    policy: settings.sessions,
    limiter,
    hasher,
    checkNewPassword,
    verifyEmail: settings.verifyEmail,
    sessionCookies,
    delivery: settings.delivery,
    liveUsers,
    signUpOpen: settings.signUp,
  }
  const guards = createGuards({
    ...acts,
    liveSessions,
    confirm: createConfirm(acts),
    origins: settings.origins,
    recentSeconds: settings.sessions.recentSeconds,
    accessCookie: settings.delivery === 'cookie',
  })
  const readiness = createReadiness({ database, channel, limits: opened.limits, redis: settings.redis !== null })
  const routes = createRoutes({
    guards,
    accounts: createAccountHandlers(acts),
    sessions: createSessionHandlers({ ...acts, verified: guards.verified }),
    signingKeys,
    readiness: readiness.read,
    openApi: () => document,
    site: { ...settings, csrfCookie: cookies.names.csrf },
  })
  const document = openApiDocument(routes, { ...settings, cookies: cookies.names })
  const serve = createServe({ ...settings, routes, cookies, limiter, log })
  const pageState = createPageState({ ...settings, cookies, verified: guards.verified, liveUsers, log })

  const open = async () => {
    if (database.kind === 'sqlite' && isServer) await database.migrate()
    // The time of the database comes first: what follows is dated by it, not by a wrong clock of this machine.
    await database.ping()
    await requireMigrated(database)
    await (isServer ? keyring.report() : keyring.reload())
    await signingKeys.open()
  }
  let opening: Promise<void> | undefined
  // A failed opening is tried again by the next request: a database that was down comes back.
  const ready = (): Promise<void> => {
    opening ??= open().catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }

  const timers: NodeJS.Timeout[] = []
  const every = (ms: number, what: string, work: () => Promise<void>) => {
    const timer = setInterval(() => work().catch((error) => log.error({ err: error }, what)), ms)
    timers.push(timer.unref())
  }
  if (isServer)
    every(reportEveryMs, 'this node could not report itself', () =>
      opening ? opening.then(database.ping).then(keyring.report) : Promise.resolve(),
    )

  const schedules: Schedule[] = []
  const cleanUpNow = async () => {
    const startedAt = performance.now()
    const removed = await cleanUp(database, clock.now())
    return { ...removed, seconds: Math.round((performance.now() - startedAt) / 100) / 10 }
  }

  const manage = { transact, hasher, checkNewPassword, channel, clock, log }
  const managed = (account: Account): ManagedUser => ({ ...presentUser(account), isActive: account.isActive })

  return {
    fetch: async (request, peer = {}) => serve.fetch(request, peer, ready),
    handles: serve.handles,
    pageState: async (request, returnTo) => pageState(request, returnTo, ready),
    routes: () =>
      routes.map(({ endpoint, guard, limit }) => ({
        method: endpoint.method,
        path: pathOf(endpoint, settings.authPath),
        guard,
        limit: limit === 'none' ? 'none' : 'rule' in limit ? limit.rule : limit.byHandler.join(', '),
      })),
    users: {
      create: async (input, by) => {
        await ready()
        const result = await createUser(manage, input, by)
        return result.ok ? { ok: true, value: managed(result.value) } : result
      },
      find: async (text) => {
        await ready()
        const id = parseUserId(text)
        const email = parseEmail(text)
        const account = id ? await accounts.findById(id) : email ? await accounts.findByEmailKey(email.key) : null
        return account && managed(account)
      },
      list: async ({ after, limit = 50, search }) => {
        await ready()
        const page = await accounts.list({
          after: after ?? null,
          limit: Math.min(Math.max(limit, 1), 200),
          search: search ?? null,
        })
        return { users: page.accounts.map(managed), next: page.next }
      },
      disable: async (id, by) => {
        await ready()
        return setUserActive(manage, id, false, by)
      },
      enable: async (id, by) => {
        await ready()
        const result = await setUserActive(manage, id, true, by)
        return result.ok ? { ok: true, value: undefined } : result
      },
      verifyEmail: async (id, by) => {
        await ready()
        return setUserVerified(manage, id, by)
      },
      delete: async (id, by) => {
        await ready()
        return deleteUser(manage, id, by)
      },
    },
    sessions: {
      list: async (userId) => {
        await ready()
        return (await sessions.listLive(userId, clock.now())).map(presentSession)
      },
      end: async (id, by) => {
        await ready()
        const ended = await revokeSessions(acts, [id], {
          reason: 'ended_by_operator',
          now: clock.now(),
          context: noContext,
          by: `${by.kind}:${by.name}`,
        })
        return ended.length > 0 ? { ok: true, value: undefined } : { ok: false, error: 'not_found' }
      },
      endAll: async (userId, by) => {
        await ready()
        const ended = await revokeUser(acts, userId, {
          reason: 'ended_by_operator',
          now: clock.now(),
          context: noContext,
          by: `${by.kind}:${by.name}`,
        })
        return { endedSessions: ended.length }
      },
      endEveryones: async (by) => {
        await ready()
        const now = clock.now()
        const endedSessions = await transact(async (stores) => {
          const count = await stores.sessions.revokeEveryones('ended_by_operator', now)
          await stores.audit.append([
            auditEntry(noContext, {
              action: 'session:end-everyones',
              at: now,
              details: { by: `${by.kind}:${by.name}`, endedSessions: count },
            }),
          ])
          return count
        })
        await channel
          .publish([{ kind: 'everything' }])
          .catch((error) => log.warn({ err: error }, 'other nodes were not told'))
        return { endedSessions }
      },
    },
    limits: {
      check: async (key, rule) => opened.limits.hit('application', key, rule),
    },
    keys: {
      rotate: async (by) => {
        await ready()
        const made = await signingKeys.rotate()
        await audit.append([
          auditEntry(noContext, {
            action: 'keys:rotate',
            at: clock.now(),
            resource: 'key',
            resourceId: made.id,
            details: { by: `${by.kind}:${by.name}` },
          }),
        ])
        return made
      },
      list: async () => {
        await ready()
        return (await signingKeys.list()).map(({ id, algorithm, createdAt, signsFrom, state }) => ({
          id,
          algorithm,
          createdAt,
          signsFrom,
          state,
        }))
      },
    },
    cleanUp: async (by) => {
      await ready()
      const report = await cleanUpNow()
      await audit.append([
        auditEntry(noContext, {
          action: 'system:clean-up',
          at: clock.now(),
          details: { by: `${by.kind}:${by.name}`, ...report },
        }),
      ])
      return report
    },
    migrate: () => database.migrate(),
    migrationState: () => database.migrationState(),
    readiness: readiness.read,
    ready,
    startJobs: () => {
      schedules.push(
        scheduleJob(
          { jobs: database.jobs, clock, log },
          { job: 'clean-up', pattern: settings.cleanUpAt, work: cleanUpNow },
        ),
      )
      every(maintainEveryMs, 'the signing keys could not be looked after', signingKeys.maintain)
    },
    drain: readiness.drain,
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      for (const schedule of schedules) schedule.stop()
      await opening?.catch(() => {})
      await opened.close()
    },
  }
}

/** Drops what is undefined, as `exactOptionalPropertyTypes` wants it. */
const defined = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>
  }

const requireMigrated = async (database: { migrationState: Vigile['migrationState'] }): Promise<void> => {
  const { pending } = await database.migrationState()
  if (pending.length > 0)
    throw new UnavailableError(`the database lacks ${pending.length} migrations: run \`vigile migrate\``)
}

/** Secrets given as text are checked at once; those that are read, each time. */
const secretsReader = (secrets: Secrets, production: boolean): (() => Promise<readonly string[]>) => {
  const check = (list: readonly string[]): readonly string[] => {
    const faults = checkSecrets(list, production)
    if (faults.length > 0) throw new ConfigurationError(faults)
    return list
  }
  if (typeof secrets === 'function') return async () => check(await secrets())
  const list = check(
    typeof secrets === 'string'
      ? secrets
          .split(/[\n,]/)
          .map((one) => one.trim())
          .filter(Boolean)
      : secrets,
  )
  return async () => list
}
