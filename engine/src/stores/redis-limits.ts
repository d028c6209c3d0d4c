// Counts that all nodes share, in Redis (LIM-4); while it is out of reach, each node counts by itself (LIM-5).
import { createHash } from 'node:crypto'
import { type Count, type FullCount, type LimitStore, maxListed, type Rule } from '../limits/store.ts'
import { type Changing, textNow } from '../primitives/changing.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { keepConnected } from './keep-connected.ts'
import { createMemoryLimits } from './memory-limits.ts'
import { openRedisLink, type RedisLink } from './redis-link.ts'
import { within } from './within.ts'

const commandWithinMs = 1_000
const probeEveryMs = 1_000
const silentAfterMs = 3_000
const keyPrefix = 'vigile:limit'
const maxKeyLength = 100
/** Which counts refused somebody, by the time when they end: hints for a list, which asks each count whether it still is full. */
const refusingKey = `${keyPrefix}:refusing`
/** Beyond the longest window. */
const refusingSeconds = 31 * 86_400
/** Counts asked at once. */
const askedAtOnce = 200

/**
 * One atomic step. A hit that is refused is not counted, so that what is refunded is free again, and a refund that comes
 * after the window has ended does not give the next one more than its limit. A count of nothing is not kept, or whoever
 * one limit refuses would fill the memory with those of the others.
 * ARGV: points to add, seconds of the window, limit. Gives the count (limit + 1: refused) and the milliseconds left.
 */
const script = `
local used = tonumber(redis.call('get', KEYS[1]) or '0')
local left = redis.call('pttl', KEYS[1])
local points = tonumber(ARGV[1])
local limit = tonumber(ARGV[3])
if points > 0 and used >= limit then return {limit + 1, left} end
if points < 0 and used <= 1 then
  redis.call('del', KEYS[1])
  return {0, 0}
end
used = redis.call('incrby', KEYS[1], points)
if left < 0 then
  redis.call('expire', KEYS[1], ARGV[2])
  left = 1000 * ARGV[2]
end
return {used, left}`
const scriptHash = createHash('sha1').update(script).digest('hex')

/**
 * @param clock is for the counts of this node alone; Redis counts by its own clock.
 * @example
 * const limits = createRedisLimits({ url: process.env.RATE_LIMIT_REDIS_URL, clock: database.clock, log })
 */
export const createRedisLimits = ({
  url,
  clock,
  log,
}: {
  readonly url: Changing
  readonly clock: Clock
  readonly log: Log
}): LimitStore => {
  const ownCounts = createMemoryLimits({ clock })
  let answeredAt = Number.NEGATIVE_INFINITY
  let degraded = false

  const degrade = (cause: unknown) => {
    if (!degraded)
      log.error({ err: cause, alert: 'limits_degraded' }, 'limits: Redis is out of reach, this node counts by itself')
    degraded = true
  }
  const recover = () => {
    answeredAt = performance.now()
    if (degraded) log.info({}, 'limits: Redis counts again')
    degraded = false
  }

  const kept = keepConnected<RedisLink>({
    what: 'Redis (limits)',
    log,
    open: (lost) => openRedisLink(textNow(url), lost),
    onUp: recover,
    onDown: () => degrade(new Error('The connection was lost')),
  })

  const probe = async () => {
    const link = kept.current()
    if (!link) return degrade(new Error('There is no connection'))
    try {
      // A write: a replica, or a Redis whose memory is full, answers to PING and counts nothing.
      await within(commandWithinMs, 'Redis', link.client.set(`${keyPrefix}:probe`, '1', { EX: 10 }))
      recover()
    } catch (cause) {
      degrade(cause)
      if (performance.now() - answeredAt > silentAfterMs) kept.drop(new Error('Redis is silent'))
    }
  }
  const timer = setInterval(() => void probe(), probeEveryMs)

  /** Asks Redis; null when it could not say. While it is known to be away, no request waits for it: the probe does. */
  const ask = async <Value>(work: (link: RedisLink) => Promise<Value>): Promise<Value | null> => {
    await kept.firstTry
    const link = kept.current()
    if (!link) degrade(new Error('There is no connection'))
    if (!link || degraded) return null
    try {
      return await within(commandWithinMs, 'Redis', work(link))
    } catch (cause) {
      degrade(cause)
      return null
    }
  }

  /** Nobody waits for it, and what is not noted refuses all the same. Each command has one key: they may be on several nodes. */
  const note = (refusing: Refusing, { resetMs }: Count) => {
    const now = clock.now()
    const value = JSON.stringify([refusing.name, refusing.limit, refusing.key, refusing.userId])
    void kept
      .current()
      ?.client.multi()
      .zAdd(refusingKey, { score: now + resetMs, value })
      .zRemRangeByScore(refusingKey, '-inf', now)
      .zRemRangeByRank(refusingKey, 0, -maxListed - 1)
      .expire(refusingKey, refusingSeconds)
      .execAsPipeline()
      .catch((error) => log.debug({ err: error }, 'limits: a block could not be noted for the list'))
  }

  /** What a count that refused somebody is now. Null: it is full no more. */
  const stillFull = async (link: RedisLink, one: Refusing): Promise<FullCount | null> => {
    const id = toId(one.name, one.key)
    const [used, leftMs] = await Promise.all([link.client.get(id), link.client.pTTL(id)])
    const isFull = used !== null && Number(used) >= one.limit && leftMs > 0
    return isFull ? { ...one, used: Number(used), until: clock.now() + leftMs } : null
  }

  return {
    hit: async (name, key, rule, userId) => {
      const counted = await ask((link) => add(link, 1, toId(name, key), rule))
      if (!counted) return ownCounts.hit(name, key, rule, userId)
      const { used, leftMs } = counted
      const allowed = used <= rule.limit
      const count = { allowed, remaining: Math.max(0, rule.limit - used), resetMs: rule.limit > 0 ? leftMs : 0 }
      if (!allowed) note({ name, key, limit: rule.limit, userId: userId ?? null }, count)
      return count
    },
    refund: async (name, key, rule) => {
      const refunded = await ask((link) => add(link, -1, toId(name, key), rule))
      if (!refunded) await ownCounts.refund(name, key, rule)
    },
    lift: async (name, key) => {
      await ownCounts.lift(name, key)
      const lifted = await ask((link) => link.client.del(toId(name, key)))
      if (lifted === null) throw new StoreUnavailableError('Redis is out of reach: the count was not lifted there')
      return lifted > 0
    },
    listFull: async (wanted, limit) => {
      const answer = async <Value>(work: (link: RedisLink) => Promise<Value>) => {
        const value = await ask(work)
        if (value === null) throw new StoreUnavailableError('Redis is out of reach: nobody knows which counts are full')
        return value
      }
      const texts = await answer((link) => link.client.zRange(refusingKey, 0, maxListed - 1, { REV: true }))
      // By the count: one whose owner was not known before, or whose limit was another, is in there twice.
      const hints = new Map(texts.map(toRefusing).map((one) => [`${one.limit} ${toId(one.name, one.key)}`, one]))
      const asked = [...hints.values()].filter(wanted)
      const full: FullCount[] = []
      for (let from = 0; from < asked.length && full.length < limit; from += askedAtOnce) {
        const some = asked.slice(from, from + askedAtOnce)
        const found = await answer((link) => Promise.all(some.map((one) => stillFull(link, one))))
        full.push(...found.filter((one) => one !== null))
      }
      return full.slice(0, limit)
    },
    isShared: true,
    isDegraded: () => degraded,
    close: async () => {
      clearInterval(timer)
      await kept.close()
      await ownCounts.close()
    },
  }
}

type Refusing = Pick<FullCount, 'name' | 'key' | 'limit' | 'userId'>

const toRefusing = (text: string): Refusing => {
  const [name, limit, key, userId] = JSON.parse(text) as [string, number, string, string | null]
  return { name, limit, key, userId }
}

const add = async (
  link: RedisLink,
  points: 1 | -1,
  id: string,
  { limit, windowSeconds }: Rule,
): Promise<{ readonly used: number; readonly leftMs: number }> => {
  const input = { keys: [id], arguments: [`${points}`, `${windowSeconds}`, `${limit}`] }
  // By its hash: the text would be sent, and hashed by Redis, each time. One that has just started does not know it yet.
  const answer = await link.client.evalSha(scriptHash, input).catch((error: unknown) => {
    if (!String(error).includes('NOSCRIPT')) throw error
    return link.client.eval(script, input)
  })
  const [used = 0, left = 0] = (answer as unknown[]).map(Number)
  return { used, leftMs: Math.max(0, left) }
}

/** The braces are a hash tag: in a cluster all that is about one key is on one node. Long keys are hashed. */
const toId = (name: string, key: string): string =>
  `${keyPrefix}:{${name}:${key.length > maxKeyLength ? createHash('sha256').update(key).digest('base64url') : key}}`
