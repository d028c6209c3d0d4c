// What every scenario gets: the services of this run, the floors, and how long to measure.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Folder, temporaryFolder } from '../tests/services/place.ts'
import { createDatabase, type PostgresServer, startPostgres } from '../tests/services/postgres.ts'
import { type RedisServer, startRedis } from '../tests/services/redis.ts'
import type { Summary } from './measure/rounds.ts'
import type { Options } from './options.ts'
import { query } from './people.ts'
import { type Server, startFloor } from './servers/server.ts'
import { migrate, type Stores, startVigile } from './servers/vigile.ts'

export type Bench = {
  readonly options: Options
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  readonly floor: Server
  /** The bare floor's figures of this run, once they are known. */
  floorSummary: Summary | null
  say(line: string): void
  /** A folder of its own for a server. */
  place(): string
  embedded(): Stores
  /** A fresh database, migrated, and the run's Redis. */
  shared(): Promise<Stores>
  /** Ends with the bench. */
  keep(starting: Promise<Server>): Promise<Server>
  start(stores: Stores, options?: Parameters<typeof startVigile>[2]): Promise<Server>
  stop(): Promise<void>
}

export const openBench = async (options: Options): Promise<Bench> => {
  const folder: Folder = await temporaryFolder('bench')
  // Without fsync, as in the tests: what is measured is CPU, and the disk of this machine is others' too.
  const settings = { shared_preload_libraries: 'pg_stat_statements' }
  const [postgres, redis] = await Promise.all([startPostgres(settings), startRedis()])
  let places = 0
  const place = () => {
    places += 1
    const path = join(folder.path, `${places}`)
    mkdirSync(path)
    return path
  }
  const servers: Server[] = []
  const kept = async (starting: Promise<Server>) => {
    const server = await starting
    servers.push(server)
    return server
  }
  return {
    options,
    postgres,
    redis,
    keep: kept,
    floor: await kept(startFloor(place(), postgres.url)),
    floorSummary: null,
    say: (line) => void (options.quiet || process.stderr.write(`${line}\n`)),
    place,
    embedded: () => ({ database: `file:${join(place(), 'vigile.db')}` }),
    shared: async () => {
      const stores = { database: await createDatabase(postgres.url), redis: redis.url }
      await migrate(stores)
      await query(stores.database, 'create extension pg_stat_statements')
      return stores
    },
    start: (stores, more) => kept(startVigile(place(), stores, more)),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()))
      await Promise.all([postgres.stop(), redis.stop()])
      await folder.remove()
    },
  }
}
