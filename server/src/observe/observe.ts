// Everything that watches this process from outside, loaded only where it is wanted.
import { type Meter, noMeter, type Reading, reading } from '@vigile/engine'
import type { VigileConfig } from '../configuration/config.ts'
import type { Log } from '../log/log.ts'
import { version } from '../version.ts'
import type { MetricsPort } from './metrics-port.ts'

/** Prometheus' register of ports has it for OpenTelemetry's metrics, in the same format. */
const defaultPort = 9464

export type Observer = {
  readonly meter: Meter
  /** Where metrics are read; null: nowhere. */
  readonly metricsPort: number | null
  close(): Promise<void>
}

/**
 * Opens what the configuration asks for. `read`: what is read when it is asked for. Rejects with the port's `EADDRINUSE`, unless it is
 * the default one, which somebody else may have: that is in the log.
 */
export const startObserver = async (
  { metricsPort, metricsHost = '127.0.0.1', production }: VigileConfig & { readonly production: boolean },
  read: () => Promise<readonly Reading[]>,
  log: Log,
): Promise<Observer> => {
  // At a desk nobody asks, and two sites may run on one machine.
  if (metricsPort === undefined && !production) return { meter: noMeter, metricsPort: null, close: async () => {} }
  const [{ createPrometheus }, { openMetricsPort }] = await Promise.all([
    import('./prometheus.ts'),
    import('./metrics-port.ts'),
  ])
  const prometheus = createPrometheus(async () => [reading('build_info', { version }, 1), ...(await read())])
  const open = (port: number): Promise<MetricsPort> => openMetricsPort({ host: metricsHost, port }, prometheus, log)
  const opened =
    metricsPort === undefined
      ? await open(defaultPort).catch((error: unknown) => {
          log.warn({ err: error }, 'no metrics are served: set METRICS_PORT to a port that is free')
          return null
        })
      : await open(metricsPort)
  return {
    meter: prometheus.meter,
    metricsPort: opened?.port ?? null,
    close: async () => opened?.close(),
  }
}
