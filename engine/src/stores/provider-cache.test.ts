import { createClient } from '@redis/client'
import { describe, expect, test } from 'vitest'
import { startRedis } from '../../../tests/services/redis.ts'
import { sharedRedisUrl } from '../../../tests/services/run.ts'
import { createUserId } from '../primitives/ids.ts'
import { silentLog } from '../primitives/log.ts'
import { createMemoryProviderCache } from './memory-provider-cache.ts'
import { providerCacheSuite, sampleAnswer } from './provider-cache.suite.ts'
import { createRedisProviderCache } from './redis-provider-cache.ts'

const keyOf = (what: string, userId = createUserId()) => ({ userId, provider: 'discord', what })

describe('memory', () => {
  const only = createMemoryProviderCache({ clock: { now: () => Date.now() } })
  providerCacheSuite(() => only)

  test('RES-3 it holds so many answers, and so many bytes of them; the oldest go first', async () => {
    let now = 0
    const cache = createMemoryProviderCache({ clock: { now: () => now }, maxEntries: 3, maxBytes: 10_000 })
    const userId = createUserId()
    const held = async () => {
      const names = ['a', 'b', 'c', 'd', 'big', 'huge']
      const answers = await Promise.all(names.map((what) => cache.get(keyOf(what, userId))))
      return names.filter((_, index) => answers[index] !== null).join()
    }
    for (const what of ['a', 'b', 'c', 'a', 'd']) await cache.put(keyOf(what, userId), sampleAnswer(), 1_000)
    // `b` was the oldest: `a` was put again.
    expect(await held()).toBe('a,c,d')
    await cache.put(keyOf('big', userId), sampleAnswer({ text: 'x'.repeat(4_000) }), 1_000)
    expect(await held()).toBe('a,d,big')
    await cache.put(keyOf('huge', userId), sampleAnswer({ text: 'x'.repeat(6_000) }), 1_000)
    expect(await held()).toBe('')
    await cache.put(keyOf('a', userId), sampleAnswer(), 1_000)
    now = 999
    expect(await held()).toBe('a')
    now = 1_000
    expect(await held()).toBe('')
  })
})

describe('redis', () => {
  providerCacheSuite(() => createRedisProviderCache({ url: sharedRedisUrl(), log: silentLog }))

  test('RES-3 every answer has an end in Redis, and lies with the others of its user', async () => {
    const cache = createRedisProviderCache({ url: sharedRedisUrl(), log: silentLog })
    const client = await createClient({ url: sharedRedisUrl() }).connect()
    const userId = createUserId()
    await cache.put(keyOf('guilds', userId), sampleAnswer(), 60_000)
    const name = `vigile:answer:{${userId}}:discord:guilds`
    const leftMs = await client.pTTL(name)
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(60_000)
    // What somebody else has put there is nothing that can be used.
    for (const text of ['', '{', '[]', '{"text":1}', JSON.stringify({ ...sampleAnswer(), more: true })]) {
      await client.set(name, text)
      expect(await cache.get(keyOf('guilds', userId))).toBeNull()
    }
    await client.close()
    await cache.close()
  })

  test.each(['killed', 'frozen'] as const)(
    'RES-3 S-90 %s: there is no cache, and nothing fails; then there is one again',
    async (how) => {
      const redis = await startRedis()
      const cache = createRedisProviderCache({ url: redis.url, log: silentLog })
      const key = keyOf('guilds')
      await cache.put(key, sampleAnswer(), 60_000)
      expect(await cache.get(key)).toEqual(sampleAnswer())
      if (how === 'killed') await redis.kill()
      else redis.pause()
      const answers = await Promise.all(Array.from({ length: 50 }, () => cache.get(key)))
      expect(answers.every((answer) => answer === null)).toBe(true)
      await cache.put(key, sampleAnswer(), 60_000)
      if (how === 'killed') await redis.restart()
      else redis.resume()
      const again = async () => {
        await cache.put(key, sampleAnswer({ askedAt: 3_000 }), 60_000)
        return cache.get(key)
      }
      await expect.poll(again, { timeout: 10_000 }).toMatchObject({ askedAt: 3_000 })
      await cache.close()
      await redis.stop()
    },
  )

  test('RES-3 without Redis from the start', async () => {
    const cache = createRedisProviderCache({ url: 'redis://127.0.0.1:1', log: silentLog })
    await cache.put(keyOf('guilds'), sampleAnswer(), 60_000)
    expect(await cache.get(keyOf('guilds'))).toBeNull()
    await cache.close()
  })
})
