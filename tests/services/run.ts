// The PostgreSQL and the Redis that every test of a run shares (started by ../global-setup.ts).
import { inject } from 'vitest'
import { createDatabase } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
  }
}

/** A new database in the run's PostgreSQL, for one test file or test; it ends with the run. */
export async function freshDatabase(template?: string): Promise<string> {
  return createDatabase(inject('postgresUrl'), template)
}

/** The run's Redis. It is shared: use keys of your own, or `startRedis` (20 ms) to stop, freeze or flush one. */
export function sharedRedisUrl(): string {
  return inject('redisUrl')
}
