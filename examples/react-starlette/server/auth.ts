// The only place where authentication is configured, and the only one that knows a lifetime.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createVigile, developmentSecret } from '@vigile/engine'

const { env } = process
const production = env.NODE_ENV === 'production'
const port = Number(env.PORT ?? 3005)

const database = env.DATABASE_URL ?? 'file:./data/vigile.db'
const folder = database.startsWith('file:') ? database.slice('file:'.length).replace(/[^/]*$/, '') : './data/'
/** The API's own file: in one folder with Vigile's, where that is a file. */
const apiDatabase = env.HOURS_DATABASE ?? `${folder}hours.db`
mkdirSync(dirname(apiDatabase), { recursive: true })

export const site = {
  port,
  production,
  publicUrl: env.VIGILE_PUBLIC_URL ?? `http://localhost:${port}`,
  apiDatabase,
}

export const auth = createVigile({
  publicUrl: site.publicUrl,
  database,
  redis: env.REDIS_URL,
  secrets: env.VIGILE_SECRET ?? (production ? undefined : developmentSecret()),
  production,
  app: 'hours',
  name: 'Hours',
  signInPath: '/login',
  trustedProxies: env.VIGILE_TRUSTED_PROXIES?.split(','),
  // The page holds the access token in memory and sends it to Python; the refresh token stays in its cookie.
  delivery: 'body',
  // A tool of one team: it sends no mail.
  accounts: { verifyEmail: false },
  // 15 minutes, because Python checks tokens by the keys alone and sees no sign-out before they expire. Signed in for 7 days
  // without a visit, 30 at the longest: Max-Age of every cookie follows.
  sessions: { accessLife: '15m', idleLife: '7d', absoluteLife: '30d' },
})
