// better-auth with email and password on PostgreSQL, as its guide sets it up. MODE: postgres; cookie-cache (sessions are read from
// a signed cookie, and a revocation is not seen while it lasts); redis (secondary storage); renewing (each check writes).
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { openPool, openRedis, publicUrl, secret, serve } from './common.mjs'

const mode = process.env.MODE
const session = {
  'cookie-cache': { cookieCache: { enabled: true, maxAge: 3600 } },
  renewing: { updateAge: 0 },
}[mode]

const redisStorage = async () => {
  const redis = await openRedis()
  return {
    get: (key) => redis.get(key),
    set: (key, value, seconds) => redis.set(key, value, seconds ? { EX: Math.ceil(seconds) } : {}),
    delete: async (key) => void (await redis.del(key)),
  }
}

const options = {
  baseURL: publicUrl,
  secret,
  database: openPool(),
  emailAndPassword: { enabled: true },
  // It would refuse the load.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
  ...(session ? { session } : {}),
  ...(mode === 'redis' ? { secondaryStorage: await redisStorage() } : {}),
}

if (mode === 'migrate') {
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  process.exit(0)
}
serve(toNodeHandler(betterAuth(options)))
