// A whole engine for a test, on each of the two kinds of stores, with a clock to move and its log kept.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Vigile, VigileOptions } from '@vigile/engine'
import { createTestVigile } from '@vigile/engine/testing'
import { temporaryFolder } from '../services/place.ts'
import { startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { createVisitor, type Visitor } from './visitor.ts'

export const storeKinds = ['embedded', 'PostgreSQL and Redis'] as const
export type StoreKind = (typeof storeKinds)[number]

export type LogLine = { readonly level: string; readonly fields: Record<string, unknown>; readonly message: string }

export type Site = {
  readonly vigile: Vigile
  readonly publicUrl: string
  /** The database's address, to look into it. */
  readonly database: string
  readonly redis: string | undefined
  readonly log: readonly LogLine[]
  /** Milliseconds that the engine would have waited before it asks a provider again. It waits next to nothing. */
  readonly waits: readonly number[]
  /** Moves the time of the engine and of every visitor's jar. */
  move(ms: number): void
  now(): number
  /** A new browser at an address of its own (or the one given). */
  visitor(address?: string): Visitor
  /** Another node on the same stores (PostgreSQL and Redis only). */
  node(options?: Partial<VigileOptions>): Promise<Vigile>
  close(): Promise<void>
}

export const testSecret = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-test-secret-01'

export type SiteOptions = Partial<VigileOptions> & { readonly publicUrl?: string }

export const openSite = async (kind: StoreKind, options: SiteOptions = {}): Promise<Site> => {
  const log: LogLine[] = []
  const write = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields: { ...fields }, message })
  const folder = kind === 'embedded' ? await temporaryFolder('site') : null
  const redisServer = kind === 'embedded' || options.redis ? null : await startRedis()
  const database = options.database ?? (folder ? `file:${join(folder.path, 'vigile.db')}` : await freshDatabase())
  const publicUrl = options.publicUrl ?? 'http://localhost:3000'
  const all: VigileOptions = {
    publicUrl,
    secrets: testSecret,
    production: false,
    database,
    ...(redisServer ? { redis: redisServer.url } : {}),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    ...options,
  }
  const waits: number[] = []
  const wait = (ms: number) => {
    waits.push(ms)
    return sleep(Math.min(ms, 10))
  }
  const { vigile, clock } = createTestVigile(all, { wait })
  let offset = 0
  if (kind !== 'embedded') await vigile.migrate()
  await vigile.ready()
  const nodes: { vigile: Vigile; clock: { move(ms: number): void } }[] = [{ vigile, clock }]
  const now = () => Date.now() + offset
  let visitors = 0
  return {
    vigile,
    publicUrl,
    database,
    redis: options.redis ?? redisServer?.url,
    log,
    waits,
    now,
    move: (ms) => {
      offset += ms
      for (const node of nodes) node.clock.move(ms)
    },
    visitor: (address) => {
      visitors += 1
      const own = address ?? `198.51.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`
      return createVisitor({ vigile: () => vigile, publicUrl, now, address: own, app: all.app ?? 'vigile' })
    },
    node: async (more = {}) => {
      const node = createTestVigile({ ...all, ...more }, { wait })
      node.clock.move(offset)
      nodes.push(node)
      await node.vigile.ready()
      return node.vigile
    },
    close: async () => {
      for (const node of nodes) await node.vigile.close()
      await redisServer?.stop()
      await folder?.remove()
    },
  }
}
