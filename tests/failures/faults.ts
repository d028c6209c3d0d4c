// How the parts of a deployment go down, and come back.
import { join } from 'node:path'
import type { VigileOptions } from '@vigile/engine'
import { createTestVigile } from '@vigile/engine/testing'
import pg from 'pg'
import { vi } from 'vitest'
import { type Link, openLink } from '../nodes/link.ts'
import { createDatabase, type PostgresServer, startReplica } from '../services/postgres.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { mountSmallDisk } from '../services/small-disk.ts'
import { type StoreKind, testSecret } from '../support/site.ts'
import { openPooler } from './pooler.ts'

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
const query = async (database: string, text: string, values: readonly unknown[] = []) => {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows
  } finally {
    await client.end()
  }
}
const migrated = async (database: string) => {
  const { vigile } = createTestVigile({
    publicUrl: 'http://localhost:3000',
    secrets: testSecret,
    database,
    role: 'command',
  })
  await vigile.migrate()
  await vigile.close()
}
const nameOf = (database: string) => new URL(database).pathname.slice(1)
const cutAll = (database: string) =>
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${nameOf(database)}'`

/**
 * The nodes' address comes to lead to a standby, which has received all that was committed since `prepare` and replayed none of
 * it; then it is promoted.
 */
const ledToStandby = async (server: PostgresServer, database: string, lead: (port: number) => Promise<Leading>) => {
  await migrated(database)
  const replica = await startReplica(server.url)
  const state = 'select pg_get_wal_replay_pause_state() as state'
  const received = 'select pg_last_wal_receive_lsn() >= $1::pg_lsn as all'
  await query(replica.url, 'select pg_wal_replay_pause()')
  await vi.waitUntil(async () => (await query(replica.url, state))[0]?.state === 'paused', patience)
  const way = await lead(server.port)
  return {
    options: { ...way.options, database: way.through(database) },
    begin: async () => {
      const [at] = await query(server.url, 'select pg_current_wal_insert_lsn()::text as at')
      await vi.waitUntil(async () => (await query(replica.url, received, [at?.at]))[0]?.all === true, patience)
      await way.to(replica.port)
    },
    end: replica.promote,
    remove: async () => {
      await way.stop()
      await replica.stop()
    },
  }
}
type Leading = Pick<Link, 'through' | 'stop'> & {
  to(port: number): void | Promise<void>
  readonly options?: Ground['options']
}
const patience = { timeout: 30_000, interval: 20 }

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
  // A server whose disk is full, or that an operator closed for writes: what it reads is right.
  'takes no writes': async (_, database) => {
    const set = (value: 'on' | 'off') =>
      administer(
        database,
        `alter database ${nameOf(database)} set default_transaction_read_only = ${value}`,
        cutAll(database),
      )
    return { begin: () => set('on'), end: () => set('off') }
  },
  'a standby that lags': (server, database) =>
    ledToStandby(server, database, async (port) => {
      const link = await openLink(port)
      return {
        ...link,
        to: (other) => {
          link.cut()
          link.mend(other)
        },
      }
    }),
  'the same, pooled': (server, database) =>
    ledToStandby(server, database, async (port) => ({
      ...(await openPooler(port)),
      options: { pool: { prepare: false } },
    })),
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
    options: { database, ...options, redis: withRedis ? redis.url : undefined },
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
