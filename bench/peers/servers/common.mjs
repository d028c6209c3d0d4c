// What every peer's server begins with.
import { createServer } from 'node:http'
import pg from 'pg'

export const publicUrl = 'https://bench.example.com'
export const secret = 'bench-secret-of-the-peers-which-guards-nothing-0123456789'

export const openPool = () => new pg.Pool({ connectionString: process.env.DATABASE_URL })

/** Loaded by those that use it: start and memory are measured too. */
export const openRedis = async () => {
  const { createClient } = await import('redis')
  const redis = createClient({ url: process.env.REDIS_URL })
  await redis.connect()
  return redis
}

export const serve = (handler) =>
  createServer({ keepAliveTimeout: 120_000 }, handler).listen(Number(process.env.PORT), '127.0.0.1')
