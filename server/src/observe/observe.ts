// Everything that watches this process from outside, loaded only where it is wanted.
import { type Reading, reading } from '@vigile/engine'
import type { VigileConfig } from '../configuration/config.ts'
import type { Log } from '../log/log.ts'
import { version } from '../version.ts'
import { createUnsent } from './unsent.ts'
import { type Watcher, watchTogether } from './watcher.ts'

/** Prometheus' register of ports has it for OpenTelemetry's metrics, in the same format. */
const defaultPort = 9464

export type Observer = ReturnType<typeof watchTogether> & {
  /** Where metrics are read; null: nowhere. */
  readonly metricsPort: number | null
}

/**
 * Opens what the configuration asks for. `gauges`: what is read when it is asked for. Rejects with the port's `EADDRINUSE`, unless it is
 * the default one, which somebody else may have: that is in the log.
 */
export const startObserver = async (
  config: VigileConfig & { readonly production: boolean },
  gauges: () => Promise<readonly Reading[]>,
  log: Log,
): Promise<Observer> => {
  const { production, metricsPort, otlpEndpoint, otlpHeaders, sentryDsn, logLevel = 'info' } = config
  const read = async () => [reading('build_info', { version }, 1), ...(await gauges())]
  // At a desk nobody asks for metrics, and two sites may run on one machine.
  const scraped = metricsPort !== undefined || production ? await openMetrics(config, read, log) : null
  const unsent = (to: 'otlp' | 'sentry') => createUnsent(to, { log, meter: scraped?.meter })
  const watchers: readonly (Watcher | null)[] = [
    scraped,
    otlpEndpoint
      ? (await import('./otlp.ts')).startOtlp({ endpoint: otlpEndpoint, headers: otlpHeaders }, read, unsent('otlp'))
      : null,
    sentryDsn
      ? (await import('./sentry.ts')).startSentry(
          sentryDsn,
          production ? 'production' : 'development',
          unsent('sentry'),
        )
      : null,
  ]
  const together = watchTogether(
    watchers.filter((one) => one !== null),
    log,
    logLevel,
  )
  return { ...together, metricsPort: scraped?.port ?? null }
}

const openMetrics = async (
  { metricsPort, metricsHost = '127.0.0.1' }: VigileConfig,
  read: () => Promise<readonly Reading[]>,
  log: Log,
): Promise<Watcher & { readonly port: number | null }> => {
  const [{ createPrometheus }, { openMetricsPort }] = await Promise.all([
    import('./prometheus.ts'),
    import('./metrics-port.ts'),
  ])
  const prometheus = createPrometheus(read)
  const at = { host: metricsHost, port: metricsPort ?? defaultPort }
  const opened = await openMetricsPort(at, prometheus, log).catch((error: NodeJS.ErrnoException) => {
    if (metricsPort !== undefined || error.code !== 'EADDRINUSE') throw error
    log.warn({ err: error }, 'no metrics are served: set METRICS_PORT to a port that is free')
    return null
  })
  return { meter: prometheus.meter, port: opened?.port ?? null, close: async () => opened?.close() }
}
