import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RedisServer, startRedis } from '../../../tests/services/redis.ts'
import { sharedRedisUrl } from '../../../tests/services/run.ts'
import type { LimitStore } from '../limits/store.ts'
import { type Log, silentLog } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { limitsSuite } from './limits.suite.ts'
import { createMemoryLimits } from './memory-limits.ts'
import { createRedisLimits } from './redis-limits.ts'
import { openRedisLink } from './redis-link.ts'

const clock = { now: () => Date.now() }
const rule = { limit: 3, windowSeconds: 900 }

describe('memory', () => {
  const only = createMemoryLimits({ clock })
  limitsSuite(() => only)

  test('windows follow the clock that tests move', async () => {
    let now = 1_000
    const limits = createMemoryLimits({ clock: { now: () => now } })
    for (let each = 0; each < 3; each++) await limits.hit('r', 'k', rule)
    now += 899_999
    expect(await limits.hit('r', 'k', rule)).toEqual({ allowed: false, remaining: 0, resetMs: 1 })
    now += 1
    expect(await limits.hit('r', 'k', rule)).toEqual({ allowed: true, remaining: 2, resetMs: 900_000 })
    // Too late for the window that it belonged to.
    now += 900_000
    await limits.refund('r', 'k', rule)
    expect((await limits.hit('r', 'k', rule)).remaining).toBe(2)
  })

  test('however many keys come, only so many are held; those that ended go first, then the oldest', async () => {
    let now = 0
    const limits = createMemoryLimits({ clock: { now: () => now }, maxKeys: 100 })
    const hit = (key: string, windowSeconds: number) => limits.hit('r', key, { limit: 1, windowSeconds })
    await hit('victim', 900)
    for (let each = 0; each < 99; each++) await hit(`short-${each}`, 10)
    now = 10_000
    for (let each = 0; each < 99; each++) await hit(`long-${each}`, 900)
    expect((await hit('victim', 900)).allowed).toBe(false)
    await hit('one more', 900)
    expect((await hit('long-0', 900)).allowed).toBe(false)
    expect((await hit('victim', 900)).allowed).toBe(true)
  })
})

describe('redis', () => {
  limitsSuite(() => createRedisLimits({ url: sharedRedisUrl(), clock, log: silentLog }))

  test('LIM-6 whoever is refused under many names fills the memory of Redis no further than so, and names that ended go', async () => {
    const redis = await startRedis()
    const limits = createRedisLimits({ url: redis.url, clock, log: silentLog })
    const link = openRedisLink(redis.url, () => {})
    await link.ready
    const refusing = 'vigile:limit:refusing'
    const flood = Array.from({ length: 10_100 }, (_, index) => ({
      score: Date.now() + (index < 100 ? -1_000 : 60_000 + index),
      value: JSON.stringify(['signInAccount', 10, `flood ${index}`, null]),
    }))
    await link.client.zAdd(refusing, flood)
    for (let each = 0; each < 4; each++) await limits.hit('r', 'k', rule)
    await expect.poll(() => link.client.zCard(refusing)).toBe(10_000)
    expect(await link.client.ttl(refusing)).toBeGreaterThan(30 * 86_400)
    // Hints alone are not believed: none of the flood is counted.
    expect(await limits.listFull(() => true, 100)).toMatchObject([{ key: 'k' }])
    await limits.close()
    link.close()
    await redis.stop()
  })
})

describe('redis goes away', () => {
  let redis: RedisServer
  let limits: LimitStore
  let alerts: object[] = []
  const log: Log = { ...silentLog, error: (fields) => alerts.push(fields) }

  beforeAll(async () => {
    redis = await startRedis()
    limits = createRedisLimits({ url: redis.url, clock, log })
  })
  afterAll(async () => {
    await limits.close()
    await redis.stop()
  })

  const passing = async (key: string) => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => limits.hit('sign-in', key, rule)))
    return counts.filter(({ allowed }) => allowed).length
  }

  test.each(['killed', 'frozen'] as const)(
    'LIM-5 S-90 %s: limits go on in this node, none hangs, one alert; then Redis counts again',
    async (how) => {
      alerts = []
      const before = randomUUID()
      expect(await passing(before)).toBe(3)
      expect(limits.isDegraded()).toBe(false)

      if (how === 'killed') await redis.kill()
      else redis.pause()
      const key = randomUUID()
      expect(await passing(key)).toBe(3)
      expect(await passing(key)).toBe(0)
      await limits.refund('sign-in', key, rule)
      expect(await passing(key)).toBe(1)
      expect(limits.isDegraded()).toBe(true)
      // Lifted here, but who knows what Redis still holds.
      await expect(limits.lift('sign-in', key)).rejects.toThrow(StoreUnavailableError)
      // An empty list would say that nobody is refused.
      await expect(limits.listFull(() => true, 1)).rejects.toThrow(StoreUnavailableError)
      expect(alerts).toMatchObject([{ alert: 'limits_degraded' }])

      if (how === 'killed') await redis.restart()
      else redis.resume()
      await expect.poll(() => limits.isDegraded(), { timeout: 10_000 }).toBe(false)
      const other = createRedisLimits({ url: redis.url, clock, log: silentLog })
      const shared = randomUUID()
      expect(await passing(shared)).toBe(3)
      expect((await other.hit('sign-in', shared, rule)).allowed).toBe(false)
      if (how === 'frozen') expect((await other.hit('sign-in', before, rule)).allowed).toBe(false)
      await other.close()
      expect(alerts).toHaveLength(1)
    },
  )

  test('LIM-5 a Redis that says nothing is let go and connected anew, without being asked for anything', async () => {
    redis.pause()
    const now = performance.now.bind(performance)
    await expect.poll(() => limits.isDegraded(), { timeout: 10_000 }).toBe(true)
    const jump = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_100)
    redis.resume()
    await expect.poll(() => limits.isDegraded(), { timeout: 10_000 }).toBe(false)
    jump.mockRestore()
  })

  test('LIM-5 without Redis from the start, each node counts by itself', async () => {
    const alone = createRedisLimits({ url: 'redis://127.0.0.1:1', clock, log: silentLog })
    const counts = await Promise.all(Array.from({ length: 20 }, () => alone.hit('sign-in', 'k', rule)))
    expect(counts.filter(({ allowed }) => allowed)).toHaveLength(3)
    expect(alone.isDegraded()).toBe(true)
    await alone.close()
  })
})
