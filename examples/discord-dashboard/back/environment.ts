// What differs between a desk and production, under the names that the commands of Vigile know, too.
const { env } = process

const port = Number(env.PORT ?? 3002)
const database = env.DATABASE_URL ?? 'file:./data/vigile.db'

export const environment = {
  isProduction: env.NODE_ENV === 'production',
  port,
  publicUrl: env.VIGILE_PUBLIC_URL ?? `http://localhost:${port}`,
  trustedProxies: (env.VIGILE_TRUSTED_PROXIES ?? '').split(',').filter(Boolean),
  database,
  sentryDsn: env.SENTRY_DSN,
} as const
