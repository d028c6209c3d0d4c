// The server as a function: listens, opens the engine, answers, and ends in order.
import {
  createVigile as createEngine,
  type Meter,
  type Networks,
  parseNetworks,
  type Reading,
  StoreUnavailableError,
  securityHeaders,
  type Vigile,
  type VigileOptions,
} from '@vigile/engine'
import { scheduleBackups } from './backup/schedule-backups.ts'
import type { VigileConfig } from './configuration/config.ts'
import { engineOptions } from './configuration/engine-options.ts'
import { createAnswer } from './http/answer.ts'
import { type Answer, listen } from './http/listen.ts'
import { createJsonLog, type Log } from './log/log.ts'
import { followed } from './observe/followed.ts'
import { startObserver } from './observe/observe.ts'
import { openSite } from './pages/site.ts'

export type ServerConfig = VigileConfig & {
  /** Default: `NODE_ENV === 'production'`. */
  readonly production?: boolean | undefined
  /** Where the built pages are. Default: those of this package. */
  readonly pagesFolder?: string | undefined
}

export type RunningServer = {
  /** Where it listens, as a client on this machine reaches it: `http://localhost:3000`. */
  readonly url: string
  /** Where people reach it. */
  readonly publicUrl: string
  /** Where metrics are read, on its own port; null: nowhere. */
  readonly metricsPort: number | null
  readonly vigile: Vigile
  /**
   * Takes the secrets of this configuration into use, and nothing else of it. Throws a `ConfigurationError`, with nothing changed, where
   * one is wrong or leads to another place.
   */
  renew(config: ServerConfig): void
  /** OPS-7: unready, then no new connections, requests in flight end, all is closed. Twice is once. */
  close(): Promise<void>
}

/**
 * Starts the server in this process, with nothing from the environment.
 * Rejects with a `ConfigurationError` that names every fault, with the port's `EADDRINUSE`, or with what kept the engine from
 * opening; in production a database that is out of reach does not.
 * @example
 * const server = await startServer({ port: 0, secrets: 'x'.repeat(64), database: 'file:./data/test.db' })
 * await fetch(`${server.url}/health/ready`)
 * await server.close()
 */
export const startServer = async (
  config: ServerConfig = {},
  {
    createVigile = createEngine,
    gauges = () => [],
  }: { createVigile?: (options: VigileOptions) => Vigile; gauges?: () => readonly Reading[] } = {},
): Promise<RunningServer> => {
  const { pagesFolder, ...rest } = config
  const production = config.production ?? process.env.NODE_ENV === 'production'
  const host = config.host ?? (production ? undefined : '127.0.0.1')
  // Who comes before all is open waits: an answer of 503 would be one request of a rolling restart that failed (OPS-7).
  const opened = Promise.withResolvers<Answer>()
  let answer: Answer = async (request, peer) => (await opened.promise)(request, peer)
  let vigile: Vigile | undefined
  const observer = await startObserver(
    { ...config, production },
    async () => [...gauges(), ...((await vigile?.gauges()) ?? [])],
    config.log ?? createJsonLog(config.logLevel ?? 'info'),
  )
  const { log, meter } = observer
  const trustedProxies = parseNetworks('VIGILE_TRUSTED_PROXIES', config.trustedProxies ?? []).networks
  // Before the engine: a free port is known only now, and the public URL of development follows from it.
  const http = await listen(
    { host, port: config.port ?? 3000 },
    followed(observer.around, trustedProxies, {
      answer: (request, peer) => answer(request, peer),
      shortWay: (asked, peer) => vigile?.shortWay(asked, peer) ?? null,
    }),
    log,
  ).catch(async (error: unknown) => {
    await observer.close()
    throw error
  })
  const url = `http://localhost:${http.port}`
  const options = engineOptions({ ...rest, production, log, meter }, http.port)
  try {
    vigile = createVigile(options)
    await vigile.ready().catch((error: unknown) => {
      // At a desk it is the address that is wrong. In production a database that is down comes back, and the node with it
      // (SPEC section 17): until then each answer is 503.
      if (!production || !(error instanceof StoreUnavailableError)) throw error
      log.error({ err: error }, 'starting without the database: every answer is 503 until it is there')
    })
    answer = await open(
      vigile,
      options,
      { folder: pagesFolder, assetsUrl: config.assetsUrl ?? null },
      { log, meter, trustedProxies },
    )
    opened.resolve(answer)
  } catch (error) {
    await http.close(0)
    await vigile?.close()
    await observer.close()
    throw error
  }
  vigile.startJobs()
  let current: ServerConfig = config
  scheduleBackups({ vigile, createVigile, log }, () => current)
  const { drainSeconds = production ? 5 : 0, stopSeconds = 20 } = config
  const engine = vigile
  let closing: Promise<void> | undefined
  const close = async () => {
    engine.drain()
    http.drain()
    await new Promise((resolve) => setTimeout(resolve, drainSeconds * 1000))
    const cut = await http.close(stopSeconds)
    if (cut > 0) log.warn({ cut, stopSeconds }, 'requests were cut: they took longer than the end waits')
    await engine.close()
    await observer.close()
  }
  return {
    url,
    metricsPort: observer.metricsPort,
    publicUrl: options.publicUrl,
    vigile,
    renew: (renewed) => {
      engine.renew(engineOptions({ ...renewed, production, log }, http.port))
      current = renewed
      observer.renew(renewed)
    },
    close: () => (closing ??= close()),
  }
}

const open = async (
  vigile: Vigile,
  options: VigileOptions,
  place: { readonly folder: string | undefined; readonly assetsUrl: string | null },
  deps: { readonly log: Log; readonly meter: Meter; readonly trustedProxies: Networks },
): Promise<Answer> => {
  const { routes, files, settings } = await openSite(vigile, options, place)
  return createAnswer({
    vigile,
    routes,
    files,
    security: securityHeaders(options.publicUrl.startsWith('https:')),
    app: settings.app,
    signInPath: settings.signInPath,
    assetsUrl: place.assetsUrl,
    ...deps,
  })
}
