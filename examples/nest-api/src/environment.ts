// What differs between a desk and production, under the names that the commands of Vigile know, too.
const { env } = process
const list = (text = '') => text.split(',').filter(Boolean)

const port = Number(env.PORT ?? 3001)

export const environment = {
  isProduction: env.NODE_ENV === 'production',
  port,
  publicUrl: env.VIGILE_PUBLIC_URL ?? `http://localhost:${port}`,
  trustedProxies: list(env.VIGILE_TRUSTED_PROXIES),
  alertMail: list(env.VIGILE_ALERT_MAIL),
  database: env.DATABASE_URL ?? 'file:./data/vigile.db',
} as const
