// Which stores a deployment has: one database, one channel, one place for limits.
import type { LogEvent } from 'kysely'
import type { LimitStore } from '../limits/store.ts'
import { measureRedisLimits } from '../meter/measured.ts'
import { type Meter, noMeter } from '../meter/meter.ts'
import type { Changing } from '../primitives/changing.ts'
import type { Channel } from '../primitives/channel.ts'
import type { ClockOffset } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { ProviderCache } from '../provider-calls/provider-cache.ts'
import type { Database } from './database.ts'
import { createMemoryChannel } from './memory-channel.ts'
import { createMemoryLimits } from './memory-limits.ts'
import { createMemoryProviderCache } from './memory-provider-cache.ts'
import { openPostgres } from './postgres.ts'
import { createPostgresChannel } from './postgres-channel.ts'
import { createRedisChannel } from './redis-channel.ts'
import { createRedisLimits } from './redis-limits.ts'
import { createRedisProviderCache } from './redis-provider-cache.ts'
import { openSqlite } from './sqlite.ts'

export type OpenOptions = {
  readonly database:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgres'; readonly url: Changing }
  readonly pool: {
    readonly max?: number
    readonly waitSeconds?: number
    readonly prepare?: boolean
    readonly listenUrl?: Changing | undefined
  }
  readonly redis: Changing | null
  readonly limitsRedis: Changing | null
  /** None: nothing of theirs is kept. */
  readonly providers: readonly unknown[]
  /** False for a command beside a server on the embedded database. */
  readonly exclusive: boolean
  readonly offset: ClockOffset
  /** Makes the MAC of what is put on record. */
  readonly entryMac: (content: string) => string
  readonly log: Log
  readonly meter: Meter
}

export type Opened = {
  readonly database: Database
  readonly channel: Channel
  readonly limits: LimitStore
  readonly providerCache: ProviderCache
  close(): Promise<void>
}

/** Opens what the settings name. Connections are made when they are first needed. */
export const openStores = (options: OpenOptions): Opened => {
  const { database, channel } = openDatabase(options)
  const { limitsRedis, redis, providers, log, meter } = options
  const { clock } = database
  const limits = limitsRedis
    ? measureRedisLimits(createRedisLimits({ url: limitsRedis, clock, log }), meter)
    : createMemoryLimits({ clock })
  const isKeptInRedis = redis && providers.length > 0
  const providerCache = isKeptInRedis
    ? createRedisProviderCache({ url: redis, log })
    : createMemoryProviderCache({ clock })
  return {
    database,
    channel,
    limits,
    providerCache,
    close: async () => {
      await Promise.allSettled([channel.close(), limits.close(), providerCache.close()])
      await database.close()
    },
  }
}

/** Nothing where nobody measures: it costs each statement a microsecond. */
const timedBy = (store: 'sqlite' | 'postgres', meter: Meter) =>
  meter === noMeter
    ? {}
    : {
        timed: ({ queryDurationMillis }: LogEvent) =>
          meter.record('store_statement_duration_seconds', { store }, queryDurationMillis / 1000),
      }

const openDatabase = (options: OpenOptions): Pick<Opened, 'database' | 'channel'> => {
  const { log, meter, offset, entryMac, redis, pool } = options
  if (options.database.kind === 'sqlite') {
    const database = openSqlite({
      file: options.database.file,
      offset,
      log,
      ...timedBy('sqlite', meter),
      entryMac,
      exclusive: options.exclusive,
    })
    // One process: what a command beside it commits is seen in the file, Redis or not.
    return { database, channel: createMemoryChannel({ log, hasForeignCommits: database.hasForeignCommits }) }
  }
  const { url } = options.database
  const { max, waitSeconds, prepare, listenUrl } = pool
  const database = openPostgres({
    url,
    offset,
    log,
    ...timedBy('postgres', meter),
    entryMac,
    pool: {
      ...(max === undefined ? {} : { max }),
      ...(waitSeconds === undefined ? {} : { waitMs: waitSeconds * 1000 }),
    },
    ...(prepare === undefined ? {} : { prepare }),
  })
  const channel = redis
    ? createRedisChannel({ url: redis, log })
    : createPostgresChannel({ url: listenUrl ?? url, log })
  return { database, channel }
}
