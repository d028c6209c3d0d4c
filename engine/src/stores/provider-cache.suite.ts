import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUserId } from '../primitives/ids.ts'
import type { KeptAnswer, ProviderCache } from '../provider-calls/provider-cache.ts'

export const sampleAnswer = (changes: Partial<KeptAnswer> = {}): KeptAnswer => ({
  identityId: 'identity-1',
  grantedAt: 1_000,
  signedOutAt: 0,
  text: '[{"id":"1","name":"Ada’s guild"}]',
  status: 200,
  askedAt: 2_000,
  ...changes,
})

/** `open` gives another node's cache on the same answers; in memory there is but one. */
export const providerCacheSuite = (open: () => ProviderCache): void => {
  let here: ProviderCache
  let there: ProviderCache
  beforeAll(() => {
    here = open()
    there = open()
  })
  afterAll(async () => {
    await here.close()
    await there.close()
  })
  const minute = 60_000

  test('RES-3 what one node keeps, another has, to the letter; the last one put stays', async () => {
    const key = { userId: createUserId(), provider: 'discord', what: 'guilds' }
    expect(await here.get(key)).toBeNull()
    await here.put(key, sampleAnswer(), minute)
    expect(await there.get(key)).toEqual(sampleAnswer())
    const refusal = sampleAnswer({ text: null, status: 404 })
    await there.put(key, refusal, minute)
    expect(await here.get(key)).toEqual(refusal)
  })

  test('RES-3 answers of others are apart, however alike what was asked', async () => {
    const userId = createUserId()
    const keys = [
      { userId, provider: 'discord', what: 'guilds' },
      { userId, provider: 'discord', what: 'profile' },
      { userId, provider: 'github', what: 'guilds' },
      { userId: createUserId(), provider: 'discord', what: 'guilds' },
      { userId, provider: 'discord', what: 'guilds:' },
      { userId, provider: 'discord', what: '}guilds' },
    ]
    for (const [index, key] of keys.entries()) await here.put(key, sampleAnswer({ askedAt: index }), minute)
    for (const [index, key] of keys.entries()) expect(await there.get(key)).toMatchObject({ askedAt: index })
  })

  test('RES-3 an answer is forgotten when its time is over', async () => {
    const key = { userId: createUserId(), provider: 'discord', what: 'guilds' }
    await here.put(key, sampleAnswer(), 50)
    await expect.poll(() => there.get(key)).toBeNull()
  })
}
