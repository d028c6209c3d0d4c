// What `vigile.config.ts` may say: every option of the engine, and what the program itself needs.
import type { VigileOptions } from '@vigile/engine'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** The engine's options, none required (the environment may give them), and those of the program. `NODE_ENV` alone decides `production`. */
export type VigileConfig = Omit<Partial<VigileOptions>, 'production' | 'role'> & {
  /** Address to listen on. Default: `127.0.0.1` in development, every interface in production. */
  readonly host?: string | undefined
  /** 0 to 65535; 0 takes a free one. Default 3000. */
  readonly port?: number | undefined
  /** Where Prometheus reads metrics: 0 to 65535. Default 9464 in production, else nowhere. */
  readonly metricsPort?: number | undefined
  /** Address of that port. Default `127.0.0.1`. */
  readonly metricsHost?: string | undefined
  /** Where metrics, traces and logs go by OpenTelemetry; the other `OTEL_` variables say how. Default: nowhere. */
  readonly otlpEndpoint?: string | undefined
  /** A secret: what goes along as headers, `name=value`, several by comma. Default: none. */
  readonly otlpHeaders?: string | undefined
  /** Where faults go. Default: nowhere. */
  readonly sentryDsn?: string | undefined
  /** Where browsers get scripts and styles, if not here: `https://cdn.example.com`, a CDN that takes them from here. */
  readonly assetsUrl?: string | undefined
  readonly backup?: {
    /** Where backups lie: an absolute path, or `s3://bucket/prefix`. Default: nowhere, and none is taken. */
    readonly to?: string | undefined
    /**
     * `age1…` writes backups, `AGE-SECRET-KEY-1…` reads them, too: `vigile backup key` makes both. `plain` leaves them open; in
     * production one of these must be said.
     */
    readonly key?: string | undefined
    /** Cron pattern, in UTC, or `off`; default `30 2 * * *`. */
    readonly schedule?: string | undefined
    /** Cron pattern by which the newest backup is proven (the drill), for a node whose key reads it; default `off`. */
    readonly drillSchedule?: string | undefined
    /** Of how many days, weeks and months one stays; default `7d,4w,12m`. */
    readonly keep?: string | undefined
  }
  /** Default `info`. */
  readonly logLevel?: LogLevel | undefined
  /** Seconds after which Vault and AWS are asked again for secrets: 1 to 3600; default 60. */
  readonly secretsSeconds?: number | undefined
  /** Seconds between "not ready" and the end of accepting, for load balancers. 0 to 300; default 5 in production, else 0. */
  readonly drainSeconds?: number | undefined
  /** Seconds that requests in flight may still take at the end. 1 to 300; default 20. */
  readonly stopSeconds?: number | undefined
}

/**
 * Types a configuration file; gives back what it was given.
 * @example
 * // vigile.config.ts
 * import { defineConfig } from 'vigile'
 * export default defineConfig({ name: 'Shop', sessions: { idleLife: '14d' } })
 */
export const defineConfig = (config: VigileConfig): VigileConfig => config

type Plain = Record<string, unknown>
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const merge = (under: Plain, over: Plain): Plain => {
  const merged = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = under[key]
    if (value !== undefined) merged[key] = isPlain(value) && isPlain(below) ? merge(below, value) : value
  }
  return merged
}

/** The second over the first, group by group; lists are replaced, not joined. */
export const mergeConfigs = <Config extends VigileConfig>(under: Config, over: Config): Config =>
  merge(under, over) as Config
