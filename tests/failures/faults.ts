// How the parts of a deployment go down, and come back.
import { join } from 'node:path'
import type { VigileOptions } from '@vigile/engine'
import pg from 'pg'
import { createDatabase, type PostgresServer } from '../services/postgres.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { mountSmallDisk } from '../services/small-disk.ts'
import type { StoreKind } from '../support/site.ts'

/** What a site of this row stands on, and how it breaks. */
export type Ground = {
  readonly kind: StoreKind
  readonly options: Partial<VigileOptions>
  begin(): Promise<unknown>
  end(): Promise<unknown>
  /** After the site is closed. */
  remove(): Promise<unknown>
}

/** A frozen PostgreSQL is waited for: not for so long here as by default. Deadline 2.7 s. */
const impatient = { protocol: { giveUp: 4 } } as const

type Way<Server> = (server: Server, database: string) => Promise<Pick<Ground, 'begin' | 'end'> & Partial<Ground>>

const waysOfBoth: Record<string, Way<PostgresServer | RedisServer>> = {
  stopped: async (server) => ({ begin: server.halt, end: server.restart }),
  crashed: async (server) => ({ begin: server.kill, end: server.restart }),
  restarted: async (server) => ({ begin: server.restart, end: async () => {} }),
  paused: async (server) => ({ begin: async () => server.pause(), end: async () => server.resume() }),
}

/** Statements of an operator, in another database of the same server. */
const administer = async (database: string, ...statements: string[]) => {
  const client = new pg.Client({ connectionString: new URL('/postgres', database).href })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}
const nameOf = (database: string) => new URL(database).pathname.slice(1)
const cutAll = (database: string) =>
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${nameOf(database)}'`

const waysOfPostgres: Record<string, Way<PostgresServer>> = {
  ...waysOfBoth,
  paused: async (server) => ({
    options: { sessions: impatient },
    begin: async () => server.pause(),
    end: async () => server.resume(),
  }),
  'refuses connections': async (_, database) => ({
    begin: () =>
      administer(database, `alter database ${nameOf(database)} with allow_connections false`, cutAll(database)),
    end: () => administer(database, `alter database ${nameOf(database)} with allow_connections true`),
  }),
  // A standby after a failover, or a server whose disk is full.
  'takes no writes': async (_, database) => {
    const set = (value: 'on' | 'off') =>
      administer(
        database,
        `alter database ${nameOf(database)} set default_transaction_read_only = ${value}`,
        cutAll(database),
      )
    return { begin: () => set('on'), end: () => set('off') }
  },
  'pool run dry': async (_, database) => {
    const locker = new pg.Client({ connectionString: database })
    await locker.connect()
    return {
      options: { pool: { max: 3, waitSeconds: 1 }, sessions: impatient },
      begin: () => locker.query('begin; lock table users, sessions, nodes in access exclusive mode'),
      end: () => locker.query('rollback'),
      remove: () => locker.end(),
    }
  },
}

const waysOfRedis: Record<string, Way<RedisServer>> = {
  ...waysOfBoth,
  'refuses connections': async (redis) => ({
    begin: () =>
      redis.say('config set requirepass wanted\r\nclient kill type pubsub\r\nclient kill type normal skipme yes'),
    end: () => redis.say('auth wanted\r\nconfig set requirepass ""'),
  }),
  'memory full': async (redis) => ({
    begin: () => redis.say('config set maxmemory 1'),
    end: () => redis.say('config set maxmemory 0'),
  }),
}

const wayOf = <Server>(ways: Record<string, Way<Server>>, how: string): Way<Server> => {
  const way = ways[how]
  if (!way) throw new Error(`No part goes down by "${how}"`)
  return way
}

/** Null where this process may not do it (mounting a disk takes root). */
export const prepare = async (part: string, how: string, postgres: PostgresServer): Promise<Ground | null> => {
  if (part === 'Disk (embedded)') return prepareDisk()
  const redis = await startRedis()
  const withRedis = part !== 'PostgreSQL, no Redis'
  const database = part === 'Redis' ? await freshDatabase() : await createDatabase(postgres.url)
  const ofPostgres = part === 'Redis' ? null : await wayOf(waysOfPostgres, how)(postgres, database)
  const ofRedis = part.endsWith('Redis') && withRedis ? await wayOf(waysOfRedis, how)(redis, database) : null
  const { options, remove = async () => {} } = ofPostgres ?? ofRedis ?? {}
  return {
    kind: 'PostgreSQL and Redis',
    options: { ...options, database, redis: withRedis ? redis.url : undefined },
    begin: () => Promise.all([ofPostgres?.begin(), ofRedis?.begin()]),
    end: once(() => Promise.all([ofPostgres?.end(), ofRedis?.end()])),
    remove: async () => {
      await remove()
      await redis.stop()
    },
  }
}

const once = (work: () => Promise<unknown>) => {
  let done: Promise<unknown> | undefined
  return () => (done ??= work())
}

const prepareDisk = async (): Promise<Ground | null> => {
  const disk = await mountSmallDisk(8)
  return (
    disk && {
      kind: 'embedded',
      options: { database: `file:${join(disk.path, 'vigile.db')}` },
      begin: async () => disk.fill(),
      end: async () => disk.free(),
      remove: disk.remove,
    }
  )
}
