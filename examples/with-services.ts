#!/usr/bin/env node
// Starts the example of the folder where it is called on PostgreSQL and Redis: private ones, on free ports, that end with it.
//
//   npm run start:full --workspace=express-crm
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startPostgres } from '../tests/services/postgres.ts'
import { startRedis } from '../tests/services/redis.ts'

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
console.log(`PostgreSQL  ${postgres.url}\nRedis       ${redis.url}`)
const example = spawn(process.execPath, ['start.ts'], {
  stdio: 'inherit',
  env: { ...process.env, DATABASE_URL: postgres.url, REDIS_URL: redis.url },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => example.kill(signal))
const [code] = await once(example, 'close')
await Promise.all([postgres.stop(), redis.stop()])
process.exitCode = code ?? 0
