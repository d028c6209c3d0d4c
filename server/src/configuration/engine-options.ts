// The part of a configuration that is the engine's.
import type { VigileOptions } from '@vigile/engine'
import type { Log } from '../log/log.ts'
import type { Configuration } from './load-configuration.ts'

/** `port`: where it listens; the public URL of a developer's machine follows from it. */
export const engineOptions = (
  config: Configuration & Pick<VigileOptions, 'role'> & { readonly log: Log },
  port: number,
): VigileOptions => {
  const {
    host,
    port: _,
    assetsUrl,
    metricsPort,
    metricsHost,
    otlpEndpoint,
    otlpHeaders,
    sentryDsn,
    backup,
    logLevel,
    secretsSeconds,
    drainSeconds,
    stopSeconds,
    publicUrl,
    secrets,
    production,
    ...rest
  } = config
  return {
    ...rest,
    production,
    // Production without one is a fault that the engine names.
    publicUrl: publicUrl ?? (production ? '' : `http://localhost:${port}`),
    secrets: secrets ?? [],
  }
}
