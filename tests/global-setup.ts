// One PostgreSQL and one Redis for the whole run; the tests reach them through services/run.ts.
import type { TestProject } from 'vitest/node'
import { removeAbandonedFolders } from './services/place.ts'
import { startPostgres } from './services/postgres.ts'
import { startRedis } from './services/redis.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedFolders()
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  project.provide('postgresUrl', postgres.url)
  project.provide('redisUrl', redis.url)
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()])
  }
}
